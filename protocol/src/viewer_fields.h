#pragma once

#include <algorithm>

#include "shared_fields.h"

// The field lists of the messages between a viewer and the hub: the one definition of their JSON.

namespace fedwatt::protocol {

inline constexpr const char* type_name(const ViewerHello*) { return "hello"; }
template <class Io>
void fields(Io& io, typename Io::template Of<ViewerHello>& hello) {
  io.text("name", hello.name);
  io.text("token", hello.token);
}

inline constexpr const char* type_name(const Subscribe*) { return "subscribe"; }
template <class Io>
void fields(Io& io, typename Io::template Of<Subscribe>& subscribe) {
  io.name("run", subscribe.run);
  io.integer("since", subscribe.since, kCount);
  io.optional_choice("detail", subscribe.detail);
}

inline constexpr const char* type_name(const Unsubscribe*) { return "unsubscribe"; }
template <class Io>
void fields(Io& io, typename Io::template Of<Unsubscribe>& unsubscribe) {
  io.name("run", unsubscribe.run);
}

inline constexpr const char* type_name(const Command*) { return "command"; }
template <class Io>
void fields(Io& io, typename Io::template Of<Command>& command) {
  io.name("id", command.id);
  io.name("run", command.run);
  io.choice("action", command.action);
  io.names("workers", command.workers);
  io.text("reason", command.reason);
}

inline constexpr const char* type_name(const SetPolicies*) { return "set_policies"; }
template <class Io>
void fields(Io& io, typename Io::template Of<SetPolicies>& set) {
  io.name("id", set.id);
  io.name("run", set.run);
  io.object("policies", set.policies);
  io.choices("remove", set.remove);
  io.optional_flag("hand_back", set.hand_back);
  io.text("reason", set.reason);
}

template <class Io>
void fields(Io& io, typename Io::template Of<IntensityPoint>& point) {
  io.time("at", point.at);
  io.number("g_per_kwh", point.g_per_kwh, kIntensity);
}

inline constexpr const char* type_name(const Recompute*) { return "recompute"; }
template <class Io>
void fields(Io& io, typename Io::template Of<Recompute>& recompute) {
  io.name("id", recompute.id);
  io.name("run", recompute.run);
  io.number("intensity_g_per_kwh", recompute.intensity_g_per_kwh, kIntensity);
  io.name("region", recompute.region);
  io.optional_list("series", recompute.series);
  const auto& series = recompute.series;
  const auto falls = [](const auto& a, const auto& b) { return b.at <= a.at; };
  io.require("series", "must have times that rise",
             std::adjacent_find(series.begin(), series.end(), falls) == series.end());
  const int given = (recompute.intensity_g_per_kwh ? 1 : 0) + (recompute.region ? 1 : 0) +
                    (recompute.series.empty() ? 0 : 1);
  io.require("intensity_g_per_kwh", "excludes region and series: give one of the three",
             given <= 1);
  io.number("pue", recompute.pue, kPue);
  io.number("network_kwh_per_gb", recompute.network_kwh_per_gb, kNetworkKwhPerGb);
  io.number("network_intensity_g_per_kwh", recompute.network_intensity_g_per_kwh, kIntensity);
}

inline constexpr const char* type_name(const ViewerWelcome*) { return "welcome"; }
template <class Io>
void fields(Io& io, typename Io::template Of<ViewerWelcome>& welcome) {
  io.text("hub_version", welcome.hub_version);
  io.time("server_time", welcome.server_time);
  io.optional_flag("insecure", welcome.insecure);
}

template <class Io>
void fields(Io& io, typename Io::template Of<Estimate>& estimate) {
  io.number("mean", estimate.mean, kAny);
  io.number("low", estimate.low, kAny);
  io.number("high", estimate.high, kAny);
}

template <class Io>
void fields(Io& io, typename Io::template Of<Forecast>& forecast) {
  io.integer("last_round", forecast.last_round, kRound);
  io.integer("rounds_left", forecast.rounds_left, kCount);
  io.object("energy_j", forecast.energy_j);
  io.object("emissions_g", forecast.emissions_g);
  io.object("wall_s", forecast.wall_s);
  io.number("target_value", forecast.target_value, kAny);
  io.number("outlook_g_per_kwh", forecast.outlook_g_per_kwh, kAny);
}

template <class Io>
void fields(Io& io, typename Io::template Of<CarbonSettings>& carbon) {
  io.number("default_pue", carbon.default_pue, kPue);
  io.number("network_kwh_per_gb", carbon.network_kwh_per_gb, kNetworkKwhPerGb);
  io.number("network_intensity_g_per_kwh", carbon.network_intensity_g_per_kwh, kIntensity);
}

template <class Io>
void fields(Io& io, typename Io::template Of<Edition>& edition) {
  io.name("of_run_id", edition.of_run_id);
  io.text("intensity", edition.intensity);
  io.text("made_by", edition.made_by);
}

inline constexpr const char* type_name(const RunView*) { return "run"; }
template <class Io>
void fields(Io& io, typename Io::template Of<RunView>& run) {
  io.name("run_id", run.run_id);
  io.integer("offset", run.offset, kCount);
  io.name("name", run.name);
  io.choice("state", run.state);
  io.choice("directive", run.directive);
  io.time("started_at", run.started_at);
  io.time("ended_at", run.ended_at);
  io.time("last_event_at", run.last_event_at);
  io.integer("total_rounds", run.total_rounds, kRound);
  io.integer("round", run.round, kRound);
  io.integer("rounds_closed", run.rounds_closed, kCount);
  io.object("target", run.target);
  io.number("accuracy", run.accuracy, kAny);
  io.number("target_value", run.target_value, kAny);
  io.number("best_target_value", run.best_target_value, kAny);
  io.integer("best_round", run.best_round, kRound);
  io.number("gain", run.gain, kAny);
  io.number("energy_j", run.energy_j, kAny);
  io.number("emissions_g", run.emissions_g, kAny);
  io.names("energy_sources", run.energy_sources);
  io.names("energy_gaps", run.energy_gaps);
  io.number("power_w", run.power_w, kAny);
  io.integer("workers_online", run.workers_online, kCount);
  io.integer("workers_total", run.workers_total, kCount);
  io.number("emissions_after_best_g", run.emissions_after_best_g, kAny);
  io.number("emissions_after_best_share", run.emissions_after_best_share, kAny);
  io.object("forecast", run.forecast);
  io.object("carbon", run.carbon);
  io.object("edition", run.edition);
  io.object("policies", run.policies);
  io.text("overruled_by", run.overruled_by);
}

inline constexpr const char* type_name(const WorkerView*) { return "worker"; }
template <class Io>
void fields(Io& io, typename Io::template Of<WorkerView>& worker) {
  io.name("run_id", worker.run_id);
  io.integer("offset", worker.offset, kCount);
  io.name("worker", worker.worker);
  io.choice("role", worker.role);
  io.choice("state", worker.state);
  io.choice("directive", worker.directive);
  io.choice("directive_state", worker.directive_state);
  io.text("region", worker.region);
  io.number("pue", worker.pue, kAny);
  io.object("hardware", worker.hardware);
  io.text("framework", worker.framework);
  io.integer("round", worker.round, kRound);
  io.choice("phase", worker.phase);
  io.number("accuracy", worker.accuracy, kAny);
  io.number("loss", worker.loss, kAny);
  io.metrics("metrics", worker.metrics);
  io.number("energy_j", worker.energy_j, kAny);
  io.number("emissions_g", worker.emissions_g, kAny);
  io.number("power_w", worker.power_w, kAny);
  io.object("energy_source", worker.energy_source);
  io.number("intensity_g_per_kwh", worker.intensity_g_per_kwh, kAny);
  io.text("intensity_source", worker.intensity_source);
  io.integer("last_seq", worker.last_seq, kCount);
  io.integer("reports", worker.reports, kCount);
  io.integer("reports_missing", worker.reports_missing, kCount);
  io.time("last_report_at", worker.last_report_at);
  io.number("clock_offset_s", worker.clock_offset_s, kAny);
  io.optional_flag("stale", worker.stale);
}

inline constexpr const char* type_name(const RoundView*) { return "round"; }
template <class Io>
void fields(Io& io, typename Io::template Of<RoundView>& round) {
  io.name("run_id", round.run_id);
  io.integer("offset", round.offset, kCount);
  io.integer("round", round.round, kRound);
  io.integer("revision", round.revision, kCount);
  io.choice("closed_by", round.closed_by);
  io.number("accuracy", round.accuracy, kAny);
  io.choice("accuracy_source", round.accuracy_source);
  io.number("accuracy_mean", round.accuracy_mean, kAny);
  io.metrics("metrics", round.metrics);
  io.number("loss", round.loss, kAny);
  io.number("target_value", round.target_value, kAny);
  io.integer("num_examples", round.num_examples, kCount);
  io.number("energy_j", round.energy_j, kAny);
  io.object("energy_by_component", round.energy_by_component);
  io.names("energy_sources", round.energy_sources);
  io.names("energy_gaps", round.energy_gaps);
  io.number("emissions_g", round.emissions_g, kAny);
  io.number("cumulative_energy_j", round.cumulative_energy_j, kAny);
  io.number("cumulative_emissions_g", round.cumulative_emissions_g, kAny);
  io.number("gain", round.gain, kAny);
  io.number("gain_per_g", round.gain_per_g, kAny);
  io.number("g_per_point", round.g_per_point, kAny);
  io.number("carbon_efficiency", round.carbon_efficiency, kAny);
  io.flag("on_pareto_front", round.on_pareto_front);
  io.integer("workers_reported", round.workers_reported, kCount);
  io.integer("workers_expected", round.workers_expected, kCount);
  io.integer("late_reports", round.late_reports, kCount);
  io.time("started_at", round.started_at);
  io.time("ended_at", round.ended_at);
  io.number("wall_s", round.wall_s, kAny);
  io.number("worker_s", round.worker_s, kAny);
  io.integer("bytes_sent", round.bytes_sent, kCount);
  io.integer("bytes_received", round.bytes_received, kCount);
}

inline constexpr const char* type_name(const EventView*) { return "event"; }
template <class Io>
void fields(Io& io, typename Io::template Of<EventView>& event) {
  io.name("run_id", event.run_id);
  io.integer("offset", event.offset, kCount);
  io.time("at", event.at);
  io.name("kind", event.kind);
  io.name("worker", event.worker);
  io.integer("round", event.round, kRound);
  io.text("message", event.message, kMaxHubTextBytes);
  io.optional_flag("alert", event.alert);
  io.metrics("numbers", event.numbers);
}

inline constexpr const char* type_name(const CommandStatus*) { return "command_status"; }
template <class Io>
void fields(Io& io, typename Io::template Of<CommandStatus>& status) {
  io.name("run_id", status.run_id);
  io.integer("offset", status.offset, kCount);
  io.name("id", status.id);
  io.choice("action", status.action);
  io.names("workers", status.workers);
  io.text("reason", status.reason);
  io.text("issued_by", status.issued_by);
  io.time("issued_at", status.issued_at);
  io.choice("outcome", status.outcome);
  io.names("acknowledged", status.acknowledged);
  io.names("pending", status.pending);
  io.names("offline", status.offline);
}

inline constexpr const char* type_name(const PoliciesSet*) { return "policies_set"; }
template <class Io>
void fields(Io& io, typename Io::template Of<PoliciesSet>& set) {
  io.name("id", set.id);
  io.name("run_id", set.run_id);
  io.integer("offset", set.offset, kCount);
  io.object("policies", set.policies);
  io.text("overruled_by", set.overruled_by);
}

inline constexpr const char* type_name(const Recomputed*) { return "recomputed"; }
template <class Io>
void fields(Io& io, typename Io::template Of<Recomputed>& recomputed) {
  io.name("id", recomputed.id);
  io.name("run_id", recomputed.run_id);
  io.name("of_run_id", recomputed.of_run_id);
  io.name("name", recomputed.name);
  io.integer("reports", recomputed.reports, kCount);
  io.number("emissions_g", recomputed.emissions_g, kAny);
  io.number("emissions_before_g", recomputed.emissions_before_g, kAny);
}

inline constexpr const char* type_name(const Snapshot*) { return "snapshot"; }
template <class Io>
void fields(Io& io, typename Io::template Of<Snapshot>& snapshot) {
  io.required_object("run", snapshot.run);
  io.list("workers", snapshot.workers);
  io.list("rounds", snapshot.rounds);
  io.list("events", snapshot.events);
  io.list("commands", snapshot.commands);
}

}  // namespace fedwatt::protocol
