#pragma once

#include "fedwatt/protocol/figures.h"
#include "shared_fields.h"

// The field lists of the documents that come over HTTP: the one definition of their JSON.

namespace fedwatt::protocol {

template <class Io>
void fields(Io& io, typename Io::template Of<ToTarget>& to) {
  io.number("target_value", to.target_value, kAny);
  io.integer("round", to.round, kRound);
  io.number("energy_j", to.energy_j, kAny);
  io.number("wall_s", to.wall_s, kAny);
  io.number("emissions_g", to.emissions_g, kAny);
  io.number("zeus_cost_j", to.zeus_cost_j, kAny);
}

template <class Io>
void fields(Io& io, typename Io::template Of<WithinEmissions>& within) {
  io.number("emissions_g", within.emissions_g, kAny);
  io.integer("round", within.round, kRound);
  io.number("target_value", within.target_value, kAny);
}

template <class Io>
void fields(Io& io, typename Io::template Of<RunFigures>& run) {
  io.name("run_id", run.run_id);
  io.name("name", run.name);
  io.choice("state", run.state);
  io.required_object("target", run.target);
  io.integer("rounds_closed", run.rounds_closed, kCount);
  io.number("best_target_value", run.best_target_value, kAny);
  io.integer("best_round", run.best_round, kRound);
  io.number("energy_j", run.energy_j, kAny);
  io.object("energy_by_component", run.energy_by_component);
  io.names("energy_sources", run.energy_sources);
  io.names("energy_gaps", run.energy_gaps);
  io.number("emissions_g", run.emissions_g, kAny);
  io.number("intensity_g_per_kwh", run.intensity_g_per_kwh, kAny);
  io.number("wall_s", run.wall_s, kAny);
  io.number("worker_s", run.worker_s, kAny);
  io.number("power_w", run.power_w, kAny);
  io.number("edp_js", run.edp_js, kAny);
  io.number("zeus_cost_j", run.zeus_cost_j, kAny);
  io.integer("num_examples", run.num_examples, kCount);
  io.number("energy_per_example_j", run.energy_per_example_j, kAny);
  io.number("emissions_per_example_g", run.emissions_per_example_g, kAny);
  io.number("emissions_after_best_g", run.emissions_after_best_g, kAny);
  io.number("emissions_after_best_share", run.emissions_after_best_share, kAny);
  io.object("to_target", run.to_target);
  io.object("within_emissions", run.within_emissions);
}

template <class Io>
void fields(Io& io, typename Io::template Of<FrontPoint>& point) {
  io.integer("round", point.round, kRound);
  io.number("cumulative_emissions_g", point.cumulative_emissions_g, kAny);
  io.number("target_value", point.target_value, kAny);
}

template <class Io>
void fields(Io& io, typename Io::template Of<Equivalent>& equivalent) {
  io.text("unit", equivalent.unit);
  io.number("count", equivalent.count, kAny);
  io.number("g_per_unit", equivalent.g_per_unit, kAny);
  io.text("source", equivalent.source);
  io.integer("year", equivalent.year, kCount);
}

template <class Io>
void fields(Io& io, typename Io::template Of<ZeusWeights>& zeus) {
  io.number("eta", zeus.eta, kFraction);
  io.number("max_power_w", zeus.max_power_w, kAny);
}

template <class Io>
void fields(Io& io, typename Io::template Of<DetailedFigures>& detailed) {
  fields(io, detailed.figures);
  io.required_object("zeus", detailed.zeus);
  io.list("pareto_front", detailed.pareto_front);
  io.list("equivalents", detailed.equivalents);
}

template <class Io>
void fields(Io& io, typename Io::template Of<ComparedRun>& run) {
  fields(io, run.figures);
  io.integer("rank_to_target", run.rank_to_target, kCount);
  io.integer("rank_within_emissions", run.rank_within_emissions, kCount);
  io.flag("on_pareto_front", run.on_pareto_front);
  io.number("emissions_change", run.emissions_change, kAny);
  io.number("target_gain", run.target_gain, kAny);
}

template <class Io>
void fields(Io& io, typename Io::template Of<Comparison>& comparison) {
  io.required_object("target", comparison.target);
  io.number("target_value", comparison.target_value, kAny);
  io.number("emissions_g", comparison.emissions_g, kAny);
  io.required_object("zeus", comparison.zeus);
  io.list("runs", comparison.runs);
}

}  // namespace fedwatt::protocol
