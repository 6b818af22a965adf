#include "fedwatt/run/comparison.h"

#include <algorithm>
#include <functional>

#include "fedwatt/protocol/names.h"

namespace fedwatt::run {
namespace {

using protocol::ComparedRun;
using protocol::Comparison;
using protocol::Target;
using Optional = std::optional<double>;

std::string judged_by(const Run& run) {
  const Target& target = run.target();
  return run.name() + " (" + run.run_id() + ") by " + target.metric + ", " +
         std::string(protocol::name_of(target.goal));
}

// The value that all runs have reached, and the emissions that all have had.
void set_defaults(const std::vector<Run*>& runs, FiguresRequest& request) {
  const auto goal = runs.front()->target().goal;
  Optional worst_best;
  Optional least_g;
  for (Run* run : runs) {
    const Standing& standing = run->standing();
    const auto& best = standing.best_target_value;
    if (best && (!worst_best || improvement(*best, *worst_best, goal) < 0)) worst_best = best;
    const auto& total_g = standing.cumulative_emissions_g;
    if (total_g) least_g = std::min(least_g.value_or(*total_g), *total_g);
  }
  if (!request.target_value) request.target_value = worst_best;
  if (!request.emissions_g) request.emissions_g = least_g;
}

// 1 for the best of the values, the same for equal ones, none for none.
void rank(std::vector<ComparedRun>& runs, const std::function<Optional(const ComparedRun&)>& value,
          Target::Goal goal, std::optional<std::int64_t> ComparedRun::*rank) {
  for (auto& run : runs) {
    const Optional own = value(run);
    if (!own) continue;
    const auto better = std::count_if(runs.begin(), runs.end(), [&](const ComparedRun& other) {
      const Optional others = value(other);
      return others && improvement(*others, *own, goal) > 0;
    });
    run.*rank = better + 1;
  }
}

bool dominates(const protocol::RunFigures& a, const protocol::RunFigures& b) {
  if (!a.emissions_g || !a.best_target_value) return false;
  const double less_g = *b.emissions_g - *a.emissions_g;
  const double gain = improvement(*a.best_target_value, *b.best_target_value, a.target.goal);
  return less_g >= 0 && gain >= 0 && (less_g > 0 || gain > 0);
}

void set_front(std::vector<ComparedRun>& runs) {
  for (auto& run : runs) {
    const auto& figures = run.figures;
    run.on_pareto_front =
        figures.emissions_g && figures.best_target_value &&
        std::none_of(runs.begin(), runs.end(), [&figures](const ComparedRun& other) {
          return dominates(other.figures, figures);
        });
  }
}

// Against the first run.
void set_differences(std::vector<ComparedRun>& runs) {
  const auto& first = runs.front().figures;
  for (auto& run : runs) {
    const auto& figures = run.figures;
    if (figures.emissions_g && first.emissions_g && *first.emissions_g > 0) {
      run.emissions_change = (*figures.emissions_g - *first.emissions_g) / *first.emissions_g;
    }
    if (figures.best_target_value && first.best_target_value) {
      run.target_gain =
          improvement(*figures.best_target_value, *first.best_target_value, first.target.goal);
    }
  }
}

}  // namespace

tl::expected<Comparison, std::string> compare(const std::vector<Run*>& runs,
                                              FiguresRequest request) {
  const Run& first = *runs.front();
  for (const Run* run : runs) {
    if (run->target() == first.target()) continue;
    return tl::unexpected("runs that are judged differently cannot be compared: " +
                          judged_by(first) + "; " + judged_by(*run));
  }
  set_defaults(runs, request);
  Comparison comparison{
      first.target(), request.target_value, request.emissions_g, request.zeus, {}};
  for (Run* run : runs) comparison.runs.push_back({run_figures(*run, request), {}, {}, {}, {}, {}});
  rank(
      comparison.runs,
      [](const ComparedRun& run) {
        return run.figures.to_target ? run.figures.to_target->emissions_g : std::nullopt;
      },
      Target::Goal::kMin, &ComparedRun::rank_to_target);
  rank(
      comparison.runs,
      [](const ComparedRun& run) {
        return run.figures.within_emissions ? run.figures.within_emissions->target_value
                                            : std::nullopt;
      },
      first.target().goal, &ComparedRun::rank_within_emissions);
  set_front(comparison.runs);
  set_differences(comparison.runs);
  return comparison;
}

}  // namespace fedwatt::run
