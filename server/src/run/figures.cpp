#include "fedwatt/run/figures.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

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

Mean mean_of(const Round& round, std::size_t metric) {
  Mean mean;
  for (const auto& [name, member] : round.members()) {
    if (!member.reported_as_worker()) continue;
    const double* const value = member.contribution->metric(metric);
    if (!value) continue;
    mean.sum += *value;
    ++mean.count;
    if (member.contribution->num_examples) {
      const auto weight = static_cast<double>(*member.contribution->num_examples);
      mean.weighted_sum += weight * *value;
      mean.weight_sum += weight;
    } else {
      mean.all_weighted = false;
    }
  }
  return mean;
}

std::optional<double> weighted(const Mean& mean) {
  if (mean.count == 0) return std::nullopt;
  if (mean.all_weighted && mean.weight_sum > 0) return mean.weighted_sum / mean.weight_sum;
  return mean.sum / static_cast<double>(mean.count);
}

std::optional<double> plain(const Mean& mean) {
  if (mean.count == 0) return std::nullopt;
  return mean.sum / static_cast<double>(mean.count);
}

void aggregate_metrics(const Round& round, const NameTable& names, RoundView& view) {
  for (std::size_t number = 0; number < names.size(); ++number) {
    const auto metric = aggregated(round, number);
    if (!metric) continue;
    view.metrics.emplace(names[number], metric->value);
    if (names[number] != "accuracy") continue;
    view.accuracy_source = metric->source;
    view.accuracy_mean = plain(mean_of(round, number));
  }
}

std::optional<double> metric_of(const RoundView& view, const std::string& metric) {
  const auto value = view.metrics.find(metric);
  return value == view.metrics.end() ? std::nullopt : std::optional(value->second);
}

// And adds what cannot be seen in the view to the standing after the round.
void sum_costs(const Round& round, const Vocabulary& vocabulary, RoundView& view, Standing& after) {
  NameSet sources;
  EnergyGaps gaps;
  Timestamp started_at = Timestamp::max();
  Timestamp ended_at = Timestamp::min();
  for (const auto& [name, member] : round.members()) {
    if (!member.contribution) continue;
    const Contribution& contribution = *member.contribution;
    add(view.energy_by_component, contribution.energy_j);
    add(view.emissions_g, contribution.emissions_g);
    add(after.energy_intensity, contribution.energy_intensity);
    add(view.bytes_sent, contribution.bytes_sent);
    add(view.bytes_received, contribution.bytes_received);
    view.worker_s = view.worker_s.value_or(0) + contribution.duration_s;
    if (contribution.role == Role::kWorker) add(view.num_examples, contribution.num_examples);
    sources |= contribution.energy_sources;
    gaps |= contribution.energy_gaps;
    started_at = std::min(started_at, contribution.started_at);
    ended_at = std::max(ended_at, contribution.ended_at);
  }
  view.energy_j = carbon::total_energy_j(view.energy_by_component);
  view.energy_sources = names_of(sources, vocabulary);
  view.energy_gaps = names_of(gaps);
  after.energy_sources |= sources;
  after.energy_gaps |= gaps;
  if (!round.reported()) return;
  view.started_at = started_at;
  view.ended_at = ended_at;
  view.wall_s = protocol::seconds_between(started_at, ended_at);
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

std::vector<std::string> names_of(const NameSet& energy_sources, const Vocabulary& vocabulary) {
  std::set<std::string> names;
  for (std::size_t number = 0; number < vocabulary.energy_sources.size(); ++number) {
    if (!energy_sources[number]) continue;
    const std::string& name = vocabulary.energy_sources[number];
    names.insert(name.empty() ? "unnamed" : name);
  }
  return {names.begin(), names.end()};
}

std::vector<std::string> names_of(const EnergyGaps& gaps) {
  std::vector<std::string> names;
  if (gaps[0]) names.emplace_back("cpu");
  if (gaps[1]) names.emplace_back("gpu");
  if (gaps[2]) names.emplace_back("ram");
  return names;
}

std::optional<AggregatedMetric> aggregated(const Round& round, std::size_t metric) {
  std::optional<AggregatedMetric> coordinators;
  for (const auto& [name, member] : round.members()) {
    if (!member.contribution || member.contribution->role != Role::kCoordinator) continue;
    const double* const value = member.contribution->metric(metric);
    if (value) coordinators = {*value, AccuracySource::kCoordinator};
  }
  if (coordinators) return coordinators;
  const auto workers = weighted(mean_of(round, metric));
  if (!workers) return std::nullopt;
  return AggregatedMetric{*workers, AccuracySource::kWorkers};
}

RoundView figures_of(const Round& round, const Vocabulary& vocabulary, const Target& target,
                     const Standing& before, Standing& after) {
  RoundView view;
  view.round = round.number;
  view.offset = round.changed_at;
  view.revision = round.revision;
  view.closed_by = round.closed_by;
  view.late_reports = round.late_reports;
  view.workers_reported = static_cast<std::int64_t>(round.workers_reported());
  view.workers_expected = static_cast<std::int64_t>(round.expected());

  aggregate_metrics(round, vocabulary.metrics, view);
  view.accuracy = metric_of(view, "accuracy");
  view.loss = metric_of(view, "loss");
  view.target_value = metric_of(view, target.metric);

  after = before;
  sum_costs(round, vocabulary, view, after);
  add(after.cumulative_energy_j, view.energy_j);
  add(after.cumulative_emissions_g, view.emissions_g);
  after.emissions_after_best_g += view.emissions_g.value_or(0);
  after.cumulative_wall_s += view.wall_s.value_or(0);
  view.cumulative_energy_j = after.cumulative_energy_j;
  view.cumulative_emissions_g = after.cumulative_emissions_g;
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
