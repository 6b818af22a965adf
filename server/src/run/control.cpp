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
bool replaces(const IssuedCommand& later, const IssuedCommand& old) {
  if (later.for_run()) return true;
  return !old.for_run() && std::includes(later.workers.begin(), later.workers.end(),
                                         old.workers.begin(), old.workers.end());
}

// Whether what an operator ordered a worker by name stands against this later command.
bool word_outranks(const IssuedCommand& word, const IssuedCommand& later) {
  return !word.by_policy && !word.for_run() && later.by_policy &&
         later.command.action != Action::kStop;
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

void Control::issue(const CommandIssued& issued, bool by_policy, std::int64_t offset,
                    Timestamp now) {
  const auto& command = issued.command;
  IssuedCommand added;
  added.command = command;
  if (command.workers) added.workers = {command.workers->begin(), command.workers->end()};
  added.by_policy = by_policy;
  added.status.offset = offset;
  added.status.id = command.id;
  added.status.action = command.action;
  added.status.workers = command.workers;
  added.status.reason = command.reason;
  added.status.issued_by = issued.issued_by;
  added.status.issued_at = now;
  for (std::size_t i = 0; i < commands_.size(); ++i) {
    IssuedCommand& earlier = commands_[i];
    if (!earlier.in_force || !replaces(added, earlier)) continue;
    if (i >= handed_back_ && word_outranks(earlier, added)) continue;
    earlier.in_force = false;
    if (earlier.status.outcome == CommandOutcome::kAcknowledged) continue;
    earlier.status.outcome = CommandOutcome::kSuperseded;
    earlier.status.offset = offset;
  }
  if (command.action == Action::kResume) resumed_at_ = now;
  const std::size_t place = commands_.size();
  if (added.for_run()) {
    for_run_ = place;
    if (!by_policy) operators_word_.clear();
  }
  for (const auto& worker : added.workers) {
    by_name_[worker] = place;
    if (!by_policy) operators_word_[worker] = place;
  }
  commands_.push_back(std::move(added));
}

void Control::acknowledge(const std::string& worker, const std::string& command) {
  for (auto& each : commands_) {
    if (each.command.id == command) each.acknowledged.insert(worker);
  }
}

void Control::settle(const Participants& participants, std::int64_t offset) {
  for (auto& command : commands_) {
    if (command.in_force) settle(command, participants, offset);
  }
}

void Control::settle(IssuedCommand& command, const Participants& participants,
                     std::int64_t offset) {
  CommandStatus status = command.status;
  status.acknowledged.clear();
  status.pending.clear();
  status.offline.clear();
  const auto sort = [&](const std::string& worker, const Participant& participant) {
    const bool stands = concerning(worker) == &command;
    if (stands || command.acknowledged.count(worker) > 0) {
      sort_into(status, command, worker, participant);
    }
  };
  if (command.for_run()) {
    for (const auto& [worker, participant] : participants) sort(worker, participant);
  }
  for (const auto& worker : command.workers) {
    const auto participant = participants.find(worker);
    if (participant != participants.end()) sort(worker, participant->second);
  }
  status.outcome = outcome_of(status);
  if (status == command.status) return;
  command.status = std::move(status);
  command.status.offset = offset;
}

const IssuedCommand* Control::for_run() const { return for_run_ ? &commands_[*for_run_] : nullptr; }

bool Control::operators_word_stands(const std::string& worker) const {
  const auto word = operators_word_.find(worker);
  return word != operators_word_.end() && word->second >= handed_back_;
}

bool Control::any_operators_word_stands() const {
  return std::any_of(operators_word_.begin(), operators_word_.end(),
                     [this](const auto& word) { return word.second >= handed_back_; });
}

const IssuedCommand* Control::concerning(const std::string& worker) const {
  std::optional<std::size_t> latest = for_run_;
  const auto named = by_name_.find(worker);
  if (named != by_name_.end()) latest = std::max(latest, std::optional(named->second));
  if (!latest) return nullptr;
  const IssuedCommand& command = commands_[*latest];
  const auto word = operators_word_.find(worker);
  if (word == operators_word_.end()) return &command;
  const bool handed_back = word->second < handed_back_ && handed_back_ <= *latest;
  const IssuedCommand& order = commands_[word->second];
  return !handed_back && word_outranks(order, command) ? &order : &command;
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
           concerning(worker) != command || command->acknowledged.count(worker) > 0;
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
