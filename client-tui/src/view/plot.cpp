#include "view/plot.h"

#include <array>
#include <ftxui/dom/elements.hpp>
#include <ftxui/dom/node.hpp>
#include <ftxui/screen/screen.hpp>
#include <memory>
#include <utility>

#include "view/hit_map.h"
#include "view/plot_picture.h"

namespace fedwatt::viewer {
namespace {

constexpr std::size_t kTones = 7;

// What a cell of text looks like in each tone, as the theme has it.
std::array<ftxui::Pixel, kTones> pixels_of(const Style& style) {
  std::array<ftxui::Pixel, kTones> pixels;
  for (std::size_t tone = 0; tone < kTones; ++tone) {
    ftxui::Screen screen(1, 1);
    ftxui::Render(screen, style.text(" ", static_cast<Tone>(tone)));
    pixels[tone] = screen.PixelAt(0, 0);
  }
  return pixels;
}

// A plot and where it lies, shared with those who ask about the pointer later.
struct PlacedPlot {
  Plot plot;
  PlotLayout layout;
  Size size;
  ScreenCell corner;  // upper left, on the screen

  ScreenCell inside(ScreenCell cell) const { return {cell.x - corner.x, cell.y - corner.y}; }
  std::string about(ScreenCell cell, const std::function<std::string(PlotPointId)>& words) const {
    const auto nearest = nearest_point(plot, layout, inside(cell));
    return nearest && words ? words(*nearest) : std::string();
  }
};

class PlotNode : public ftxui::Node {
 public:
  PlotNode(std::shared_ptr<PlacedPlot> placed, const Style& style,
           std::optional<ScreenCell> pointer)
      : placed_(std::move(placed)), style_(style), pixels_(pixels_of(style)), pointer_(pointer) {}

  void ComputeRequirement() override {
    requirement_.min_x = placed_->size.width;
    requirement_.min_y = placed_->size.height;
  }

  void Render(ftxui::Screen& screen) override {
    placed_->corner = {box_.x_min, box_.y_min};
    auto picture = draw_plot(placed_->plot, placed_->layout, placed_->size);
    if (pointer_ && box_.Contain(pointer_->x, pointer_->y)) {
      add_reading(picture, placed_->plot, placed_->layout, placed_->inside(*pointer_));
    }
    const auto seen = ftxui::Box::Intersection(box_, screen.stencil);
    for (int y = seen.y_min; y <= seen.y_max; ++y) {
      for (int x = seen.x_min; x <= seen.x_max; ++x) {
        const ScreenCell cell = placed_->inside({x, y});
        if (picture.contains(cell.x, cell.y)) put(screen.PixelAt(x, y), picture.at(cell.x, cell.y));
      }
    }
  }

 private:
  void put(ftxui::Pixel& pixel, const Glyph& glyph) const {
    pixel = pixels_[static_cast<std::size_t>(glyph.ink.tone)];
    if (glyph.ink.series) pixel.foreground_color = style_.series_color(*glyph.ink.series);
    pixel.character = glyph.text;
    pixel.inverted = glyph.inverted;
  }

  std::shared_ptr<PlacedPlot> placed_;
  Style style_;
  std::array<ftxui::Pixel, kTones> pixels_;
  std::optional<ScreenCell> pointer_;
};

}  // namespace

ftxui::Element plot_view(const Style& style, const ViewContext& context, Plot plot, Size size) {
  const PlotLayout layout = lay_out_plot(plot, size);
  auto placed = std::make_shared<PlacedPlot>(PlacedPlot{std::move(plot), layout, size, {}});
  const PlotArea area{
      [placed](ScreenCell cell) { return placed->about(cell, placed->plot.reading); },
      [placed](ScreenCell cell) { return placed->about(cell, placed->plot.run_id); }};
  return tracked(std::make_shared<PlotNode>(std::move(placed), style, context.ui.pointer),
                 context.hits, area);
}

}  // namespace fedwatt::viewer
