#include "view/compare_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ftxui/dom/elements.hpp>
#include <limits>
#include <utility>

#include "model/run_comparison.h"
#include "text/display_text.h"
#include "text/run_settings.h"
#include "view/compare_rows.h"
#include "view/curve.h"
#include "view/plot.h"
#include "view/sized.h"

namespace fedwatt::viewer {
namespace {

constexpr int kBoxedWidth = 110;
constexpr int kLabelWidth = 16;
constexpr int kLeastColumn = 13;
constexpr int kMostColumn = 26;
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

using Runs = std::vector<const RunRecord*>;

// ---- the curves ---------------------------------------------------------------------------------

// A few signs on each curve, its last point among them, are enough to tell it from the others.
PlotSeries series_of(const UiState& ui, const std::vector<CurvePoint>& points, std::size_t index) {
  constexpr std::size_t kSigns = 6;
  PlotSeries series;
  series.ink = Ink::of_series(index);
  const std::size_t every = std::max<std::size_t>(1, points.size() / kSigns);
  for (std::size_t i = 0; i < points.size(); ++i) {
    PlotPoint point{curve_x(ui.x_axis, points[i]).value_or(kUnknown),
                    curve_y(ui.y_axis, points[i]).value_or(kUnknown)};
    if ((points.size() - 1 - i) % every == 0) point.sign = sign_of_run(index);
    series.points.push_back(std::move(point));
  }
  return series;
}

Plot plot_of(const UiState& ui, const Runs& runs) {
  Plot plot;
  plot.x = {quantity_of(ui.x_axis), 0, {}};
  plot.y.quantity = quantity_of(ui.y_axis, runs.front()->view.target);
  struct Curve {
    std::string name;
    std::string run_id;
    std::vector<CurvePoint> points;
  };
  std::vector<Curve> curves;
  for (const RunRecord* run : runs) {
    auto points = curve_points(*run);
    plot.series.push_back(series_of(ui, points, curves.size()));
    const std::string name = fmt::format("{} {}", sign_of_run(curves.size()).text,
                                         clip(printable(run->view.name), kLabelWidth));
    curves.push_back({name, run->view.run_id, std::move(points)});
  }
  plot.run_id = [curves](PlotPointId id) { return curves[id.series].run_id; };
  plot.reading = [curves = std::move(curves), x = ui.x_axis, y = ui.y_axis,
                  target = runs.front()->view.target](PlotPointId id) {
    const Curve& curve = curves[id.series];
    return curve.name + " · " + round_reading(x, y, target, curve.points[id.point]);
  };
  return plot;
}

bool has_points(const Plot& plot) {
  return std::any_of(plot.series.begin(), plot.series.end(), [](const PlotSeries& series) {
    return std::any_of(series.points.begin(), series.points.end(), [](const PlotPoint& point) {
      return std::isfinite(point.x) && std::isfinite(point.y);
    });
  });
}

ftxui::Element curves(const Style& style, const ViewContext& context, const Runs& runs, Size size) {
  Plot plot = plot_of(context.ui, runs);
  if (has_points(plot)) return sized(plot_view(style, context, std::move(plot), size), size);
  const std::string why =
      fmt::format("None of the rounds that have come has both {} and {}.",
                  clip(name_of(context.ui.y_axis, runs.front()->view.target), kLabelWidth),
                  name_of(context.ui.x_axis));
  return sized(ftxui::center(style.text(clip(why, size.width), Tone::kQuiet)), size);
}

// ---- the tables ---------------------------------------------------------------------------------

struct Columns {
  std::size_t count = 0;  // runs that fit
  int width = 0;          // of each
};

Columns columns_for(std::size_t runs, int width) {
  const int room = std::max(kLeastColumn, width - kLabelWidth);
  const auto fitting = static_cast<std::size_t>(room / kLeastColumn);
  const std::size_t count = std::max<std::size_t>(1, std::min(runs, fitting));
  return {count, std::min(kMostColumn, room / static_cast<int>(count))};
}

std::string cell(const std::string& text, const Columns& columns) {
  return " " + fit(text, columns.width - 1, Align::kRight);
}

ftxui::Element heading(const Style& style, const Runs& runs, const Columns& columns) {
  ftxui::Elements parts{ftxui::text(fit("", kLabelWidth))};
  for (std::size_t i = 0; i < columns.count; ++i) {
    const std::string sign(sign_of_run(i).text);
    const std::string name = clip(printable(runs[i]->view.name), columns.width - 3);
    const int space = columns.width - 2 - display_width(name);
    parts.push_back(ftxui::text(std::string(static_cast<std::size_t>(std::max(0, space)), ' ')));
    parts.push_back(ftxui::text(sign) | ftxui::color(style.series_color(i)));
    parts.push_back(style.text(" " + name, Tone::kStrong));
  }
  return ftxui::hbox(std::move(parts));
}

ftxui::Element line(const Style& style, const std::string& label,
                    const std::vector<std::string>& cells, const Columns& columns) {
  std::string text;
  for (std::size_t i = 0; i < columns.count; ++i) text += cell(cells[i], columns);
  return ftxui::hbox({style.text(fit(label, kLabelWidth), Tone::kQuiet), ftxui::text(text)});
}

// As many lines as there is room for; the last one says how many are left out.
ftxui::Element cut(const Style& style, ftxui::Elements lines, Size size) {
  const int count = static_cast<int>(lines.size());
  if (count > size.height) {
    const int kept = std::max(0, size.height - 1);
    lines.resize(static_cast<std::size_t>(kept));
    lines.push_back(style.text(fmt::format("… {} more lines", count - kept), Tone::kQuiet));
  }
  return sized(ftxui::vbox(std::move(lines)), size);
}

void add_figures(const Style& style, const Runs& runs, const Columns& columns, CompareDetail detail,
                 ftxui::Elements& lines) {
  for (const ComparedRow& row : comparison_rows(compare(runs), detail)) {
    lines.push_back(line(style, row.label, row.cells, columns));
  }
}

void add_settings(const Style& style, const Runs& runs, const Columns& columns,
                  ftxui::Elements& lines) {
  const auto settings = differing_settings(runs);
  if (settings.empty()) lines.push_back(style.text("All settings are alike.", Tone::kQuiet));
  for (const Setting& setting : settings) {
    lines.push_back(line(style, setting.name, setting.values, columns));
  }
}

std::string title_of(const UiState& ui, const ComparedRuns& compared) {
  std::string title = fmt::format(
      "{} against {}", name_of(ui.y_axis, compared.runs.front()->view.target), name_of(ui.x_axis));
  if (compared.others == 0) return title;
  return title + fmt::format("   {} marked {} judged by another metric", compared.others,
                             compared.others == 1 ? "run is" : "runs are");
}

std::string figures_title(const Runs& runs, const Columns& columns) {
  std::string title = "At an equal value and at equal emissions";
  if (columns.count < runs.size()) {
    title += fmt::format("   {} of {} runs", columns.count, runs.size());
  }
  return title;
}

ftxui::Element how_to_mark(const Style& style, const ComparedRuns& compared) {
  const std::string first =
      compared.others > 0
          ? "The marked runs are judged by different metrics"
          : fmt::format("{} to compare",
                        compared.runs.empty() ? "No runs are marked" : "One run is marked");
  return ftxui::center(ftxui::vbox({
             ftxui::hcenter(style.text(first, Tone::kStrong)),
             ftxui::text(""),
             ftxui::hcenter(ftxui::text("In the list of runs, Space marks the selected one.")),
             ftxui::hcenter(ftxui::text("Mark two or more that are judged by the same metric,")),
             ftxui::hcenter(ftxui::text("then c shows them here, side by side.")),
         })) |
         ftxui::flex;
}

ftxui::Element compact(const Style& style, const ViewContext& context, const ComparedRuns& compared,
                       Size size) {
  const Columns columns = columns_for(compared.runs.size(), size.width);
  ftxui::Elements lines{heading(style, compared.runs, columns)};
  add_figures(style, compared.runs, columns, CompareDetail::kBrief, lines);
  lines.push_back(style.rule("What differs", size.width));
  add_settings(style, compared.runs, columns, lines);
  const int plot = std::max(6, size.height / 3);
  return ftxui::vbox({
      style.rule(clip(title_of(context.ui, compared), size.width - 6), size.width),
      curves(style, context, compared.runs, {size.width, plot}),
      cut(style, std::move(lines), {size.width, size.height - plot - 1}),
  });
}

ftxui::Element boxed(const Style& style, const ViewContext& context, const ComparedRuns& compared,
                     Size size) {
  constexpr int kEdges = 4;  // frame and margin
  const auto part = [&](const std::string& title, Size outer, const auto& content) {
    const Size inside{outer.width - kEdges, outer.height - 2};
    auto padded = ftxui::hbox({ftxui::text(" "), content(inside), ftxui::text(" ")});
    return sized(style.box(clip(title, outer.width - 6), std::move(padded)), outer);
  };
  const auto table = [&](const auto& add) {
    return [&](Size inside) {
      const Columns columns = columns_for(compared.runs.size(), inside.width);
      ftxui::Elements lines{heading(style, compared.runs, columns)};
      add(columns, lines);
      return cut(style, std::move(lines), inside);
    };
  };
  constexpr int kTableHeight = 15;  // all its lines, heading and frame
  const int below = std::min(kTableHeight, size.height / 2);
  const int left = size.width / 2;
  const Columns columns = columns_for(compared.runs.size(), left - kEdges);
  return ftxui::vbox({
      part(title_of(context.ui, compared), {size.width, size.height - below},
           [&](Size inside) { return curves(style, context, compared.runs, inside); }),
      ftxui::hbox({
          part(figures_title(compared.runs, columns), {left, below},
               table([&](const Columns& fitting, ftxui::Elements& lines) {
                 add_figures(style, compared.runs, fitting, CompareDetail::kFull, lines);
               })),
          part("What differs", {size.width - left, below},
               table([&](const Columns& fitting, ftxui::Elements& lines) {
                 add_settings(style, compared.runs, fitting, lines);
               })),
      }),
  });
}

}  // namespace

ftxui::Element compare_view(const Style& style, const ViewContext& context, Size size) {
  const ComparedRuns compared = compared_runs(context.model, context.ui.marked_runs);
  if (compared.runs.size() < 2) return how_to_mark(style, compared);
  return size.width < kBoxedWidth ? compact(style, context, compared, size)
                                  : boxed(style, context, compared, size);
}

}  // namespace fedwatt::viewer
