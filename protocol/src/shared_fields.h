#pragma once

#include <limits>

#include "fedwatt/protocol/messages.h"
#include "reader.h"

// The field lists of values that messages of several directions hold, and the ranges that numbers
// from outside must lie in. A range is wide enough for any real training and narrow enough that
// sums over a run stay finite and exact.

namespace fedwatt::protocol {

inline constexpr Range kFraction{0, 1};
inline constexpr Range kRound{0, 1e9};
inline constexpr Range kSeq{1, 9e15};  // integers up to 2^53 survive JSON
inline constexpr Range kCount{0, 9e15};
inline constexpr Range kEnergyJ{0, 1e12};   // of one report: 278 MWh
inline constexpr Range kDurationS{0, 1e8};  // of one report: three years
inline constexpr Range kIntensity{0, 1e5};  // the dirtiest grids are near 1,000
inline constexpr Range kPue{1, 100};
inline constexpr Range kNetworkKwhPerGb{0, 1e3};
inline constexpr Range kLimit{0, 1e15};  // of a run, in grams or joules
inline constexpr Range kRounds{1, 1e6};
inline constexpr Range kAny{std::numeric_limits<double>::lowest(),
                            std::numeric_limits<double>::max()};

template <class Io>
void fields(Io& io, typename Io::template Of<ComponentEnergy>& energy) {
  io.number("cpu", energy.cpu_j, kEnergyJ);
  io.number("gpu", energy.gpu_j, kEnergyJ);
  io.number("ram", energy.ram_j, kEnergyJ);
  io.number("machine", energy.machine_j, kEnergyJ);
  io.alone("machine", "is the whole machine's energy: leave out cpu, gpu and ram, its parts",
           energy.machine_j, energy.cpu_j, energy.gpu_j, energy.ram_j);
}

template <class Io>
void fields(Io& io, typename Io::template Of<ComponentTotals>& totals) {
  io.number("cpu", totals.cpu_j, kAny);
  io.number("gpu", totals.gpu_j, kAny);
  io.number("ram", totals.ram_j, kAny);
  io.number("machine", totals.machine_j, kAny);
}

template <class Io>
void fields(Io& io, typename Io::template Of<EnergySources>& sources) {
  io.text("cpu", sources.cpu, kMaxNameBytes);
  io.text("gpu", sources.gpu, kMaxNameBytes);
  io.text("ram", sources.ram, kMaxNameBytes);
  io.text("machine", sources.machine, kMaxNameBytes);
}

template <class Io>
void fields(Io& io, typename Io::template Of<Hardware>& hardware) {
  io.text("cpu", hardware.cpu);
  io.names("gpu", hardware.gpu);
  io.integer("ram_bytes", hardware.ram_bytes, kCount);
}

template <class Io>
void fields(Io& io, typename Io::template Of<Target>& target) {
  io.name("metric", target.metric);
  io.optional_choice("goal", target.goal);
}

template <class Io>
void fields(Io& io, typename Io::template Of<BudgetPolicy>& budget) {
  io.number("limit_g", budget.limit_g, kLimit);
  io.number("limit_j", budget.limit_j, kLimit);
  io.require("limit_g", "or limit_j must be given", budget.limit_g || budget.limit_j);
  io.optional_number("warn_at", budget.warn_at, kFraction);
  io.optional_flag("at_forecast", budget.at_forecast);
  io.optional_choice("act", budget.act);
  io.optional_flag("dry_run", budget.dry_run);
}

template <class Io>
void fields(Io& io, typename Io::template Of<PlateauPolicy>& plateau) {
  io.optional_integer("rounds", plateau.rounds, kRounds);
  io.number("least_gain", plateau.least_gain, kAny);
  io.number("least_gain_per_g", plateau.least_gain_per_g, kAny);
  io.require("least_gain", "or least_gain_per_g must be given",
             plateau.least_gain || plateau.least_gain_per_g);
  io.optional_choice("act", plateau.act);
  io.optional_flag("dry_run", plateau.dry_run);
}

template <class Io>
void fields(Io& io, typename Io::template Of<IntensityPolicy>& intensity) {
  io.number("pause_above_g_per_kwh", intensity.pause_above_g_per_kwh, kIntensity);
  io.number("resume_below_g_per_kwh", intensity.resume_below_g_per_kwh, kIntensity);
  io.require("resume_below_g_per_kwh", "must not be more than pause_above_g_per_kwh",
             intensity.resume_below_g_per_kwh <= intensity.pause_above_g_per_kwh);
  io.optional_choice("scope", intensity.scope);
  io.optional_flag("dry_run", intensity.dry_run);
}

template <class Io>
void fields(Io& io, typename Io::template Of<ConfirmPolicy>& confirm) {
  io.optional_integer("after_rounds", confirm.after_rounds, kRounds);
  io.optional_flag("dry_run", confirm.dry_run);
}

template <class Io>
void fields(Io& io, typename Io::template Of<TargetPolicy>& target) {
  io.number("value", target.value, kAny);
  io.optional_choice("act", target.act);
  io.optional_flag("dry_run", target.dry_run);
}

template <class Io>
void fields(Io& io, typename Io::template Of<Policies>& policies) {
  io.object("budget", policies.budget);
  io.object("plateau", policies.plateau);
  io.object("intensity", policies.intensity);
  io.object("confirm", policies.confirm);
  io.object("target", policies.target);
}

template <class Io>
void fields(Io& io, typename Io::template Of<Error>& error) {
  io.name("code", error.code);
  io.text("message", error.message, kMaxHubTextBytes);
  io.integer("seq", error.seq, kCount);
  io.name("id", error.id);
}

inline constexpr const char* type_name(const Error*) { return "error"; }

template <class Io>
void fields(Io& io, typename Io::template Of<StoreStatus>& status) {
  io.choice("state", status.state);
  io.text("message", status.message, kMaxHubTextBytes);
  io.time("since", status.since);
}

inline constexpr const char* type_name(const StoreStatus*) { return "store"; }

}  // namespace fedwatt::protocol
