#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "input/ui_state.h"
#include "model/viewer_model.h"
#include "view/plot_axes.h"

// What a run's curve goes along and what it shows, for one run and for several.

namespace fedwatt::viewer {

// What a curve needs of a closed round.
struct CurvePoint {
  std::int64_t round = 0;
  std::optional<double> target_value;
  std::optional<double> loss;
  std::optional<double> emissions_g;  // of all rounds so far
  std::optional<double> energy_j;     // likewise
  std::optional<double> seconds;      // from the run's start to the round's end
};

CurvePoint curve_point(const protocol::RunView& run, const protocol::RoundView& round);
// The closed rounds in order.
std::vector<CurvePoint> curve_points(const RunRecord& run);

// In grams, rounds, seconds or joules.
std::optional<double> curve_x(XAxis axis, const CurvePoint& point);
std::optional<double> curve_y(YAxis axis, const CurvePoint& point);

Quantity quantity_of(XAxis axis);
Quantity quantity_of(YAxis axis, const protocol::Target& target);

std::string name_of(XAxis axis);                                  // "gCO2e", "time"
std::string name_of(YAxis axis, const protocol::Target& target);  // "accuracy", "loss"

// A round's figures: "round 14 · 81.2 % · 412 mgCO2e", and what the axes show besides.
std::string round_reading(XAxis x_axis, YAxis y_axis, const protocol::Target& target,
                          const CurvePoint& point);

}  // namespace fedwatt::viewer
