#include "fedwatt/run/run.h"

#include <algorithm>

#include "fedwatt/carbon/emissions.h"
#include "fedwatt/protocol/names.h"

namespace fedwatt::run {

using protocol::ClosedBy;
using protocol::Directive;
using protocol::Role;
using protocol::RunState;
using protocol::WorkerState;

namespace {

const char* in_words(ClosedBy by) {
  switch (by) {
    case ClosedBy::kAllReported:
      return "all have reported";
    case ClosedBy::kDeadline:
      return "its deadline passed";
    case ClosedBy::kWorkersLost:
      return "those it waited for are gone";
    case ClosedBy::kRunEnd:
      break;
  }
  return "the run ended";
}

}  // namespace

Run::Run(std::string run_id) : run_id_(std::move(run_id)) {}

Run::Effects Run::apply(const Event& event, Timestamp now) {
  ++offset_;
  now_ = now;
  effects_ = {};
  std::visit([this](const auto& each) { on(each); }, event);
  look_at_policies(event);
  return std::move(effects_);
}

void Run::on(const RunCreated& event) {
  created_ = event;
  started_at_ = now_;
  rounds_.begin(event.rules, event.target, [this](const Round& round) {
    log("round_closed",
        "round " + std::to_string(round.number) + " closed: " + in_words(*round.closed_by), nullptr,
        round.number);
    watch_target(round);
    look_ahead();
  });
  log("run_started", "run " + created_.name + " started");
}

// ---- who is there -------------------------------------------------------------------------------

Participant& Run::set_state(const std::string& worker, WorkerState state) {
  Participant& participant = participants_.at(worker);
  participant.state = state;
  participant.state_since = now_;
  participant.stale = false;
  participant.changed_at = offset_;
  return participant;
}

void Run::on(const WorkerJoined& event) {
  const std::string& worker = event.hello.worker;
  const auto [entry, is_new] = participants_.try_emplace(worker);
  const bool was_online = !is_new && entry->second.online();
  const bool region_is_news = is_new || entry->second.hello.region != event.hello.region;
  Participant& participant = set_state(worker, WorkerState::kOnline);
  participant.hello = event.hello;
  participant.silence.connected();
  const bool imported = participant.imported();
  // A file does not say how its worker's clock went; the worker itself may have, earlier.
  if (!imported || event.clock_offset_s) participant.clock_offset_s = event.clock_offset_s;
  if (event.hello.total_rounds) total_rounds_ = event.hello.total_rounds;
  if (ended_at_ && end_state_ == RunState::kLost) ended_at_.reset();  // given up too early
  if (imported) {
    participant.imported_session = event.hello.session;
    participant.reports_before_import = participant.reports;
    log("import_started", "reports of " + worker + " are being imported", &worker);
  } else if (is_new) {
    log("worker_joined", worker + " joined", &worker);
  } else if (!was_online) {
    log("worker_returned", worker + " is back", &worker);
  }
  if (region_is_news && !event.region_known) note_region(event);
  // Rounds wait for all files of an import; those of a training that goes on do not.
  if (!imported || !training()) {
    rounds_.participant_came(worker, participant.role(), offset_, now_);
  }
  control_.settle(participants_, offset_);
  if (is_new && !imported && participant.role() == Role::kCoordinator) send_orders();
}

void Run::on(const WorkerDisconnected& event) {
  set_state(event.worker, WorkerState::kAway);
  log("worker_away", event.worker + " lost its connection", &event.worker);
  control_.settle(participants_, offset_);
}

void Run::on(const WorkerLeft& event) {
  const Participant& participant = participants_.at(event.worker);
  if (participant.imported()) {
    const auto reports = participant.reports - participant.reports_before_import;
    log("import_finished",
        std::to_string(reports) + " reports of " + event.worker + " were imported", &event.worker);
    return leave(event.worker, WorkerState::kLeft);
  }
  log("worker_left", event.worker + " left" + (event.reason.empty() ? "" : ": " + event.reason),
      &event.worker);
  leave(event.worker, WorkerState::kLeft);
}

void Run::leave(const std::string& worker, WorkerState state) {
  const Participant& participant = set_state(worker, state);
  rounds_.participant_gone(worker, offset_, now_);
  control_.settle(participants_, offset_);
  if (participant.role() == Role::kCoordinator && !participant.imported()) {
    send_orders();  // from now on the workers act themselves
  }
  if (deserted()) {
    deserted_at_ = now_;
    end_if_over();
  }
}

bool Run::deserted() const {
  return std::none_of(participants_.begin(), participants_.end(),
                      [](const auto& each) { return each.second.present(); });
}

bool Run::training() const {
  return std::any_of(participants_.begin(), participants_.end(), [](const auto& each) {
    return each.second.present() && !each.second.imported();
  });
}

const std::string* Run::worker_of_session(const std::string& session) const {
  const auto found =
      std::find_if(participants_.begin(), participants_.end(), [&session](const auto& each) {
        return each.second.imported_session == session || each.second.hello.session == session;
      });
  return found == participants_.end() ? nullptr : &found->first;
}

// A run is over when nobody is there any more and this is no accident: somebody said bye, or it was
// told to stop.
void Run::end_if_over() {
  if (!deserted()) return;
  const bool goodbye =
      std::any_of(participants_.begin(), participants_.end(),
                  [](const auto& each) { return each.second.state == WorkerState::kLeft; });
  if (control_.directive() == Directive::kStop) {
    end(RunState::kStopped);
  } else if (goodbye) {
    end(RunState::kFinished);
  }
}

void Run::on(const RunAbandoned&) { end(RunState::kLost); }

void Run::end(RunState state) {
  rounds_.run_ended(offset_);
  if (ended_at_) return;
  ended_at_ = now_;
  end_state_ = state;
  log("run_ended", "run " + created_.name + " ended: " + std::string(protocol::name_of(state)));
}

// ---- what they report ---------------------------------------------------------------------------

void Run::on(const ReportReceived& event) {
  Participant& participant = participants_.at(event.worker);
  participant.add_report(event, now_);
  participant.silence.reported(now_, control_.resumed_at());
  participant.stale = false;
  participant.changed_at = offset_;
  if (!participant.imported()) watch_power(participant, event);
  add(spent_j_, carbon::total_energy_j(event.report.energy_j));
  add(spent_g_, event.emissions_g);
  const bool late = rounds_.add_report(event, participant.role(), participant.hello.hardware,
                                       participant.clock_offset_s.value_or(0), offset_, now_);
  if (!late || participant.imported()) return;  // of an import all are
  const auto round = event.report.round;
  log("late_report",
      "round " + std::to_string(round) + " had closed when " + event.worker + " reported",
      &event.worker, round);
}

void Run::on(const RoundPlanned& event) {
  Participant& coordinator = participants_.at(event.worker);
  coordinator.round = event.plan.round;
  coordinator.silence.heard(now_);
  coordinator.changed_at = offset_;
  rounds_.plan(event.worker, event.plan, offset_, now_);
}

void Run::on(const RoundDeadlinePassed& event) { rounds_.deadline_passed(event.round, offset_); }

// ---- what they are told -------------------------------------------------------------------------

void Run::on(const CommandIssued& event) {
  const auto& command = event.command;
  policy_memory_.operator_ordered(event);
  log("command", std::string(protocol::name_of(command.action)) + " ordered by " + event.issued_by +
                     (command.reason.empty() ? "" : ": " + command.reason));
  order(event, false);
}

void Run::order(const CommandIssued& issued, bool by_policy) {
  control_.issue(issued, by_policy, offset_, now_);
  control_.settle(participants_, offset_);
  send_orders(&issued.command.id);
  end_if_over();
}

void Run::send_orders(const std::string* command_id) {
  for (auto& [worker, participant] : participants_) {
    const auto order = control_.order_for(worker, participants_);
    if (participant.imported()) continue;
    if (!order.command || (command_id && order.command->command.id != *command_id)) continue;
    participant.changed_at = offset_;
    if (!participant.online()) continue;  // it learns of it from welcome
    const auto& status = order.command->status;
    effects_.orders.push_back(
        {worker, {order.directive, order.applies_at, status.id, status.reason, status.issued_by}});
  }
}

void Run::on(const DirectiveAcknowledged& event) {
  Participant& participant = participants_.at(event.worker);
  participant.directive_state = event.ack.state;
  participant.silence.heard(now_);
  participant.changed_at = offset_;
  control_.acknowledge(event.worker, event.ack.command);
  control_.settle(participants_, offset_);
  log("directive_ack", event.worker + " is " + std::string(protocol::name_of(event.ack.state)),
      &event.worker, event.ack.round);
}

// ---- what the clock decides ---------------------------------------------------------------------

std::vector<Event> Run::due(Timestamp now) const {
  std::vector<Event> events;
  const auto passed = [now](Timestamp when) { return when <= now; };
  const bool reports_expected = expects_reports();
  for (const auto& [worker, participant] : participants_) {
    if (participant.state == WorkerState::kAway && passed(lost_at(participant))) {
      events.emplace_back(WorkerLost{worker});
    }
    const auto stale = reports_expected ? stale_at(participant) : std::nullopt;
    if (stale && passed(*stale) && awaited(worker, participant)) {
      events.emplace_back(WorkerStale{worker});
    }
  }
  for (const auto& [number, round] : rounds_.open_rounds()) {
    const auto deadline = deadline_of(*round);
    if (deadline && passed(*deadline)) events.emplace_back(RoundDeadlinePassed{number});
  }
  if (const auto abandoned = abandoned_at(); abandoned && passed(*abandoned)) {
    events.emplace_back(RunAbandoned{});
  }
  return events;
}

std::optional<Timestamp> Run::next_due() const {
  std::optional<Timestamp> next;
  const auto consider = [&next](std::optional<Timestamp> when) {
    if (when) next = std::min(next.value_or(*when), *when);
  };
  const bool reports_expected = expects_reports();
  for (const auto& [worker, participant] : participants_) {
    if (participant.state == WorkerState::kAway) consider(lost_at(participant));
    const auto stale = reports_expected ? stale_at(participant) : std::nullopt;
    // To know whether it is awaited takes longer, and mostly somebody else comes first.
    if (stale && (!next || *stale < *next) && awaited(worker, participant)) next = stale;
  }
  for (const auto& [number, round] : rounds_.open_rounds()) consider(deadline_of(*round));
  consider(abandoned_at());
  return next;
}

Timestamp Run::lost_at(const Participant& participant) const {
  return participant.state_since + std::chrono::milliseconds{created_.rules.grace_ms};
}

// A pause stops the clock of the rounds: nobody can report while told to wait.
std::optional<Timestamp> Run::deadline_of(const Round& round) const {
  if (control_.directive() == Directive::kPause) return std::nullopt;
  return rounds_.deadline_of(round, control_.resumed_at());
}

std::optional<Timestamp> Run::abandoned_at() const {
  if (ended_at_ || participants_.empty() || !deserted()) return std::nullopt;
  return deserted_at_ + std::chrono::milliseconds{created_.rules.abandon_ms};
}

}  // namespace fedwatt::run
