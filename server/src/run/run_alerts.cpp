#include <fmt/format.h>

#include "fedwatt/protocol/time.h"
#include "fedwatt/run/run.h"

// What of a run somebody should look at; docs/alerts.md.

namespace fedwatt::run {

using protocol::ClosedBy;
using protocol::Directive;
using protocol::Role;
using protocol::WorkerState;

void Run::alert(const char* kind, std::string message, std::map<std::string, double> numbers,
                const std::string* worker, std::optional<std::int64_t> round) {
  protocol::EventView& event = log(kind, std::move(message), worker, round);
  event.alert = true;
  event.numbers = std::move(numbers);
  // An edition tells again what was: those whom it concerned have been told.
  if (!created_.edition) effects_.alerts.push_back(event);
}

// ---- workers that say nothing -------------------------------------------------------------------

void Run::on(const WorkerLost& event) {
  const Participant& participant = participants_.at(event.worker);
  std::string message = event.worker + " did not come back in time";
  if (participant.imported() || control_.directive() == Directive::kStop) {
    log("worker_lost", std::move(message), &event.worker);
  } else {
    alert("worker_lost", std::move(message),
          {{"away_s", protocol::seconds_between(participant.state_since, now_)}}, &event.worker);
  }
  leave(event.worker, WorkerState::kLost);
}

bool Run::expects_reports() const { return !ended_at_ && control_.directive() == Directive::kRun; }

// Nothing is expected of a worker that is paused by itself.
std::optional<Timestamp> Run::stale_at(const Participant& participant) const {
  if (!participant.online() || participant.imported() || participant.stale) return std::nullopt;
  if (participant.directive_state == protocol::DirectiveState::kPaused) return std::nullopt;
  return participant.silence.too_long_at(control_.resumed_at(),
                                         std::chrono::milliseconds{created_.rules.stale_ms});
}

// Nor of one that was not selected for the newest round, or that has done its part of it and waits
// for the others.
bool Run::awaited(const std::string& worker, const Participant& participant) const {
  if (rounds_.all().empty()) return false;
  const Round& newest = rounds_.all().rbegin()->second;
  if (newest.open()) return newest.waits_for(worker);
  return participant.role() == Role::kCoordinator || !newest.planned || newest.expects(worker);
}

void Run::on(const WorkerStale& event) {
  Participant& participant = participants_.at(event.worker);
  participant.stale = true;
  participant.changed_at = offset_;
  const double silent_s =
      protocol::seconds_between(participant.silence.silent_since(control_.resumed_at()), now_);
  const double longest_s = std::chrono::duration<double>(participant.silence.longest()).count();
  alert("worker_stale",
        fmt::format("{} is connected, but has sent nothing for {:.0f} s; until now it was never "
                    "silent for longer than {:.0f} s",
                    event.worker, silent_s, longest_s),
        {{"silent_s", silent_s}, {"longest_silence_s", longest_s}}, &event.worker);
}

// ---- what they say ------------------------------------------------------------------------------

void Run::note_region(const WorkerJoined& event) {
  const std::string& worker = event.hello.worker;
  const std::string& region = event.hello.region;
  if (region.empty()) {
    log("unknown_region",
        worker + " does not say in which region it is, so the world's average intensity is used",
        &worker);
    return;
  }
  alert("unknown_region",
        "region " + region + " of " + worker +
            " is unknown, so the world's average intensity is used; fedwatt-hub --list-regions "
            "lists those that are known, and --intensity-series adds one",
        {}, &worker);
}

void Run::watch_power(Participant& participant, const ReportReceived& event) {
  const auto outlier = participant.power.reported(event.report);
  if (!outlier) return;
  alert("power_outlier",
        fmt::format("{} drew {:.4g} W in round {}, where {:.4g} W is usual for it", event.worker,
                    outlier->power_w, event.report.round, outlier->median_w),
        {{"power_w", outlier->power_w},
         {"median_power_w", outlier->median_w},
         {"mad_power_w", outlier->mad_w}},
        &event.worker, event.report.round);
}

// Imports tell of what was, and the end of a run closes rounds that are not complete.
void Run::watch_target(const Round& closed) {
  if (created_.by_import || closed.closed_by == ClosedBy::kRunEnd) return;
  const auto target = rounds_.vocabulary().metrics.find(created_.target.metric);
  const auto reached = target ? aggregated(closed, *target) : std::nullopt;
  if (!reached) return;
  const auto fall = target_watch_.closed(closed.number, reached->value, created_.target);
  if (!fall) return;
  alert(
      "target_falling",
      fmt::format("{} has got worse in {} rounds in a row, to {:.4g}; the best was {:.4g}, in "
                  "round {}",
                  created_.target.metric, fall->rounds, fall->value, fall->best, fall->best_round),
      {{"target_value", fall->value},
       {"best_target_value", fall->best},
       {"best_round", static_cast<double>(fall->best_round)},
       {"rounds_in_a_row", static_cast<double>(fall->rounds)}},
      nullptr, closed.number);
}

}  // namespace fedwatt::run
