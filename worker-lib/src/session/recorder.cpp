#include "session/recorder.h"

#include <algorithm>
#include <utility>

namespace fedwatt::session {
namespace {

// A training that never begins a round must not fill the memory.
constexpr std::size_t kMaxHeld = 64;

}  // namespace

Recorder::Reports Recorder::begin_round(std::int64_t round) {
  if (!round_) {
    for (auto& report : held_) report.round = round;
  }
  round_ = round;
  return release();
}

void Recorder::open_phase(std::uint64_t id, protocol::Phase phase, Instant now) {
  open_ = {id, phase, now};
}

std::optional<std::uint64_t> Recorder::open_id() const {
  if (!open_) return std::nullopt;
  return open_->id;
}

Recorder::Reports Recorder::end_phase(Instant now, const energy::Lap& lap) {
  if (!open_) return {};
  const Open ended = *std::exchange(open_, std::nullopt);
  const bool may_go = round_ || held_.size() == kMaxHeld;
  Reports ready = may_go ? release() : Reports{};
  held_.push_back(interval(ended.phase, ended.started, now, lap));
  return ready;
}

Recorder::Reports Recorder::finish_round(const Results& results, Instant now) {
  if (!round_) round_ = 0;
  if (held_.empty()) held_.push_back(interval(protocol::Phase::kEvaluate, now, now, {}));
  protocol::Report& last = held_.back();
  last.metrics = results.metrics;
  last.num_examples = results.num_examples;
  last.bytes_sent = results.bytes_sent;
  last.bytes_received = results.bytes_received;
  last.round_complete = true;
  return release();
}

protocol::Report Recorder::idle(Instant from, Instant to, const energy::Lap& lap) const {
  return interval(protocol::Phase::kIdle, from, to, lap);
}

Recorder::Reports Recorder::release() { return std::exchange(held_, {}); }

protocol::Report Recorder::interval(protocol::Phase phase, Instant from, Instant to,
                                    const energy::Lap& lap) const {
  protocol::Report report;
  report.round = round_.value_or(0);
  report.phase = phase;
  report.started_at = from.wall;
  report.duration_s = std::max(0.0, to.steady_s - from.steady_s);
  report.energy_j = lap.energy_j;
  report.energy_source = lap.source;
  report.round_complete = false;
  return report;
}

}  // namespace fedwatt::session
