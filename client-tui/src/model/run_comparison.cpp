#include "model/run_comparison.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace fedwatt::viewer {
namespace {

using Optional = std::optional<double>;
using protocol::ComparedRun;
using protocol::Comparison;
using protocol::RunFigures;

Optional finite(const Optional& value) {
  return value && std::isfinite(*value) ? value : std::nullopt;
}

// How much better a is than b.
double improvement(double a, double b, const protocol::Target& target) {
  return target.goal == protocol::Target::Goal::kMax ? a - b : b - a;
}

// Of equally common ones that of the run that started first.
protocol::Target commonest_target(const std::vector<const RunRecord*>& runs) {
  const auto judged_like = [&](const RunRecord* run) {
    return std::count_if(runs.begin(), runs.end(), [&](const RunRecord* other) {
      return other->view.target == run->view.target;
    });
  };
  return (*std::max_element(runs.begin(), runs.end(),
                            [&](const RunRecord* a, const RunRecord* b) {
                              return judged_like(a) < judged_like(b);
                            }))
      ->view.target;
}

// The value that all runs have reached, and the emissions that all have had.
void set_levels(const std::vector<const RunRecord*>& runs, Comparison& comparison) {
  for (const RunRecord* run : runs) {
    const Optional best = finite(run->view.best_target_value);
    auto& worst = comparison.target_value;
    if (best && (!worst || improvement(*best, *worst, comparison.target) < 0)) worst = best;
    const Optional total_g = finite(run->view.emissions_g);
    auto& least_g = comparison.emissions_g;
    if (total_g) least_g = std::min(least_g.value_or(*total_g), *total_g);
  }
}

RunFigures figures_of(const RunRecord& run, const Comparison& comparison) {
  const auto& view = run.view;
  RunFigures figures;
  figures.run_id = view.run_id;
  figures.name = view.name;
  figures.state = view.state;
  figures.target = view.target;
  figures.rounds_closed = view.rounds_closed;
  figures.best_target_value = finite(view.best_target_value);
  figures.best_round = view.best_round;
  figures.energy_j = finite(view.energy_j);
  figures.energy_sources = view.energy_sources;
  figures.energy_gaps = view.energy_gaps;
  figures.emissions_g = finite(view.emissions_g);
  if (comparison.target_value) figures.to_target.emplace().target_value = *comparison.target_value;
  if (comparison.emissions_g) {
    figures.within_emissions.emplace().emissions_g = *comparison.emissions_g;
  }
  for (const auto& [number, round] : run.rounds) {
    if (round.wall_s) figures.wall_s = figures.wall_s.value_or(0) + *round.wall_s;
    const Optional value = finite(round.target_value);
    if (!round.closed_by || !value) continue;
    const Optional spent_g = finite(round.cumulative_emissions_g);
    if (figures.to_target && !figures.to_target->round &&
        improvement(*value, figures.to_target->target_value, comparison.target) >= 0) {
      auto& to = *figures.to_target;
      to.round = number;
      to.energy_j = round.cumulative_energy_j;
      to.wall_s = figures.wall_s;
      to.emissions_g = spent_g;
    }
    if (!figures.within_emissions || !spent_g) continue;
    auto& within = *figures.within_emissions;
    const bool better =
        !within.target_value || improvement(*value, *within.target_value, comparison.target) > 0;
    if (*spent_g > within.emissions_g || !better) continue;
    within.round = number;
    within.target_value = value;
  }
  return figures;
}

// 1 for the least cost, the same for equal ones, none for none.
template <class Cost>
void rank(std::vector<ComparedRun>& runs, const Cost& cost,
          std::optional<std::int64_t> ComparedRun::*place) {
  for (ComparedRun& run : runs) {
    const Optional own = cost(run.figures);
    if (!own) continue;
    run.*place = 1 + std::count_if(runs.begin(), runs.end(), [&](const ComparedRun& other) {
                   const Optional others = cost(other.figures);
                   return others && *others < *own;
                 });
  }
}

void set_differences(Comparison& comparison) {
  const RunFigures& first = comparison.runs.front().figures;
  for (ComparedRun& run : comparison.runs) {
    const auto& figures = run.figures;
    if (figures.emissions_g && first.emissions_g && *first.emissions_g > 0) {
      run.emissions_change = (*figures.emissions_g - *first.emissions_g) / *first.emissions_g;
    }
    if (figures.best_target_value && first.best_target_value) {
      run.target_gain =
          improvement(*figures.best_target_value, *first.best_target_value, comparison.target);
    }
  }
}

}  // namespace

ComparedRuns compared_runs(const ViewerModel& model, const std::set<std::string>& marked) {
  ComparedRuns compared;
  for (const std::string& id : marked) {
    const auto found = model.runs().find(id);
    if (found != model.runs().end()) compared.runs.push_back(&found->second);
  }
  auto& runs = compared.runs;
  std::stable_sort(runs.begin(), runs.end(), [](const RunRecord* a, const RunRecord* b) {
    return a->view.started_at < b->view.started_at;
  });
  if (runs.empty()) return compared;
  const auto target = commonest_target(runs);
  const auto others = std::remove_if(
      runs.begin(), runs.end(), [&](const RunRecord* run) { return run->view.target != target; });
  compared.others = static_cast<std::size_t>(runs.end() - others);
  runs.erase(others, runs.end());
  return compared;
}

Comparison compare(const std::vector<const RunRecord*>& runs) {
  Comparison comparison;
  if (runs.empty()) return comparison;
  comparison.target = runs.front()->view.target;
  set_levels(runs, comparison);
  for (const RunRecord* run : runs) {
    comparison.runs.emplace_back().figures = figures_of(*run, comparison);
  }
  rank(
      comparison.runs,
      [](const RunFigures& run) { return run.to_target ? run.to_target->emissions_g : Optional{}; },
      &ComparedRun::rank_to_target);
  rank(
      comparison.runs,
      [&](const RunFigures& run) -> Optional {
        const Optional value =
            run.within_emissions ? run.within_emissions->target_value : Optional{};
        if (!value) return value;
        return -improvement(*value, 0, comparison.target);
      },
      &ComparedRun::rank_within_emissions);
  set_differences(comparison);
  return comparison;
}

}  // namespace fedwatt::viewer
