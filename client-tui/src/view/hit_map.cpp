#include "view/hit_map.h"

#include <ftxui/dom/node.hpp>
#include <ftxui/screen/screen.hpp>
#include <memory>
#include <utility>

namespace fedwatt::viewer {
namespace {

class Tracked : public ftxui::Node {
 public:
  Tracked(ftxui::Element child, HitMap& hits, HitTarget what)
      : Node(ftxui::Elements{std::move(child)}), hits_(hits), what_(std::move(what)) {}

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
    const auto seen = ftxui::Box::Intersection(box_, screen.stencil);
    if (seen.x_min > seen.x_max || seen.y_min > seen.y_max) return;
    hits_.add({{seen.x_min, seen.x_max, seen.y_min, seen.y_max}, what_});
  }

 private:
  HitMap& hits_;
  HitTarget what_;
};

}  // namespace

ftxui::Element tracked(ftxui::Element element, HitMap* hits, HitTarget what) {
  if (!hits) return element;
  return std::make_shared<Tracked>(std::move(element), *hits, std::move(what));
}

}  // namespace fedwatt::viewer
