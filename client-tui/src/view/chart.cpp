#include "view/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ftxui/dom/elements.hpp>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "text/display_text.h"
#include "text/format.h"
#include "view/curve.h"

namespace fedwatt::viewer {
namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

// A forecast or a limit far away must not press the rounds so far into a corner: this much of the
// plot is theirs.
double least_share_x(int columns) {
  constexpr double kWantedCells = 30;
  return std::clamp(kWantedCells / std::max(columns, 1), 0.2, 0.5);
}
constexpr double kLeastShareY = 0.6;
// In less a line across would lie among the points.
constexpr int kLeastRowsForTarget = 8;

PlotSign sign_of(const protocol::RunView& run, const protocol::RoundView& round) {
  if (run.best_round == round.round) return kBestSign;
  return round.on_pareto_front ? kFrontSign : kDominatedSign;
}

PlotSeries rounds_of(const UiState& ui, const RunRecord& run) {
  PlotSeries series;
  for (const auto& [number, round] : run.rounds) {
    if (!round.closed_by) continue;
    const CurvePoint point = curve_point(run.view, round);
    series.points.push_back({curve_x(ui.x_axis, point).value_or(kNothing),
                             curve_y(ui.y_axis, point).value_or(kNothing),
                             sign_of(run.view, round)});
  }
  return series;
}

bool has_place(const PlotPoint& point) { return std::isfinite(point.x) && std::isfinite(point.y); }

// The last round that has a place; empty if none has.
std::optional<PlotPoint> last_point(const PlotSeries& series) {
  const auto found = std::find_if(series.points.rbegin(), series.points.rend(), has_place);
  if (found == series.points.rend()) return std::nullopt;
  return *found;
}

// Where the run will end along the axis.
std::optional<protocol::Estimate> forecast_x(XAxis axis, const RunRecord& run, double last_x) {
  const auto& forecast = *run.view.forecast;
  switch (axis) {
    case XAxis::kEmissions:
      return forecast.emissions_g;
    case XAxis::kEnergy:
      return forecast.energy_j;
    case XAxis::kRound: {
      const auto end = static_cast<double>(forecast.last_round);
      return protocol::Estimate{end, end, end};
    }
    case XAxis::kTime:
      break;
  }
  if (!forecast.wall_s) return std::nullopt;
  // It adds up the rounds alone; what passed between them stays as it was.
  double spent_s = 0;
  for (const auto& [number, round] : run.rounds) {
    if (round.closed_by) spent_s += round.wall_s.value_or(0);
  }
  const double between = last_x - spent_s;
  return protocol::Estimate{forecast.wall_s->mean + between, forecast.wall_s->low + between,
                            forecast.wall_s->high + between};
}

// Of the run's end only one point is known: a line to it, and how far it may lie to either side.
struct ForecastEnd {
  protocol::Estimate x;
  double y = 0;
};

std::optional<ForecastEnd> forecast_of(const UiState& ui, const RunRecord& run,
                                       const std::optional<PlotPoint>& last) {
  if (!last || !run.view.forecast || ui.y_axis != YAxis::kTarget) return std::nullopt;
  const auto& y = run.view.forecast->target_value;
  const auto x = forecast_x(ui.x_axis, run, last->x);
  if (!x || !y || !std::isfinite(*y) || !std::isfinite(x->mean) || x->mean <= last->x) {
    return std::nullopt;
  }
  return ForecastEnd{*x, *y};
}

// Beyond the end of the axis its figures stand for it: "◇ 85.9 % at 1.71 gCO2e ▸".
std::string far_forecast(XAxis axis, const ForecastEnd& end, const protocol::Target& target) {
  const auto x = [&]() -> std::string {
    switch (axis) {
      case XAxis::kEmissions:
        return format_emissions(end.x.mean);
      case XAxis::kEnergy:
        return format_energy(end.x.mean);
      case XAxis::kTime:
        return format_duration(end.x.mean);
      case XAxis::kRound:
        break;
    }
    return fmt::format("round {:.0f}", end.x.mean);
  };
  return fmt::format("{} {} at {}", kForecastSign.text, format_target(end.y, target), x());
}

void add_forecast(Plot& plot, const ForecastEnd& end, const PlotPoint& last) {
  PlotSeries line;
  line.line = PlotSeries::Line::kDashed;
  line.has_readings = false;
  line.points = {{last.x, last.y}, {end.x.mean, end.y}};
  PlotSeries band;
  band.has_readings = false;
  if (end.x.high > end.x.low) {
    band.points = {{end.x.low, end.y, {"├", Tone::kAccent}},
                   {end.x.high, end.y, {"┤", Tone::kAccent}}};
  }
  PlotSeries point;
  point.points = {{end.x.mean, end.y, kForecastSign}};
  plot.series.push_back(std::move(line));
  plot.series.push_back(std::move(band));
  plot.series.push_back(std::move(point));
}

void add_budget(Plot& plot, XAxis axis, const protocol::RunView& run) {
  if (!run.policies.budget) return;
  const auto& budget = *run.policies.budget;
  const auto add = [&](std::optional<double> limit, const std::string& words) {
    if (limit) plot.x_limits.push_back({*limit, "budget " + words, Tone::kWarning});
  };
  if (axis == XAxis::kEmissions) add(budget.limit_g, format_mass(budget.limit_g));
  if (axis == XAxis::kEnergy) add(budget.limit_j, format_energy(budget.limit_j));
}

void add_target(Plot& plot, YAxis axis, const protocol::RunView& run) {
  if (axis != YAxis::kTarget || !run.policies.target) return;
  const double value = run.policies.target->value;
  plot.y_limits.push_back({value, "target " + format_target(value, run.target), Tone::kGood});
}

// The axis along which the run goes: from its start to the end of what it shows, as far as the
// rounds so far keep some of it.
void set_x_ends(Plot& plot, const std::optional<ForecastEnd>& end, int columns) {
  double measured = 0;
  for (const auto& point : plot.series.front().points) {
    if (has_place(point)) measured = std::max(measured, point.x);
  }
  const double most = measured > 0 ? measured / least_share_x(columns) : 1;
  double high = measured;
  if (end) high = std::max(high, std::min(end->x.high, most));
  for (const auto& limit : plot.x_limits) {
    if (limit.at <= most) high = std::max(high, limit.at);
  }
  constexpr double kRoom = 1.04;
  plot.x.low = 0;
  plot.x.high = high > 0 ? high * kRoom : 1;
}

void set_y_ends(Plot& plot, const std::optional<ForecastEnd>& end) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  const auto take = [&](double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  };
  for (const auto& point : plot.series.front().points) {
    if (has_place(point)) take(point.y);
  }
  if (!(high >= low)) return;
  if (end) take(end->y);
  const double room = (high - low) * (1 / kLeastShareY - 1);
  for (const auto& limit : plot.y_limits) {
    if (limit.at >= low - room && limit.at <= high + room) take(limit.at);
  }
  constexpr double kMargin = 0.06;
  const double margin = (high - low) * kMargin;
  plot.y.low = low - margin;
  plot.y.high = high + margin;
}

