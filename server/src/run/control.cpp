#include "fedwatt/run/control.h"

#include <algorithm>

namespace fedwatt::run {
namespace {

using protocol::Action;
using protocol::AppliesAt;
using protocol::CommandOutcome;
using protocol::CommandStatus;
using protocol::Directive;
using protocol::Role;
using protocol::WorkerState;

Directive directive_of(Action action) {
  switch (action) {
    case Action::kPause:
      return Directive::kPause;
    case Action::kStop:
      return Directive::kStop;
    case Action::kResume:
      break;
  }
  return Directive::kRun;
}

bool has_coordinator(const Participants& participants) {
  return std::any_of(participants.begin(), participants.end(), [](const auto& each) {
    const Participant& participant = each.second;
    return participant.role() == Role::kCoordinator && participant.present() &&
           !participant.imported();
  });
}

// Whether every worker that `old` names is named by `later` too.
bool replaces(const protocol::Command& later, const protocol::Command& old) {
  if (!later.workers) return true;
  if (!old.workers) return false;
  return std::all_of(old.workers->begin(), old.workers->end(), [&later](const auto& worker) {
    return std::find(later.workers->begin(), later.workers->end(), worker) != later.workers->end();
  });
}

void sort_into(CommandStatus& status, const IssuedCommand& command, const std::string& worker,
               const Participant& participant) {
  if (participant.imported()) return;
  const bool left = participant.state == WorkerState::kLeft;
  // Leaving is what a stop asks for.
  const bool complied = left && command.command.action == Action::kStop;
  if (complied || command.acknowledged.count(worker) > 0) {
    status.acknowledged.push_back(worker);
  } else if (participant.online()) {
    status.pending.push_back(worker);
  } else if (participant.present() || !command.for_run()) {
    status.offline.push_back(worker);
  }
}

CommandOutcome outcome_of(const CommandStatus& status) {
  if (!status.pending.empty()) return CommandOutcome::kPending;
  return status.offline.empty() ? CommandOutcome::kAcknowledged : CommandOutcome::kPartial;
}

}  // namespace

bool IssuedCommand::names(const std::string& worker) const {
  return command.workers && std::find(command.workers->begin(), command.workers->end(), worker) !=
                                command.workers->end();
}

void Control::issue(const CommandIssued& issued, std::int64_t offset, Timestamp now) {
  const auto& command = issued.command;
  for (auto& earlier : commands_) {
    if (!earlier.in_force || !replaces(command, earlier.command)) continue;
    earlier.in_force = false;
    if (earlier.status.outcome == CommandOutcome::kAcknowledged) continue;
    earlier.status.outcome = CommandOutcome::kSuperseded;
    earlier.status.offset = offset;
  }
  if (command.action == Action::kResume) resumed_at_ = now;
  auto& added = commands_.emplace_back();
  added.command = command;
  added.status.offset = offset;
  added.status.id = command.id;
  added.status.action = command.action;
  added.status.workers = command.workers;
  added.status.reason = command.reason;
  added.status.issued_by = issued.issued_by;
  added.status.issued_at = now;
}

void Control::acknowledge(const std::string& worker, const std::string& command) {
  for (auto& each : commands_) {
    if (each.command.id == command) each.acknowledged.insert(worker);
  }
}

void Control::settle(const Participants& participants, std::int64_t offset) {
  for (auto& command : commands_) {
    if (!command.in_force) continue;
    CommandStatus status = command.status;
    status.acknowledged.clear();
    status.pending.clear();
    status.offline.clear();
    for (const auto& [worker, participant] : participants) {
      const bool concerned = command.for_run() || command.names(worker);
      const bool stands = concerning(worker) == &command;
      if (concerned && (stands || command.acknowledged.count(worker) > 0)) {
        sort_into(status, command, worker, participant);
      }
    }
    status.outcome = outcome_of(status);
    if (status == command.status) continue;
    command.status = std::move(status);
    command.status.offset = offset;
  }
}

const IssuedCommand* Control::for_run() const {
  const auto last = std::find_if(commands_.rbegin(), commands_.rend(),
                                 [](const IssuedCommand& each) { return each.for_run(); });
  return last == commands_.rend() ? nullptr : &*last;
}

const IssuedCommand* Control::concerning(const std::string& worker) const {
  const auto last = std::find_if(
      commands_.rbegin(), commands_.rend(),
      [&worker](const IssuedCommand& each) { return each.for_run() || each.names(worker); });
  return last == commands_.rend() ? nullptr : &*last;
}

Directive Control::directive() const {
  const auto* command = for_run();
  return command ? directive_of(command->command.action) : Directive::kRun;
}

Control::Order Control::order_for(const std::string& worker,
                                  const Participants& participants) const {
  Order order;
  order.command = concerning(worker);
  const auto participant = participants.find(worker);
  const bool coordinates =
      participant != participants.end() && participant->second.role() == Role::kCoordinator;
  const bool named = order.command && !order.command->for_run();
  if (order.command) order.directive = directive_of(order.command->command.action);
  if (!named && !coordinates && has_coordinator(participants)) {
    order.applies_at = AppliesAt::kCoordinator;
  }
  return order;
}

bool Control::taken_hold(const Participants& participants) const {
  const auto* command = for_run();
  if (!command) return true;
  const Role acting = has_coordinator(participants) ? Role::kCoordinator : Role::kWorker;
  return std::all_of(participants.begin(), participants.end(), [&](const auto& each) {
    const auto& [worker, participant] = each;
    return participant.role() != acting || !participant.present() || participant.imported() ||
           command->acknowledged.count(worker) > 0;
  });
}

const IssuedCommand* Control::find(const std::string& id) const {
  const auto found =
      std::find_if(commands_.begin(), commands_.end(),
                   [&id](const IssuedCommand& each) { return each.command.id == id; });
  return found == commands_.end() ? nullptr : &*found;
}

std::vector<CommandStatus> Control::changed_since(std::int64_t since) const {
  std::vector<CommandStatus> changed;
  for (const auto& command : commands_) {
    if (command.status.offset > since) changed.push_back(command.status);
  }
  return changed;
}

}  // namespace fedwatt::run
