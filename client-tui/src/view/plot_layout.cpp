#include <algorithm>
#include <cmath>
#include <limits>

#include "text/display_text.h"
#include "view/dot_canvas.h"
#include "view/plot.h"

namespace fedwatt::viewer {
namespace {

constexpr int kAxisLines = 2;
constexpr int kCellsPerTickX = 10;
constexpr double kTicksPerRow = 0.5;
constexpr double kRoom = 0.06;  // above and below, so that no sign sits on the axis
constexpr double kRoomRight = 0.04;

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void take(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool is_empty() const { return low > high; }
};

void take_points(const Plot& plot, Range& x, Range& y) {
  for (const auto& series : plot.series) {
    for (const auto& point : series.points) {
      if (!std::isfinite(point.x) || !std::isfinite(point.y)) continue;
      x.take(point.x);
      y.take(point.y);
    }
  }
  for (const auto& band : plot.bands) {
    for (const auto& slice : band.slices) {
      if (!std::isfinite(slice.x) || !std::isfinite(slice.low) || !std::isfinite(slice.high)) {
        continue;
      }
      x.take(slice.x);
      y.take(slice.low);
      y.take(slice.high);
    }
  }
}

Axis axis_for(const PlotAxis& wanted, Range range, double room_low, double room_high, int ticks) {
  if (range.is_empty()) range = {0, 1};
  const double low = wanted.low.value_or(range.low);
  const double high = wanted.high.value_or(range.high);
  const double length = std::max(0.0, high - low);
  return make_axis(wanted.quantity, wanted.low ? low : low - room_low * length,
                   wanted.high ? high : high + room_high * length, std::max(3, ticks));
}

}  // namespace

std::string PlotLayout::y_label(double tick) const {
  const bool has_unit =
      !y.unit.name.empty() && (y.unit.name == "%" || tick == y.scale.ticks.back());
  return y.label(tick) + (has_unit ? " " + y.unit.name : "");
}

double PlotLayout::dot_x(double value) const {
  return x.position(value) * (columns * DotCanvas::kDotsX - 1);
}

double PlotLayout::dot_y(double value) const {
  return (1 - y.position(value)) * (rows * DotCanvas::kDotsY - 1);
}

PlotLayout lay_out_plot(const Plot& plot, Size size) {
  Range x;
  Range y;
  take_points(plot, x, y);
  PlotLayout layout;
  layout.rows = std::max(2, size.height - kAxisLines);
  layout.y = axis_for(plot.y, y, kRoom, kRoom, static_cast<int>(layout.rows * kTicksPerRow));
  for (const double tick : layout.y.scale.ticks) {
    layout.label_width = std::max(layout.label_width, display_width(layout.y_label(tick)));
  }
  layout.columns = std::max(8, size.width - layout.left());
  layout.x = axis_for(plot.x, x, 0, kRoomRight, layout.columns / kCellsPerTickX);
  return layout;
}

std::optional<PlotPointId> nearest_point(const Plot& plot, const PlotLayout& layout,
                                         ScreenCell cell) {
  // Cells are about twice as high as wide. Along a curve the eye looks for what is above or below.
  constexpr double kHeight = 2;
  constexpr double kHeightAtCurve = 0.25;
  std::optional<PlotPointId> nearest;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t s = 0; s < plot.series.size(); ++s) {
    const PlotSeries& series = plot.series[s];
    if (!series.has_readings) continue;
    const double weight = series.line == PlotSeries::Line::kNone ? kHeight : kHeightAtCurve;
    for (std::size_t p = 0; p < series.points.size(); ++p) {
      const PlotPoint& point = series.points[p];
      const double dx = layout.dot_x(point.x) / DotCanvas::kDotsX - (cell.x - layout.left() + 0.5);
      const double dy = (layout.dot_y(point.y) / DotCanvas::kDotsY - (cell.y + 0.5)) * weight;
      const double distance = dx * dx + dy * dy;
      // Also false for what is no number.
      if (distance < least) {
        least = distance;
        nearest = PlotPointId{s, p};
      }
    }
  }
  return nearest;
}

}  // namespace fedwatt::viewer
