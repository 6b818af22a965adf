#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "fedwatt/protocol/messages.h"

// The figures of a whole run, and of several side by side: documents that are asked for over HTTP.
// docs/metrics.md has the formula of each; what is undefined is empty.

namespace fedwatt::protocol {

// What it took until the first closed round that reached a target value; empty if none did.
struct ToTarget {
  double target_value = 0;
  std::optional<std::int64_t> round;
  std::optional<double> energy_j;
  std::optional<double> wall_s;
  std::optional<double> emissions_g;
  std::optional<double> zeus_cost_j;
  bool operator==(const ToTarget&) const = default;
};

// The best closed round that a budget of emissions allowed; empty if there is none.
struct WithinEmissions {
  double emissions_g = 0;
  std::optional<std::int64_t> round;
  std::optional<double> target_value;
  bool operator==(const WithinEmissions&) const = default;
};

struct RunFigures {
  std::string run_id;
  std::string name;
  RunState state = RunState::kRunning;
  Target target;
  std::int64_t rounds_closed = 0;
  std::optional<double> best_target_value;
  std::optional<std::int64_t> best_round;
  std::optional<double> energy_j;
  ComponentTotals energy_by_component;
  std::vector<std::string> energy_sources;
  std::vector<std::string> energy_gaps;
  std::optional<double> emissions_g;
  std::optional<double> intensity_g_per_kwh;
  std::optional<double> wall_s;
  std::optional<double> worker_s;
  std::optional<double> power_w;
  std::optional<double> edp_js;  // energy-delay product
  std::optional<double> zeus_cost_j;
  std::optional<std::int64_t> num_examples;
  std::optional<double> energy_per_example_j;
  std::optional<double> emissions_per_example_g;
  std::optional<double> emissions_after_best_g;
  std::optional<double> emissions_after_best_share;
  std::optional<ToTarget> to_target;                // where a target value was asked about
  std::optional<WithinEmissions> within_emissions;  // where emissions were asked about
  bool operator==(const RunFigures&) const = default;
};

// A round that no other round of its run beats in both.
struct FrontPoint {
  std::int64_t round = 0;
  double cumulative_emissions_g = 0;
  double target_value = 0;
  bool operator==(const FrontPoint&) const = default;
};

// Emissions in other words: so many `unit`s, each of which emits `g_per_unit`.
struct Equivalent {
  std::string unit;
  double count = 0;
  double g_per_unit = 0;
  std::string source;
  std::int64_t year = 0;
  bool operator==(const Equivalent&) const = default;
};

// What zeus_cost_j was computed with.
struct ZeusWeights {
  double eta = 0.5;
  std::optional<double> max_power_w;
  bool operator==(const ZeusWeights&) const = default;
};

// GET /api/v1/runs/{run}/figures
struct DetailedFigures {
  RunFigures figures;
  ZeusWeights zeus;
  std::vector<FrontPoint> pareto_front;
  std::vector<Equivalent> equivalents;  // of all its emissions
  bool operator==(const DetailedFigures&) const = default;
};

// A run among those that it is compared with. Ranks count from 1, equals share one.
struct ComparedRun {
  RunFigures figures;
  std::optional<std::int64_t> rank_to_target;  // by emissions until the target value, least first
  std::optional<std::int64_t> rank_within_emissions;  // by the value that those allowed, best first
  bool on_pareto_front = false;  // over all emissions and the best target value
  // Against the first run: of all emissions as a share of its own, of the best target value as an
  // improvement.
  std::optional<double> emissions_change;
  std::optional<double> target_gain;
  bool operator==(const ComparedRun&) const = default;
};

// GET /api/v1/compare
struct Comparison {
  Target target;
  std::optional<double> target_value;  // at which emissions, energy and time are compared
  std::optional<double> emissions_g;   // at which target values are compared
  ZeusWeights zeus;
  std::vector<ComparedRun> runs;  // as they were asked for
  bool operator==(const Comparison&) const = default;
};

std::string encode(const DetailedFigures& figures);
std::string encode(const Comparison& comparison);
tl::expected<DetailedFigures, Error> decode_figures(std::string_view json);
tl::expected<Comparison, Error> decode_comparison(std::string_view json);

}  // namespace fedwatt::protocol
