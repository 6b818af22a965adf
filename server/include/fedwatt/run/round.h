#pragma once

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fedwatt/run/event.h"
#include "fedwatt/run/names.h"

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

// The components that a sum of energy may lack: "cpu", "gpu", "ram", in this order.
using EnergyGaps = std::bitset<3>;

// What one worker (or the coordinator) contributed to one round: the sum of its reports, of which
// there is at least one.
struct Contribution {
  struct Metric {
    std::size_t name;  // its number in the run's vocabulary
    double value;
  };

  protocol::Role role = protocol::Role::kWorker;
  int metrics_rank = 0;   // of the phase they came from: an evaluation outranks a fit
  bool complete = false;  // it has said all it will say, unless it is late
  protocol::ComponentEnergy energy_j;
  std::optional<double> emissions_g;
  std::optional<double> energy_intensity;  // Σ E·I over the reports with energy, in J·g/kWh
  double duration_s = 0;
  Timestamp started_at = Timestamp::max();  // by the hub's clock
  Timestamp ended_at = Timestamp::min();
  std::optional<std::int64_t> num_examples;
  std::vector<Metric> metrics;  // each name once
  std::optional<std::int64_t> bytes_sent;
  std::optional<std::int64_t> bytes_received;
  NameSet energy_sources;
  EnergyGaps energy_gaps;

  // Adds a report of a worker with this hardware, whose clock is behind the hub's by the offset.
  void add_report(const ReportReceived& received, const protocol::Hardware& hardware,
                  double clock_offset_s, Vocabulary& vocabulary);
  // Null if it has none of that name.
  const double* metric(std::size_t name) const;

 private:
  void set_metric(std::size_t name, double value, bool outranks);
};

// What a round has to do with one worker or coordinator.
struct Member {
  bool expected = false;                       // as a worker; a coordinator is only waited for
  bool waited_for = false;                     // the round stays open for it
  std::unique_ptr<Contribution> contribution;  // null: it has reported nothing

  bool reported_as_worker() const {
    return contribution && contribution->role == protocol::Role::kWorker;
  }
  bool complete() const { return contribution && contribution->complete; }
  bool has_part() const { return expected || waited_for || contribution; }
};

// One round of a run: who contributed what, for whom it waits, and how it ended. It counts its
// members as they change, so that no report has to look at those of the others.
class Round {
 public:
  explicit Round(std::int64_t round_number) : number(round_number) {}

  std::int64_t number;
  bool planned = false;  // the coordinator selected those who are expected
  std::optional<protocol::ClosedBy> closed_by;
  std::optional<Timestamp> quorum_at;
  std::optional<double> emissions_g;
  std::int64_t revision = 0;
  std::int64_t late_reports = 0;
  std::int64_t changed_at = 0;  // the offset of the event that last changed it

  bool open() const { return !closed_by; }
  // Measured, and nothing: then it costs the run no more than the round before it.
  bool free_of_emissions() const { return emissions_g && *emissions_g == 0; }

  // By name, so that sums over workers come out the same whatever the order of arrival.
  using Members = std::map<std::string, Member>;
  const Members& members() const { return members_; }
  Members& members() { return members_; }  // only the functions below may change them
  // Null if the round has nothing to do with it.
  const Member* find(const std::string& name) const;
  Member* find(const std::string& name);
  bool expects(const std::string& name) const;
  bool waits_for(const std::string& name) const;

  std::size_t expected() const { return expected_; }  // workers only, no coordinator
  std::size_t waiting() const { return waiting_; }    // workers and coordinators
  bool reported() const { return contributions_ > 0; }
  // Workers that contributed a report, or completed it; without coordinators.
  std::size_t workers_reported() const { return workers_reported_; }
  std::size_t workers_complete() const { return workers_complete_; }
  bool all_expected_reported() const;

  // One that the round has nothing to do with yet gets a place in it.
  Member& member(const std::string& name);
  void erase(const std::string& name);
  void expect(Member& member, bool expected = true);
  void wait_for(Member& member, bool waited_for = true);
  void wait_for_nobody();
  void add_report(Member& member, const ReportReceived& received, protocol::Role role,
                  const protocol::Hardware& hardware, double clock_offset_s,
                  Vocabulary& vocabulary);

 private:
  Members members_;
  std::size_t expected_ = 0;
  std::size_t waiting_ = 0;
  std::size_t contributions_ = 0;
  std::size_t workers_reported_ = 0;
  std::size_t workers_complete_ = 0;
};

}  // namespace fedwatt::run
