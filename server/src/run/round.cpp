#include "fedwatt/run/round.h"

#include <algorithm>

#include "fedwatt/carbon/emissions.h"
#include "fedwatt/carbon/interval.h"

namespace fedwatt::run {
namespace {

using protocol::Phase;

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
void note_energy(const std::optional<double>& energy_j, const std::string& source, bool needed,
                 const char* component, Contribution& contribution) {
  if (energy_j) {
    contribution.energy_sources.insert(source.empty() ? "unnamed" : source);
  } else if (needed) {
    contribution.energy_gaps.insert(component);
  }
}

}  // namespace

void Contribution::add_report(const ReportReceived& received, const protocol::Hardware& hardware,
                              double clock_offset_s) {
  const auto& report = received.report;
  const auto& measured_j = report.energy_j;
  const auto& source = report.energy_source;
  add(energy_j, measured_j);
  // A figure for the whole machine has its parts in it: then none of them is missing.
  const bool needed = report.duration_s > 0 && !measured_j.machine_j;
  note_energy(measured_j.cpu_j, source.cpu, needed, "cpu", *this);
  note_energy(measured_j.gpu_j, source.gpu, needed && !hardware.gpu.empty(), "gpu", *this);
  note_energy(measured_j.ram_j, source.ram, needed, "ram", *this);
  note_energy(measured_j.machine_j, source.machine, false, "machine", *this);
  add(emissions_g, received.emissions_g);
  if (const auto measured = carbon::total_energy_j(measured_j)) {
    add(energy_intensity, *measured * received.intensity_g_per_kwh);
  }
  add(bytes_sent, report.bytes_sent);
  add(bytes_received, report.bytes_received);

  duration_s += report.duration_s;
  const auto [start, end] = carbon::interval_of(report, clock_offset_s);
  started_at = std::min(started_at.value_or(start), start);
  ended_at = std::max(ended_at.value_or(end), end);

  const int rank = metrics_rank_of(report.phase);
  if ((!report.metrics.empty() || report.num_examples) && rank >= metrics_rank) {
    metrics_rank = rank;
    for (const auto& [name, value] : report.metrics) metrics[name] = value;
    if (report.num_examples) num_examples = report.num_examples;
  } else {
    // What only the earlier phase knows is kept beside the evaluation's figures.
    for (const auto& [name, value] : report.metrics) metrics.emplace(name, value);
    if (!num_examples) num_examples = report.num_examples;
  }
  complete = complete || report.round_complete.value_or(!report.metrics.empty());
}

std::size_t Round::workers_reported() const {
  return static_cast<std::size_t>(
      std::count_if(contributions.begin(), contributions.end(),
                    [](const auto& each) { return each.second.role == protocol::Role::kWorker; }));
}

std::size_t Round::workers_complete() const {
  return static_cast<std::size_t>(
      std::count_if(contributions.begin(), contributions.end(), [](const auto& each) {
        return each.second.role == protocol::Role::kWorker && each.second.complete;
      }));
}

}  // namespace fedwatt::run
