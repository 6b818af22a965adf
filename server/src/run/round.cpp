#include "fedwatt/run/round.h"

#include <algorithm>
#include <cmath>

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

// A component is a gap if the worker has it, it took time, and nobody measured it.
void note_energy(const std::optional<double>& energy_j, const std::string& source, bool present,
                 const char* component, Contribution& contribution) {
  if (energy_j) {
    contribution.energy_sources.insert(source.empty() ? "unnamed" : source);
  } else if (present) {
    contribution.energy_gaps.insert(component);
  }
}

}  // namespace

void Contribution::add_report(const ReportReceived& received, const protocol::Hardware& hardware,
                              double clock_offset_s) {
  const auto& report = received.report;
  const bool took_time = report.duration_s > 0;
  add(energy_j.cpu_j, report.energy_j.cpu_j);
  add(energy_j.gpu_j, report.energy_j.gpu_j);
  add(energy_j.ram_j, report.energy_j.ram_j);
  note_energy(report.energy_j.cpu_j, report.energy_source.cpu, took_time, "cpu", *this);
  note_energy(report.energy_j.gpu_j, report.energy_source.gpu, took_time && !hardware.gpu.empty(),
              "gpu", *this);
  note_energy(report.energy_j.ram_j, report.energy_source.ram, took_time, "ram", *this);
  add(emissions_g, received.emissions_g);
  add(bytes_sent, report.bytes_sent);
  add(bytes_received, report.bytes_received);

  duration_s += report.duration_s;
  const auto milliseconds = [](double seconds) {
    return std::chrono::milliseconds{std::llround(seconds * 1000)};
  };
  const Timestamp start = report.started_at + milliseconds(clock_offset_s);
  const Timestamp end = start + milliseconds(report.duration_s);
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
