#include "fedwatt/run/figures.h"

#include <algorithm>
#include <set>

#include "fedwatt/carbon/emissions.h"

namespace fedwatt::run {
namespace {

using protocol::AccuracySource;
using protocol::Role;
using protocol::RoundView;
using protocol::Target;

// The workers' values of a metric, with their weights.
struct Mean {
  double weighted_sum = 0;
  double weight_sum = 0;
  double sum = 0;
  std::size_t count = 0;
  bool all_weighted = true;
};

Mean mean_of(const Round& round, const std::string& metric) {
  Mean mean;
  for (const auto& [name, contribution] : round.contributions) {
    if (contribution.role != Role::kWorker) continue;
    const auto value = contribution.metrics.find(metric);
    if (value == contribution.metrics.end()) continue;
    mean.sum += value->second;
    ++mean.count;
    if (contribution.num_examples) {
      const auto weight = static_cast<double>(*contribution.num_examples);
      mean.weighted_sum += weight * value->second;
      mean.weight_sum += weight;
    } else {
      mean.all_weighted = false;
    }
  }
  return mean;
}

// All metrics of the round: the coordinator's, which are of the aggregated model, before the
// weighted means of the workers'.
void aggregate_metrics(const Round& round, RoundView& view) {
  std::set<std::string> names;
  for (const auto& [worker, contribution] : round.contributions) {
    for (const auto& [metric, value] : contribution.metrics) names.insert(metric);
  }
  for (const auto& metric : names) {
    if (const auto mean = weighted_mean(round, metric)) view.metrics[metric] = *mean;
  }
  if (view.metrics.count("accuracy") != 0) view.accuracy_source = AccuracySource::kWorkers;
  for (const auto& [name, contribution] : round.contributions) {
    if (contribution.role != Role::kCoordinator) continue;
    for (const auto& [metric, value] : contribution.metrics) view.metrics[metric] = value;
    if (contribution.metrics.count("accuracy") != 0) {
      view.accuracy_source = AccuracySource::kCoordinator;
    }
  }
}

std::optional<double> metric_of(const RoundView& view, const std::string& metric) {
  const auto value = view.metrics.find(metric);
  return value == view.metrics.end() ? std::nullopt : std::optional(value->second);
}

void sum_costs(const Round& round, RoundView& view) {
  std::set<std::string> sources;
  std::set<std::string> gaps;
  for (const auto& [name, contribution] : round.contributions) {
    add(view.energy_by_component, contribution.energy_j);
    add(view.emissions_g, contribution.emissions_g);
    add(view.bytes_sent, contribution.bytes_sent);
    add(view.bytes_received, contribution.bytes_received);
    view.worker_s = view.worker_s.value_or(0) + contribution.duration_s;
    if (contribution.role == Role::kWorker) add(view.num_examples, contribution.num_examples);
    sources.insert(contribution.energy_sources.begin(), contribution.energy_sources.end());
    gaps.insert(contribution.energy_gaps.begin(), contribution.energy_gaps.end());
    if (contribution.started_at) {
      view.started_at =
          std::min(view.started_at.value_or(*contribution.started_at), *contribution.started_at);
      view.ended_at =
          std::max(view.ended_at.value_or(*contribution.ended_at), *contribution.ended_at);
    }
  }
  view.energy_j = carbon::total_energy_j(view.energy_by_component);
  view.energy_sources.assign(sources.begin(), sources.end());
  view.energy_gaps.assign(gaps.begin(), gaps.end());
  if (view.started_at) view.wall_s = protocol::seconds_between(*view.started_at, *view.ended_at);
}

// What the round bought for what it cost: gain, gain per gram, grams per percentage point.
void set_gain(const Standing& before, Target::Goal goal, RoundView& view) {
  const bool follows = before.round && *before.round == view.round - 1;
  if (!follows || !before.target_value || !view.target_value) return;
  view.gain = improvement(*view.target_value, *before.target_value, goal);
  if (!view.emissions_g) return;
  if (*view.emissions_g > 0) view.gain_per_g = *view.gain / *view.emissions_g;
  if (*view.gain > 0) view.g_per_point = *view.emissions_g / (*view.gain * 100);
}

}  // namespace

double improvement(double now, double before, Target::Goal goal) {
  return goal == Target::Goal::kMax ? now - before : before - now;
}

std::optional<double> weighted_mean(const Round& round, const std::string& metric) {
  const Mean mean = mean_of(round, metric);
  if (mean.count == 0) return std::nullopt;
  if (mean.all_weighted && mean.weight_sum > 0) return mean.weighted_sum / mean.weight_sum;
  return mean.sum / static_cast<double>(mean.count);
}

std::optional<double> plain_mean(const Round& round, const std::string& metric) {
  const Mean mean = mean_of(round, metric);
  if (mean.count == 0) return std::nullopt;
  return mean.sum / static_cast<double>(mean.count);
}

RoundView figures_of(const Round& round, const Target& target, const Standing& before,
                     Standing& after) {
  RoundView view;
  view.round = round.number;
  view.offset = round.changed_at;
  view.revision = round.revision;
  view.closed_by = round.closed_by;
  view.late_reports = round.late_reports;
  view.workers_reported = static_cast<std::int64_t>(round.workers_reported());
  view.workers_expected = static_cast<std::int64_t>(round.expected.size());

  aggregate_metrics(round, view);
  view.accuracy = metric_of(view, "accuracy");
  view.accuracy_mean = plain_mean(round, "accuracy");
  view.loss = metric_of(view, "loss");
  view.target_value = metric_of(view, target.metric);
  sum_costs(round, view);

  after = before;
  add(after.cumulative_energy_j, view.energy_j);
  add(after.cumulative_emissions_g, view.emissions_g);
  for (const auto& [name, contribution] : round.contributions) {
    add(after.energy_intensity, contribution.energy_intensity);
  }
  after.emissions_after_best_g += view.emissions_g.value_or(0);
  after.cumulative_wall_s += view.wall_s.value_or(0);
  view.cumulative_energy_j = after.cumulative_energy_j;
  view.cumulative_emissions_g = after.cumulative_emissions_g;
  after.energy_sources.insert(view.energy_sources.begin(), view.energy_sources.end());
  after.energy_gaps.insert(view.energy_gaps.begin(), view.energy_gaps.end());
  if (round.open()) return view;

  set_gain(before, target.goal, view);
  if (view.accuracy && view.cumulative_emissions_g && *view.cumulative_emissions_g > 0) {
    view.carbon_efficiency = *view.accuracy / (*view.cumulative_emissions_g / 1000);
  }
  after.round = round.number;
  after.target_value = view.target_value;
  after.latest_gain = view.gain;
  if (view.accuracy) after.latest_accuracy = view.accuracy;
  if (view.target_value) after.latest_target_value = view.target_value;
  if (view.target_value &&
      (!before.best_target_value ||
       improvement(*view.target_value, *before.best_target_value, target.goal) > 0)) {
    after.best_target_value = view.target_value;
    after.best_round = round.number;
    after.emissions_after_best_g = 0;
    // Emissions never fall from round to round, so no later round can dominate this one, unless it
    // costs nothing. A round whose emissions nobody knows is no point on the plane.
    view.on_pareto_front = view.emissions_g.has_value();
  }
  return view;
}

}  // namespace fedwatt::run