std::string forecast_reading(const RunRecord& run) {
  const auto& forecast = *run.view.forecast;
  std::string text = fmt::format("forecast for round {} · {}", forecast.last_round,
                                 format_target(forecast.target_value, run.view.target));
  if (!forecast.emissions_g) return text;
  return text + fmt::format(" · {} ({} to {})", format_emissions(forecast.emissions_g->mean),
                            format_mass(forecast.emissions_g->low),
                            format_mass(forecast.emissions_g->high));
}

std::function<std::string(PlotPointId)> readings_of(const UiState& ui, const RunRecord& run) {
  return [x = ui.x_axis, y = ui.y_axis, target = run.view.target, rounds = curve_points(run),
          forecast = run.view.forecast ? forecast_reading(run) : ""](PlotPointId id) {
    return id.series == 0 ? round_reading(x, y, target, rounds[id.point]) : forecast;
  };
}

std::string why_empty(const UiState& ui, const RunRecord& run) {
  const bool none_closed = std::none_of(run.rounds.begin(), run.rounds.end(),
                                        [](const auto& entry) { return entry.second.closed_by; });
  if (none_closed) return "The curve begins when the first round closes.";
  const std::string y = name_of(ui.y_axis, run.view.target);
  return fmt::format("No closed round has both {} and {}.", clip(y, 20), name_of(ui.x_axis));
}

}  // namespace

Plot run_plot(const UiState& ui, const RunRecord& run, Size size) {
  Plot plot;
  plot.x.quantity = quantity_of(ui.x_axis);
  plot.y.quantity = quantity_of(ui.y_axis, run.view.target);
  plot.series.push_back(rounds_of(ui, run));
  const auto last = last_point(plot.series.front());
  if (!last) {
    plot.series.front().points.clear();
    return plot;
  }
  add_budget(plot, ui.x_axis, run.view);
  if (size.height >= kLeastRowsForTarget) add_target(plot, ui.y_axis, run.view);
  const auto end = forecast_of(ui, run, last);
  set_x_ends(plot, end, size.width);
  set_y_ends(plot, end);
  if (end) add_forecast(plot, *end, *last);
  if (end && end->x.mean > *plot.x.high) {
    plot.x_limits.push_back(
        {end->x.mean, far_forecast(ui.x_axis, *end, run.view.target), Tone::kAccent});
  }
  plot.reading = readings_of(ui, run);
  return plot;
}

std::string chart_title(const UiState& ui, const RunRecord& run) {
  const auto last = last_point(rounds_of(ui, run));
  return fmt::format("{} against {}   ○ Pareto front  ● best  × dominated{}",
                     name_of(ui.y_axis, run.view.target), name_of(ui.x_axis),
                     forecast_of(ui, run, last) ? "  ◇ forecast" : "");
}

ftxui::Element chart(const Style& style, const ViewContext& context, const RunRecord& run,
                     Size size) {
  Plot plot = run_plot(context.ui, run, size);
  if (plot.series.front().points.empty()) {
    return ftxui::center(style.text(clip(why_empty(context.ui, run), size.width), Tone::kQuiet));
  }
  return plot_view(style, context, std::move(plot), size);
}

}  // namespace fedwatt::viewer
