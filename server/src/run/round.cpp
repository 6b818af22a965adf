#include "fedwatt/run/round.h"

#include <algorithm>

#include "fedwatt/carbon/emissions.h"
#include "fedwatt/carbon/interval.h"

namespace fedwatt::run {
namespace {

using protocol::Phase;
using protocol::Role;

int metrics_rank_of(Phase phase) {
  switch (phase) {
    case Phase::kEvaluate:
      return 3;
    case Phase::kFit:
      return 2;
    case Phase::kInit:
    case Phase::kIdle:
    case Phase::kCommunicate:
      break;
  }
  return 1;
}

// A component is a gap if the sum needs it and nobody measured it.
void note_gap(const std::optional<double>& energy_j, bool needed, std::size_t component,
              EnergyGaps& gaps) {
  if (!energy_j && needed) gaps.set(component);
}

}  // namespace

void Contribution::add_report(const ReportReceived& received, const protocol::Hardware& hardware,
                              double clock_offset_s, Vocabulary& vocabulary) {
  const auto& report = received.report;
  const auto& measured_j = report.energy_j;
  add(energy_j, measured_j);
  const auto note_source = [&](const std::optional<double>& component_j, const std::string& name) {
    const auto source = vocabulary.energy_sources.number_of(name);
    if (component_j) energy_sources.set(source);
  };
  note_source(measured_j.cpu_j, report.energy_source.cpu);
  note_source(measured_j.gpu_j, report.energy_source.gpu);
  note_source(measured_j.ram_j, report.energy_source.ram);
  note_source(measured_j.machine_j, report.energy_source.machine);
  // A figure for the whole machine has its parts in it: then none of them is missing.
  const bool needed = report.duration_s > 0 && !measured_j.machine_j;
  note_gap(measured_j.cpu_j, needed, 0, energy_gaps);
  note_gap(measured_j.gpu_j, needed && !hardware.gpu.empty(), 1, energy_gaps);
  note_gap(measured_j.ram_j, needed, 2, energy_gaps);
  add(emissions_g, received.emissions_g);
  if (const auto measured = carbon::total_energy_j(measured_j)) {
    add(energy_intensity, *measured * received.intensity_g_per_kwh);
  }
  add(bytes_sent, report.bytes_sent);
  add(bytes_received, report.bytes_received);

  duration_s += report.duration_s;
  const auto [start, end] = carbon::interval_of(report, clock_offset_s);
  started_at = std::min(started_at, start);
  ended_at = std::max(ended_at, end);

  // What only the earlier phase knows is kept beside the evaluation's figures.
  const int rank = metrics_rank_of(report.phase);
  const bool says_something = !report.metrics.empty() || report.num_examples;
  const bool outranks = says_something && rank >= metrics_rank;
  if (outranks) metrics_rank = rank;
  if (outranks ? report.num_examples.has_value() : !num_examples) {
    num_examples = report.num_examples;
  }
  metrics.reserve(report.metrics.size());
  for (const auto& [name, value] : report.metrics) {
    set_metric(vocabulary.metrics.number_of(name), value, outranks);
  }
  complete = complete || report.round_complete.value_or(!report.metrics.empty());
}

void Contribution::set_metric(std::size_t name, double value, bool outranks) {
  for (Metric& known : metrics) {
    if (known.name != name) continue;
    if (outranks) known.value = value;
    return;
  }
  metrics.push_back({name, value});
}

const double* Contribution::metric(std::size_t name) const {
  for (const Metric& known : metrics) {
    if (known.name == name) return &known.value;
  }
  return nullptr;
}

const Member* Round::find(const std::string& name) const {
  const auto found = members_.find(name);
  return found == members_.end() ? nullptr : &found->second;
}

Member* Round::find(const std::string& name) {
  const auto found = members_.find(name);
  return found == members_.end() ? nullptr : &found->second;
}

bool Round::expects(const std::string& name) const {
  const Member* const member = find(name);
  return member && member->expected;
}

bool Round::waits_for(const std::string& name) const {
  const Member* const member = find(name);
  return member && member->waited_for;
}

bool Round::all_expected_reported() const {
  return std::all_of(members_.begin(), members_.end(), [](const auto& each) {
    return !each.second.expected || each.second.contribution;
  });
}

Member& Round::member(const std::string& name) {
  // When a round begins, its members come by rising name: then the hint saves the search.
  return members_.try_emplace(members_.end(), name)->second;
}

void Round::erase(const std::string& name) {
  const auto found = members_.find(name);
  expect(found->second, false);
  wait_for(found->second, false);
  members_.erase(found);
}

void Round::expect(Member& member, bool expected) {
  if (member.expected == expected) return;
  member.expected = expected;
  expected ? ++expected_ : --expected_;
}

void Round::wait_for(Member& member, bool waited_for) {
  if (member.waited_for == waited_for) return;
  member.waited_for = waited_for;
  waited_for ? ++waiting_ : --waiting_;
}

void Round::wait_for_nobody() {
  for (auto& [name, member] : members_) wait_for(member, false);
}

void Round::add_report(Member& member, const ReportReceived& received, Role role,
                       const protocol::Hardware& hardware, double clock_offset_s,
                       Vocabulary& vocabulary) {
  // It may have been counted as what it was then.
  workers_reported_ -= member.reported_as_worker();
  workers_complete_ -= member.reported_as_worker() && member.complete();
  if (!member.contribution) {
    member.contribution = std::make_unique<Contribution>();
    ++contributions_;
  }
  member.contribution->role = role;
  member.contribution->add_report(received, hardware, clock_offset_s, vocabulary);
  workers_reported_ += member.reported_as_worker();
  workers_complete_ += member.reported_as_worker() && member.complete();
  add(emissions_g, received.emissions_g);
}

}  // namespace fedwatt::run
