#include "view/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ftxui/dom/canvas.hpp>
#include <ftxui/dom/elements.hpp>
#include <optional>
#include <vector>

#include "text/display_text.h"
#include "view/chart_scale.h"

namespace fedwatt::viewer {
namespace {

constexpr int kDotsPerCellX = 2;  // a braille character has two by four
constexpr int kDotsPerCellY = 4;
constexpr int kCellsPerTickX = 10;
constexpr double kTicksPerRow = 0.6;

struct Point {
  double x = 0;
  double y = 0;
  bool on_front = false;
  bool is_best = false;
  bool follows_gap = false;
};

std::vector<Point> points_of(const RunRecord& run, double y_factor) {
  std::vector<Point> points;
  bool gap = true;
  for (const auto& [number, round] : run.rounds) {
    if (!round.closed_by) continue;
    if (!round.cumulative_emissions_g || !round.target_value) {
      gap = true;
      continue;
    }
    points.push_back({*round.cumulative_emissions_g, *round.target_value * y_factor,
                      round.on_pareto_front, run.view.best_round == number, gap});
    gap = false;
  }
  return points;
}

struct MassUnit {
  double grams;
  std::string_view name;
};

// One unit for the whole axis, from its end.
MassUnit unit_for(double grams) {
  if (grams >= 1e6) return {1e6, "t"};
  if (grams >= 1e3) return {1e3, "kg"};
  if (grams >= 1) return {1, "g"};
  if (grams >= 1e-3) return {1e-3, "mg"};
  return {1e-6, "µg"};
}

struct Plot {
  Scale x;
  Scale y;
  int columns = 0;
  int rows = 0;

  int dot_x(double value) const {
    return static_cast<int>(std::lround(x.position(value) * (columns * kDotsPerCellX - 1)));
  }
  int dot_y(double value) const {
    return static_cast<int>(std::lround((1 - y.position(value)) * (rows * kDotsPerCellY - 1)));
  }
};

ftxui::Canvas draw(const Plot& plot, const std::vector<Point>& points, const Style& style) {
  ftxui::Canvas canvas(plot.columns * kDotsPerCellX, plot.rows * kDotsPerCellY);
  const auto colored = [&](ftxui::Color color) {
    return style.colored() ? color : ftxui::Color(ftxui::Color::Default);
  };
  const Point* previous = nullptr;
  for (const Point& point : points) {
    if (previous && !point.follows_gap) {
      canvas.DrawPointLine(plot.dot_x(previous->x), plot.dot_y(previous->y), plot.dot_x(point.x),
                           plot.dot_y(point.y), colored(ftxui::Color::Cyan));
    }
    previous = &point;
  }
  const auto mark = [&](const Point& point, const char* sign, ftxui::Color color) {
    const int x = plot.dot_x(point.x) / kDotsPerCellX * kDotsPerCellX;
    const int y = plot.dot_y(point.y) / kDotsPerCellY * kDotsPerCellY;
    canvas.DrawText(x, y, sign, colored(color));
  };
  for (const Point& point : points) {
    if (!point.on_front) mark(point, "×", ftxui::Color::Red);
  }
  for (const Point& point : points) {
    if (point.on_front) mark(point, "○", ftxui::Color::Green);
  }
  for (const Point& point : points) {
    if (point.is_best) mark(point, "●", ftxui::Color::Green);
  }
  return canvas;
}

ftxui::Element y_axis(const Style& style, const Plot& plot, bool percent, int label_width) {
  std::vector<std::string> labels(static_cast<std::size_t>(plot.rows));
  for (const double tick : plot.y.ticks) {
    const auto row = static_cast<std::size_t>(plot.dot_y(tick) / kDotsPerCellY);
    labels[row] = fmt::format("{:.{}f}{}", tick, plot.y.decimals, percent ? " %" : "");
  }
  ftxui::Elements lines;
  for (const std::string& label : labels) {
    lines.push_back(ftxui::hbox({style.text(fit(label, label_width, Align::kRight), Tone::kQuiet),
                                 style.text(label.empty() ? " │" : " ┤", Tone::kQuiet)}));
  }
  return ftxui::vbox(std::move(lines));
}

ftxui::Element x_axis(const Style& style, const Plot& plot, MassUnit unit, int label_width) {
  const auto count = static_cast<std::size_t>(plot.columns);
  std::vector<std::string> line(count, "─");
  std::string labels;
  int written = 0;
  const std::string unit_name = fmt::format(" {}CO2e", unit.name);
  for (std::size_t i = 0; i < plot.x.ticks.size(); ++i) {
    const double tick = plot.x.ticks[i];
    const int column = plot.dot_x(tick * unit.grams) / kDotsPerCellX;
    line[static_cast<std::size_t>(column)] = "┴";
    std::string label = fmt::format("{:.{}f}", tick, plot.x.decimals);
    const int digits = display_width(label);
    if (i + 1 == plot.x.ticks.size()) label += unit_name;
    const int room = display_width(label);
    const int start = std::min(std::max(0, column - digits / 2), plot.columns - room);
    if (start < written + (written > 0 ? 1 : 0)) continue;
    labels += std::string(static_cast<std::size_t>(start - written), ' ') + label;
    written = start + room;
  }
  const std::string indent(static_cast<std::size_t>(label_width + 1), ' ');
  std::string axis = indent + "└";
  for (const std::string& part : line) axis += part;
  return ftxui::vbox(
      {style.text(axis, Tone::kQuiet), style.text(indent + " " + labels, Tone::kQuiet)});
}

}  // namespace

std::string chart_title(const RunRecord& run) {
  return fmt::format("{} against gCO2e   ○ Pareto front  ● best  × dominated",
                     printable(run.view.target.metric));
}

ftxui::Element chart(const Style& style, const RunRecord& run, Size size) {
  const bool percent = run.view.target.metric == "accuracy";
  const auto points = points_of(run, percent ? 100 : 1);
  if (points.empty()) {
    return ftxui::center(style.text("The curve begins when the first round closes.", Tone::kQuiet));
  }
  const auto [low, high] = std::minmax_element(
      points.begin(), points.end(), [](const Point& a, const Point& b) { return a.y < b.y; });
  double most = 0;
  for (const Point& point : points) most = std::max(most, point.x);

  constexpr int kAxisLines = 2;
  const int rows = std::max(2, size.height - kAxisLines);
  // Room above and below, so that no mark sits on the axis.
  const double margin = (high->y - low->y) * 0.06;
  const Scale y = nice_scale(low->y - margin, high->y + margin,
                             std::max(2, static_cast<int>(rows * kTicksPerRow)));
  int label_width = 0;
  for (const double tick : y.ticks) {
    const int width =
        display_width(fmt::format("{:.{}f}{}", tick, y.decimals, percent ? " %" : ""));
    label_width = std::max(label_width, width);
  }
  const int columns = std::max(8, size.width - label_width - 2);
  const MassUnit unit = unit_for(most);
  const Scale x = nice_scale(0, most / unit.grams * 1.04, std::max(2, columns / kCellsPerTickX));
  Plot plot{x, y, columns, rows};
  plot.x.low *= unit.grams;
  plot.x.high *= unit.grams;
  return ftxui::vbox({ftxui::hbox({y_axis(style, plot, percent, label_width),
                                   ftxui::canvas(draw(plot, points, style))}),
                      x_axis(style, plot, unit, label_width)});
}

}  // namespace fedwatt::viewer
