#include "view/style.h"

#include <array>
#include <ftxui/dom/elements.hpp>
#include <ftxui/dom/node.hpp>
#include <ftxui/screen/color.hpp>
#include <ftxui/screen/screen.hpp>
#include <memory>
#include <utility>

#include "text/display_text.h"

namespace fedwatt::viewer {
namespace {

// Of the terminal's sixteen: its own palette decides what they look like on dark and on light.
ftxui::Color terminal_color(Tone tone) {
  switch (tone) {
    case Tone::kGood:
      return ftxui::Color::Green;
    case Tone::kWarning:
      return ftxui::Color::Yellow;
    case Tone::kBad:
      return ftxui::Color::Red;
    case Tone::kAccent:
      return ftxui::Color::Cyan;
    case Tone::kPlain:
    case Tone::kStrong:
    case Tone::kQuiet:
      break;
  }
  return ftxui::Color::Default;
}

constexpr std::array<ftxui::Color::Palette16, kSeriesColors> kTerminalSeries{
    ftxui::Color::Cyan,  ftxui::Color::Magenta, ftxui::Color::Yellow,
    ftxui::Color::Green, ftxui::Color::Blue,    ftxui::Color::Red,
};

// FTXUI joins the lines of frames that touch. A dialog over other frames must not be joined to
// them.
class Unjoined : public ftxui::Node {
 public:
  explicit Unjoined(ftxui::Element child) : Node(ftxui::Elements{std::move(child)}) {}

  void ComputeRequirement() override {
    Node::ComputeRequirement();
    requirement_ = children_[0]->requirement();
  }
  void SetBox(ftxui::Box box) override {
    Node::SetBox(box);
    children_[0]->SetBox(box);
  }
  void Render(ftxui::Screen& screen) override {
    Node::Render(screen);
    for (int y = box_.y_min; y <= box_.y_max; ++y) {
      for (int x = box_.x_min; x <= box_.x_max; ++x) screen.PixelAt(x, y).automerge = false;
    }
  }
};

}  // namespace

ftxui::Color shown_color(const PaletteColor& color, ColorDepth depth) {
  if (depth == ColorDepth::k256) return ftxui::Color::Palette256(color.index_256);
  return ftxui::Color::RGB(color.red, color.green, color.blue);
}

ftxui::Color Style::color(Tone tone) const {
  if (!colored()) return ftxui::Color::Default;
  if (const Palette* palette = palette_of(theme_)) {
    return shown_color(palette->of(tone), theme_.depth);
  }
  return terminal_color(tone);
}

ftxui::Color Style::series_color(std::size_t index) const {
  if (!colored()) return ftxui::Color::Default;
  index %= kSeriesColors;
  if (const Palette* palette = palette_of(theme_)) {
    return shown_color(palette->series[index], theme_.depth);
  }
  return kTerminalSeries[index];
}

std::function<ftxui::Element(ftxui::Element)> Style::decorator(Tone tone) const {
  if (tone == Tone::kPlain) return [](ftxui::Element element) { return element; };
  // The terminal's colours have no quiet one that is legible everywhere: there it is dim.
  const bool dim = tone == Tone::kQuiet && !palette_of(theme_);
  const bool bold = tone != Tone::kQuiet && tone != Tone::kAccent;
  return [dim, bold, color = color(tone)](ftxui::Element element) {
    if (dim) return ftxui::dim(std::move(element));
    if (bold) element = ftxui::bold(std::move(element));
    if (color == ftxui::Color(ftxui::Color::Default)) return element;
    return ftxui::color(color, std::move(element));
  };
}

ftxui::Element Style::text(const std::string& content, Tone tone) const {
  return decorator(tone)(ftxui::text(content));
}

ftxui::Element Style::box(const std::string& title, ftxui::Element content) const {
  auto frame = ftxui::borderRounded(std::move(content));
  auto heading = ftxui::hbox({ftxui::text("╭─ "), text(title, Tone::kStrong), ftxui::text(" ")});
  return std::make_shared<Unjoined>(ftxui::dbox({std::move(frame), std::move(heading)}));
}

ftxui::Element Style::rule(const std::string& title, int width) const {
  std::string line;
  for (int i = display_width(title) + 4; i < width; ++i) line += "─";
  return ftxui::hbox(
      {text("── ", Tone::kQuiet), text(title, Tone::kStrong), text(" " + line, Tone::kQuiet)});
}

}  // namespace fedwatt::viewer
