#include "fedwatt/run/run_figures.h"

#include "fedwatt/carbon/equivalents.h"

namespace fedwatt::run {
namespace {

using protocol::RoundView;
using protocol::RunFigures;
using Optional = std::optional<double>;

// Both or neither: a product or a ratio of what is not known is not known.
Optional product(Optional a, Optional b) { return a && b ? Optional(*a * *b) : std::nullopt; }

Optional ratio(Optional a, Optional b) {
  return a && b && *b > 0 ? Optional(*a / *b) : std::nullopt;
}

// η·E + (1−η)·P_max·T: You, Chung and Chowdhury, Zeus, NSDI 2023.
Optional zeus_cost_j(Optional energy_j, Optional wall_s, const protocol::ZeusWeights& zeus) {
  const Optional at_full_power_j = product(zeus.max_power_w, wall_s);
  if (!energy_j || !at_full_power_j) return std::nullopt;
  return zeus.eta * *energy_j + (1 - zeus.eta) * *at_full_power_j;
}

// A sum per example, over the rounds in which both are known.
struct PerExample {
  Optional sum{};
  Optional examples{};

  void add_round(Optional cost, std::optional<std::int64_t> num_examples) {
    if (!cost || !num_examples) return;
    add(sum, cost);
    add(examples, static_cast<double>(*num_examples));
  }
  Optional value() const { return ratio(sum, examples); }
};

// Goes through the rounds of a run in order and keeps what its figures need.
class Walk {
 public:
  Walk(const FiguresRequest& request, RunFigures& figures) : request_(request), figures_(figures) {
    if (request.target_value) figures.to_target.emplace().target_value = *request.target_value;
    if (request.emissions_g) figures.within_emissions.emplace().emissions_g = *request.emissions_g;
  }

  void take(const RoundView& round) {
    add(figures_.energy_by_component, round.energy_by_component);
    add(figures_.wall_s, round.wall_s);
    add(figures_.worker_s, round.worker_s);
    add(figures_.num_examples, round.num_examples);
    energy_.add_round(round.energy_j, round.num_examples);
    emissions_.add_round(round.emissions_g, round.num_examples);
    if (!round.closed_by || !round.target_value) return;
    if (figures_.to_target) see_target(round, *figures_.to_target);
    if (figures_.within_emissions) see_emissions(round, *figures_.within_emissions);
  }

  void finish() {
    figures_.energy_per_example_j = energy_.value();
    figures_.emissions_per_example_g = emissions_.value();
  }

 private:
  void see_target(const RoundView& round, protocol::ToTarget& to) const {
    const auto goal = figures_.target.goal;
    if (to.round || improvement(*round.target_value, to.target_value, goal) < 0) return;
    to.round = round.round;
    to.energy_j = round.cumulative_energy_j;
    to.wall_s = figures_.wall_s;
    to.emissions_g = round.cumulative_emissions_g;
    to.zeus_cost_j = zeus_cost_j(to.energy_j, to.wall_s, request_.zeus);
  }

  void see_emissions(const RoundView& round, protocol::WithinEmissions& within) const {
    const auto goal = figures_.target.goal;
    const auto& spent_g = round.cumulative_emissions_g;
    if (!spent_g || *spent_g > within.emissions_g) return;
    if (within.target_value && improvement(*round.target_value, *within.target_value, goal) <= 0) {
      return;
    }
    within.round = round.round;
    within.target_value = round.target_value;
  }

  const FiguresRequest& request_;
  RunFigures& figures_;
  PerExample energy_;
  PerExample emissions_;
};

// What the run's own view has already.
RunFigures figures_from(const protocol::RunView& view) {
  RunFigures figures;
  figures.run_id = view.run_id;
  figures.name = view.name;
  figures.state = view.state;
  figures.target = view.target;
  figures.rounds_closed = view.rounds_closed;
  figures.best_target_value = view.best_target_value;
  figures.best_round = view.best_round;
  figures.energy_j = view.energy_j;
  figures.energy_sources = view.energy_sources;
  figures.energy_gaps = view.energy_gaps;
  figures.emissions_g = view.emissions_g;
  figures.emissions_after_best_g = view.emissions_after_best_g;
  figures.emissions_after_best_share = view.emissions_after_best_share;
  return figures;
}

}  // namespace

RunFigures run_figures(Run& run, const FiguresRequest& request) {
  RunFigures figures = figures_from(run.view());
  Walk walk(request, figures);
  run.visit_rounds([&walk](const RoundView& round) { walk.take(round); });
  walk.finish();
  figures.intensity_g_per_kwh = ratio(run.standing().energy_intensity, figures.energy_j);
  figures.power_w = ratio(figures.energy_j, figures.wall_s);
  figures.edp_js = product(figures.energy_j, figures.wall_s);
  figures.zeus_cost_j = zeus_cost_j(figures.energy_j, figures.wall_s, request.zeus);
  return figures;
}

protocol::DetailedFigures detailed_figures(Run& run, const FiguresRequest& request) {
  protocol::DetailedFigures detailed{run_figures(run, request), request.zeus, {}, {}};
  run.visit_rounds([&detailed](const RoundView& round) {
    if (!round.on_pareto_front) return;
    detailed.pareto_front.push_back(
        {round.round, *round.cumulative_emissions_g, *round.target_value});
  });
  if (const auto& grams = detailed.figures.emissions_g) {
    detailed.equivalents = carbon::equivalents_of(*grams);
  }
  return detailed;
}

}  // namespace fedwatt::run
