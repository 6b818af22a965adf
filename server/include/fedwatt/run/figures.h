#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fedwatt/run/round.h"

// The figures of a round, as docs/metrics.md defines them. Pure functions of a round and of the
// standing of the run before it; what is undefined is empty.

namespace fedwatt::run {

// The run up to and including a round: what the next round's figures build on.
struct Standing {
  std::optional<double> cumulative_energy_j;
  std::optional<double> cumulative_emissions_g;
  std::optional<double> energy_intensity;  // Σ E·I of all reports with energy, in J·g/kWh
  double emissions_after_best_g = 0;       // of the rounds after `best_round`
  double cumulative_wall_s = 0;            // the rounds' own added up
  NameSet energy_sources;
  EnergyGaps energy_gaps;
  std::optional<std::int64_t> round;      // the last one that is closed
  std::optional<double> target_value;     // of `round`, if it has one
  std::optional<double> latest_accuracy;  // of the last closed round that has one
  std::optional<double> latest_target_value;
  std::optional<double> latest_gain;
  std::optional<double> best_target_value;
  std::optional<std::int64_t> best_round;
};

// How much better `now` is than `before`; positive means better, whichever way the goal points.
double improvement(double now, double before, protocol::Target::Goal goal);

// What the numbers stand for, sorted.
std::vector<std::string> names_of(const NameSet& energy_sources, const Vocabulary& vocabulary);
std::vector<std::string> names_of(const EnergyGaps& gaps);

// A metric of a round: the coordinator's, which is of the aggregated model, before the mean of the
// workers', Σ n·a / Σ n over those that have the metric. They weigh the same if one of them did not
// say how many examples it has, or all said 0.
struct AggregatedMetric {
  double value;
  protocol::AccuracySource source;
};
// Empty if nobody has the metric of that number in the vocabulary.
std::optional<AggregatedMetric> aggregated(const Round& round, std::size_t metric);

// The round's figures after `before`; and in `after` the standing that the next round builds on.
// While a round is open its figures are partial: gain and what follows from it, and the front, are
// left empty until it closes, and it changes neither the best round nor the next one's gain.
protocol::RoundView figures_of(const Round& round, const Vocabulary& vocabulary,
                               const protocol::Target& target, const Standing& before,
                               Standing& after);

}  // namespace fedwatt::run
