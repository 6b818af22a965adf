#include "view/style.h"

#include <ftxui/dom/elements.hpp>
#include <ftxui/dom/node.hpp>
#include <ftxui/screen/screen.hpp>
#include <memory>
#include <utility>

#include "text/display_text.h"

namespace fedwatt::viewer {
namespace {

ftxui::Color color_of(Tone tone) {
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

std::function<ftxui::Element(ftxui::Element)> Style::decorator(Tone tone) const {
  return [tone, colored = colored_](ftxui::Element element) {
    if (tone == Tone::kQuiet) return ftxui::dim(std::move(element));
    if (tone == Tone::kPlain) return element;
    if (tone != Tone::kAccent) element = ftxui::bold(std::move(element));
    return colored ? ftxui::color(color_of(tone), std::move(element)) : element;
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
