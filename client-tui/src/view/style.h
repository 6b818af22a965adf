#pragma once

#include <functional>
#include <string>

#include "text/words.h"
#include "view/element.h"

namespace fedwatt::viewer {

// Text and frames in the tones of the theme. The sixteen colours of the terminal are enough, so its
// own palette decides what they look like on dark and on light; without colours bold, dim and
// inverse remain.
class Style {
 public:
  explicit Style(bool colored) : colored_(colored) {}

  ftxui::Element text(const std::string& content, Tone tone = Tone::kPlain) const;
  std::function<ftxui::Element(ftxui::Element)> decorator(Tone tone) const;
  // A rounded frame with `title` in its upper edge.
  ftxui::Element box(const std::string& title, ftxui::Element content) const;
  // One line with `title` in it.
  ftxui::Element rule(const std::string& title, int width) const;
  bool colored() const { return colored_; }

 private:
  bool colored_;
};

}  // namespace fedwatt::viewer
