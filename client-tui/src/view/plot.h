#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "view/element.h"
#include "view/ink.h"
#include "view/plot_axes.h"
#include "view/style.h"
#include "view/view_context.h"

// Curves, points, bands and limits between two axes.

namespace fedwatt::viewer {

// A sign at a point. In one cell the highest rank is seen; of the same sign in cells that touch
// only the first, so that a line of many points stays a line. `text` is a literal, one cell wide.
struct PlotSign {
  std::string_view text;
  Ink ink{};
  int rank = 0;
};

// What the rounds and the runs are marked with.
inline constexpr PlotSign kBestSign{"●", Tone::kGood, 3};
inline constexpr PlotSign kFrontSign{"○", Tone::kGood, 1};
inline constexpr PlotSign kDominatedSign{"×", Tone::kBad, 2};
inline constexpr PlotSign kForecastSign{"◇", Tone::kAccent, 2};

// In base units of the axes. A value that is no finite number makes a gap.
struct PlotPoint {
  double x = 0;
  double y = 0;
  PlotSign sign{};      // without text: none
  std::string label{};  // beside it, where that covers nothing; those of a higher rank first
};

struct PlotSeries {
  enum class Line { kNone, kSolid, kDashed };
  std::vector<PlotPoint> points;  // in the order in which they are joined
  Line line = Line::kSolid;
  Ink ink = Tone::kAccent;
  bool has_readings = true;  // false: no point of it is ever the nearest
};

// An area between two edges, lightly filled or as two dotted lines.
struct PlotBand {
  struct Slice {
    double x = 0;
    double low = 0;
    double high = 0;
  };
  std::vector<Slice> slices;  // a value that is no finite number makes a gap
  bool filled = true;
  Tone tone = Tone::kQuiet;
};

// A limit across the plot. Beyond the right end of the axis only its label shows, with "▸".
struct PlotLimit {
  double at = 0;
  std::string label;
  Tone tone = Tone::kWarning;
};

// Ends that are not given come from what is drawn, with some room.
struct PlotAxis {
  Quantity quantity = Quantity::kNumber;
  std::optional<double> low{};
  std::optional<double> high{};
};

struct PlotPointId {
  std::size_t series = 0;
  std::size_t point = 0;
  bool operator==(const PlotPointId&) const = default;
};

struct Plot {
  PlotAxis x;
  PlotAxis y;
  std::vector<PlotBand> bands;
  std::vector<PlotSeries> series;
  std::vector<PlotLimit> x_limits;
  std::vector<PlotLimit> y_limits;
  // A point's values in words, and the run it belongs to; either may be left empty.
  std::function<std::string(PlotPointId)> reading;
  std::function<std::string(PlotPointId)> run_id;
};

// Where things lie in a plot of some size.
struct PlotLayout {
  Axis x;
  Axis y;
  int label_width = 0;  // of the y axis
  int columns = 0;      // of what is between the axes, in cells
  int rows = 0;

  int left() const { return label_width + 2; }  // columns before that
  // A tick of the y axis; per cent have their unit at each, others at the highest one.
  std::string y_label(double tick) const;
  double dot_x(double value) const;
  double dot_y(double value) const;
};

PlotLayout lay_out_plot(const Plot& plot, Size size);

// The point that is nearest to a cell of the plot, as the eye sees it: of joined points the one
// above or below counts as near. Empty if no point has a place.
std::optional<PlotPointId> nearest_point(const Plot& plot, const PlotLayout& layout,
                                         ScreenCell cell);

// The plot in exactly `size` cells. While `context.ui.pointer` lies in it, it shows what the
// nearest point's values are; it adds itself to `context.hits`.
ftxui::Element plot_view(const Style& style, const ViewContext& context, Plot plot, Size size);

}  // namespace fedwatt::viewer
