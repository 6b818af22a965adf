#include "view/curve.h"

#include <fmt/format.h>

#include "text/display_text.h"
#include "text/format.h"

namespace fedwatt::viewer {

CurvePoint curve_point(const protocol::RunView& run, const protocol::RoundView& round) {
  CurvePoint point{round.round,
                   round.target_value,
                   round.loss,
                   round.cumulative_emissions_g,
                   round.cumulative_energy_j,
                   {}};
  if (round.ended_at) point.seconds = protocol::seconds_between(run.started_at, *round.ended_at);
  return point;
}

std::vector<CurvePoint> curve_points(const RunRecord& run) {
  std::vector<CurvePoint> points;
  for (const auto& [number, round] : run.rounds) {
    if (round.closed_by) points.push_back(curve_point(run.view, round));
  }
  return points;
}

std::optional<double> curve_x(XAxis axis, const CurvePoint& point) {
  switch (axis) {
    case XAxis::kEmissions:
      return point.emissions_g;
    case XAxis::kRound:
      return static_cast<double>(point.round);
    case XAxis::kTime:
      return point.seconds;
    case XAxis::kEnergy:
      break;
  }
  return point.energy_j;
}

std::optional<double> curve_y(YAxis axis, const CurvePoint& point) {
  return axis == YAxis::kLoss ? point.loss : point.target_value;
}

Quantity quantity_of(XAxis axis) {
  switch (axis) {
    case XAxis::kEmissions:
      return Quantity::kEmissions;
    case XAxis::kRound:
      return Quantity::kCount;
    case XAxis::kTime:
      return Quantity::kDuration;
    case XAxis::kEnergy:
      break;
  }
  return Quantity::kEnergy;
}

Quantity quantity_of(YAxis axis, const protocol::Target& target) {
  const bool percent = axis == YAxis::kTarget && target.metric == "accuracy";
  return percent ? Quantity::kPercent : Quantity::kNumber;
}

std::string name_of(XAxis axis) {
  switch (axis) {
    case XAxis::kEmissions:
      return "gCO2e";
    case XAxis::kRound:
      return "rounds";
    case XAxis::kTime:
      return "time";
    case XAxis::kEnergy:
      break;
  }
  return "energy";
}

std::string name_of(YAxis axis, const protocol::Target& target) {
  return axis == YAxis::kLoss ? "loss" : printable(target.metric);
}

std::string round_reading(XAxis x_axis, YAxis y_axis, const protocol::Target& target,
                          const CurvePoint& point) {
  std::string text =
      fmt::format("round {} · {} · {}", point.round, format_target(point.target_value, target),
                  format_emissions(point.emissions_g));
  if (y_axis == YAxis::kLoss) text += " · loss " + format_number(point.loss);
  if (x_axis == XAxis::kEnergy) text += " · " + format_energy(point.energy_j);
  if (x_axis == XAxis::kTime) text += " · after " + format_duration(point.seconds);
  return text;
}

}  // namespace fedwatt::viewer
