#include "view/page.h"

#include <ftxui/dom/node.hpp>
#include <ftxui/screen/screen.hpp>
#include <memory>
#include <utility>

#include "view/ascii.h"
#include "view/style.h"

namespace fedwatt::viewer {
namespace {

class Page : public ftxui::Node {
 public:
  Page(const Theme& theme, ftxui::Element child)
      : Node(ftxui::Elements{std::move(child)}), ascii_(theme.ascii), palette_(palette_of(theme)) {
    if (!palette_) return;
    text_ = shown_color(palette_->text, theme.depth);
    background_ = shown_color(palette_->background, theme.depth);
  }

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
    if (!ascii_ && !palette_) return;
    for (int y = box_.y_min; y <= box_.y_max; ++y) {
      for (int x = box_.x_min; x <= box_.x_max; ++x) finish(screen.PixelAt(x, y));
    }
  }

 private:
  void finish(ftxui::Pixel& pixel) const {
    if (ascii_) pixel.character = std::string(1, ascii_sign(pixel.character));
    if (!palette_) return;
    const ftxui::Color none = ftxui::Color::Default;
    if (pixel.foreground_color == none) pixel.foreground_color = text_;
    if (pixel.background_color == none) pixel.background_color = background_;
  }

  bool ascii_;
  const Palette* palette_;
  ftxui::Color text_;
  ftxui::Color background_;
};

}  // namespace

ftxui::Element page(const Theme& theme, ftxui::Element screen) {
  return std::make_shared<Page>(theme, std::move(screen));
}

}  // namespace fedwatt::viewer
