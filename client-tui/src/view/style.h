#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "text/words.h"
#include "view/element.h"
#include "view/theme.h"

namespace ftxui {
class Color;
}

namespace fedwatt::viewer {

// Text and frames in the tones of the theme. Without colours bold, dim and inverse remain.
class Style {
 public:
  explicit Style(const Theme& theme) : theme_(theme) {}

  ftxui::Element text(const std::string& content, Tone tone = Tone::kPlain) const;
  std::function<ftxui::Element(ftxui::Element)> decorator(Tone tone) const;
  // A rounded frame with `title` in its upper edge.
  ftxui::Element box(const std::string& title, ftxui::Element content) const;
  // One line with `title` in it.
  ftxui::Element rule(const std::string& title, int width) const;
  bool colored() const { return theme_.name != ThemeName::kNone; }

  // For canvases, where there is no element to decorate: the default colour where the theme has
  // none. Of curves beside each other, the first kSeriesColors differ.
  ftxui::Color color(Tone tone) const;
  ftxui::Color series_color(std::size_t index) const;

 private:
  Theme theme_;
};

// What a terminal of that depth shows for it; not of k16, which no palette is for.
ftxui::Color shown_color(const PaletteColor& color, ColorDepth depth);

}  // namespace fedwatt::viewer
