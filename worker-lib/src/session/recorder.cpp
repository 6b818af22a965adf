#include "session/recorder.h"

#include <algorithm>
#include <utility>

#include "energy/components.h"

namespace fedwatt::session {
namespace {

using energy::Component;
using energy::kComponents;
using protocol::ComponentEnergy;
using protocol::Phase;

// A training that never begins a round must not fill the memory.
constexpr std::size_t kMaxHeld = 64;

bool says_nothing(const energy::Lap& lap) { return lap.energy_j == ComponentEnergy(); }

bool spent_something(const ComponentEnergy& energy) {
  return std::any_of(
      std::begin(kComponents), std::end(kComponents),
      [&](const Component& component) { return (energy.*component.energy_j).value_or(0) > 0; });
}

void add(energy::Lap& sum, const energy::Lap& part) {
  for (const auto& [energy_j, source] : kComponents) {
    const auto& joules = part.energy_j.*energy_j;
    if (!joules) continue;
    sum.energy_j.*energy_j = (sum.energy_j.*energy_j).value_or(0) + *joules;
    sum.source.*source = part.source.*source;
  }
}

}  // namespace

Recorder::Recorder(Instruments instruments, double shortest_gap_s)
    : instruments_(std::move(instruments)),
      shortest_gap_s_(shortest_gap_s),
      cut_at_(instruments_.now()) {}

Recorder::Reports Recorder::begin_round(std::int64_t round) {
  end_open_phase();
  if (under_way_ && round == round_) return ready();
  const Instant now = instruments_.now();
  Reports reports;
  if (under_way_) {
    end_round(now, shortest_gap_s_);
    reports = release();
  } else {
    end_gap(now, shortest_gap_s_);
    if (!round_) make(std::exchange(gap_, std::nullopt));
    make(std::exchange(last_phase_, std::nullopt));
  }
  round_ = round;
  under_way_ = true;
  for (auto& report : release()) reports.push_back(std::move(report));
  return reports;
}

Recorder::Reports Recorder::begin_phase(std::uint64_t id, Phase phase) {
  end_open_phase();
  end_gap(instruments_.now(), shortest_gap_s_);
  open_ = {id, phase, {}};
  return ready();
}

Recorder::Reports Recorder::end_phase(std::uint64_t id) {
  if (!open_ || open_->id != id) return {};
  end_open_phase();
  return ready();
}

void Recorder::end_open_phase() {
  if (!open_) return;
  Stretch ended = cut(open_->phase, instruments_.now());
  add(ended.added, open_->added);
  open_.reset();
  make(std::exchange(last_phase_, std::move(ended)));
}

void Recorder::add_energy(const energy::Lap& reading) {
  if (open_) {
    add(open_->added, reading);
  } else {
    add(last_phase_ ? last_phase_->added : added_, reading);
  }
}

Recorder::Reports Recorder::finish_round(const Results& results) {
  end_open_phase();
  const Instant now = instruments_.now();
  end_pause(now);
  if (last_phase_) {
    end_gap(now, shortest_gap_s_);
  } else {
    // More results for a round that has some already are an evaluation of it.
    last_phase_ = cut(under_way_ || !round_ ? Phase::kFit : Phase::kEvaluate, now);
  }
  protocol::Report& last = last_phase_->report;
  last.metrics = results.metrics;
  last.num_examples = results.num_examples;
  last.bytes_sent = results.bytes_sent;
  last.bytes_received = results.bytes_received;
  last.round_complete = true;
  make(std::exchange(gap_, std::nullopt));
  make(std::exchange(last_phase_, std::nullopt));
  if (!round_) round_ = 0;
  under_way_ = false;
  return release();
}

void Recorder::pause() { paused_ = true; }

Recorder::Reports Recorder::report_pause() {
  if (paused_) make(cut(Phase::kIdle, instruments_.now()));
  return ready();
}

Recorder::Reports Recorder::resume() {
  end_pause(instruments_.now());
  return ready();
}

void Recorder::end_pause(Instant to) {
  if (std::exchange(paused_, false)) make(cut(Phase::kIdle, to));
}

Recorder::Reports Recorder::close() {
  end_open_phase();
  // What was added must go with some report, and there will be no other.
  end_round(instruments_.now(), says_nothing(added_) ? shortest_gap_s_ : 0);
  return release();
}

void Recorder::end_round(Instant to, double shortest_s) {
  end_pause(to);
  if (under_way_ && !last_phase_) {
    if (to.steady_s - cut_at_.steady_s >= shortest_s) make(cut(Phase::kFit, to));
  } else {
    end_gap(to, shortest_s);
  }
  make(std::exchange(gap_, std::nullopt));
  make(std::exchange(last_phase_, std::nullopt));
}

void Recorder::end_gap(Instant to, double shortest_s) {
  end_pause(to);
  if (to.steady_s - cut_at_.steady_s < shortest_s) return;
  Stretch gap = cut(round_ ? Phase::kIdle : Phase::kInit, to);
  // Measured, estimated and unknown are never added up.
  const bool alike = gap_ && gap_->report.energy_source == gap.report.energy_source &&
                     says_nothing(gap_->added) && says_nothing(gap.added);
  if (!alike) {
    make(std::exchange(gap_, std::move(gap)));
    return;
  }
  gap_->report.duration_s += gap.report.duration_s;
  for (const auto& [energy_j, source] : kComponents) {
    auto& sum = gap_->report.energy_j.*energy_j;
    if (sum) *sum += *(gap.report.energy_j.*energy_j);
  }
}

Recorder::Stretch Recorder::cut(Phase phase, Instant to) {
  const Instant from = std::exchange(cut_at_, to);
  const energy::Lap lap = instruments_.lap();
  Stretch stretch;
  stretch.report.phase = phase;
  stretch.report.started_at = from.wall;
  stretch.report.duration_s = std::max(0.0, to.steady_s - from.steady_s);
  stretch.report.energy_j = lap.energy_j;
  stretch.report.energy_source = lap.source;
  stretch.report.round_complete = false;
  stretch.added = std::exchange(added_, {});
  return stretch;
}

void Recorder::make(std::optional<Stretch> stretch) {
  if (!stretch) return;
  auto& [report, added] = *stretch;
  if (added.energy_j.machine_j) {
    report.energy_j = {};
    report.energy_source = {};
    report.energy_j.machine_j = added.energy_j.machine_j;
    report.energy_source.machine = added.source.machine;
  } else {
    for (const auto& [energy_j, source] : kComponents) {
      if (!(added.energy_j.*energy_j)) continue;
      report.energy_j.*energy_j = added.energy_j.*energy_j;
      report.energy_source.*source = added.source.*source;
    }
  }
  const bool worth_it = report.duration_s > 0 || report.round_complete.value_or(false) ||
                        spent_something(report.energy_j);
  if (worth_it) made_.push_back(std::move(report));
}

Recorder::Reports Recorder::ready() {
  if (!under_way_ && made_.size() < kMaxHeld) return {};
  return release();
}

Recorder::Reports Recorder::release() {
  for (auto& report : made_) report.round = round_.value_or(0);
  return std::exchange(made_, {});
}

}  // namespace fedwatt::session
