#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "fedwatt/run/event.h"

namespace fedwatt::run {

// A sum that remembers whether anything was added: what nobody measured stays empty, not 0.
inline void add(std::optional<double>& sum, std::optional<double> value) {
  if (value) sum = sum.value_or(0) + *value;
}

// The same for counts. What comes from outside is bounded, but how much comes is not: the sum stops
// where JSON's numbers stop being exact.
inline void add(std::optional<std::int64_t>& sum, std::optional<std::int64_t> value) {
  constexpr std::int64_t kMost = 9'000'000'000'000'000;
  if (value) sum = std::min(sum.value_or(0) + *value, kMost);
}

// Each component by itself.
inline void add(protocol::ComponentEnergy& sum, const protocol::ComponentEnergy& energy) {
  add(sum.cpu_j, energy.cpu_j);
  add(sum.gpu_j, energy.gpu_j);
  add(sum.ram_j, energy.ram_j);
  add(sum.machine_j, energy.machine_j);
}

// What one worker (or the coordinator) contributed to one round: the sum of its reports.
struct Contribution {
  protocol::Role role = protocol::Role::kWorker;
  bool complete = false;  // it has said all it will say, unless it is late
  protocol::ComponentEnergy energy_j;
  std::optional<double> emissions_g;
  std::optional<double> energy_intensity;  // Σ E·I over the reports with energy, in J·g/kWh
  double duration_s = 0;
  std::optional<Timestamp> started_at;  // by the hub's clock
  std::optional<Timestamp> ended_at;
  std::optional<std::int64_t> num_examples;
  std::map<std::string, double> metrics;
  int metrics_rank = 0;  // of the phase they came from: an evaluation outranks a fit
  std::optional<std::int64_t> bytes_sent;
  std::optional<std::int64_t> bytes_received;
  std::set<std::string> energy_sources;
  std::set<std::string> energy_gaps;

  // Adds a report of a worker with this hardware, whose clock is behind the hub's by the offset.
  void add_report(const ReportReceived& received, const protocol::Hardware& hardware,
                  double clock_offset_s);
};

// One round of a run: who contributed what, for whom it waits, and how it ended.
struct Round {
  std::int64_t number = 0;
  // By name, so that sums over workers come out the same whatever the order of arrival.
  std::map<std::string, Contribution> contributions;
  std::set<std::string> expected;  // workers only, no coordinator
  std::set<std::string> waiting;   // workers and coordinators that have not completed it
  bool planned = false;            // the coordinator selected `expected`
  std::optional<protocol::ClosedBy> closed_by;
  std::optional<Timestamp> quorum_at;
  std::optional<double> emissions_g;
  std::int64_t revision = 0;
  std::int64_t late_reports = 0;
  std::int64_t changed_at = 0;  // the offset of the event that last changed it

  bool open() const { return !closed_by; }
  // Measured, and nothing: then it costs the run no more than the round before it.
  bool free_of_emissions() const { return emissions_g && *emissions_g == 0; }
  // Workers that contributed a report, or completed it; without coordinators.
  std::size_t workers_reported() const;
  std::size_t workers_complete() const;
};

}  // namespace fedwatt::run
