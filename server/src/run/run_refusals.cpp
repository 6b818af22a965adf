#include <set>
#include <string_view>

#include "fedwatt/protocol/names.h"
#include "fedwatt/run/run.h"

namespace fedwatt::run {
namespace {

using protocol::Action;
using protocol::Directive;
using protocol::Error;
using protocol::Role;

std::optional<Error> too_many(const std::string& what, std::size_t limit) {
  return Error{"too_many", what + " (at most " + std::to_string(limit) + ")", {}, {}};
}

std::optional<Error> refuse_round(const Rounds& rounds, std::int64_t round) {
  if (rounds.all().count(round) > 0) return std::nullopt;
  if (rounds.all().size() >= kMaxRounds)
    return too_many("this run has too many rounds", kMaxRounds);
  if (rounds.open_rounds().size() >= kMaxOpenRounds) {
    return too_many("too many rounds of this run are open at once", kMaxOpenRounds);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Error> Run::refuse(const Event& event) const {
  if (const auto* joined = std::get_if<WorkerJoined>(&event)) {
    const bool known = participants_.count(joined->hello.worker) > 0;
    if (!known && participants_.size() >= kMaxParticipants) {
      return too_many("run " + name() + " has too many workers", kMaxParticipants);
    }
  } else if (const auto* received = std::get_if<ReportReceived>(&event)) {
    auto error = refuse_report(received->report);
    if (error) error->seq = received->report.seq;
    return error;
  } else if (const auto* planned = std::get_if<RoundPlanned>(&event)) {
    if (participants_.at(planned->worker).role() != Role::kCoordinator) {
      return Error{"not_coordinator",
                   planned->worker + " said hello as a worker: only a coordinator plans rounds",
                   {},
                   {}};
    }
    return refuse_round(rounds_, planned->plan.round);
  } else if (const auto* issued = std::get_if<CommandIssued>(&event)) {
    auto error = refuse_command(issued->command);
    if (error) error->id = issued->command.id;
    return error;
  } else if (const auto* acknowledged = std::get_if<DirectiveAcknowledged>(&event)) {
    if (!control_.find(acknowledged->ack.command)) {
      return Error{"unknown_command",
                   "run " + name() + " has no command " + acknowledged->ack.command,
                   {},
                   {}};
    }
  }
  return std::nullopt;
}

std::optional<Error> Run::refuse_report(const protocol::Report& report) const {
  std::size_t metrics = metrics_.size();
  for (const auto& [metric, value] : report.metrics) metrics += metrics_.count(metric) == 0;
  if (metrics > kMaxMetrics) {
    return too_many("run " + name() + " has too many different metrics", kMaxMetrics);
  }
  const auto& source = report.energy_source;
  std::set<std::string_view> new_sources;
  for (const auto* each : {&source.cpu, &source.gpu, &source.ram}) {
    if (energy_sources_.count(*each) == 0) new_sources.insert(*each);
  }
  if (energy_sources_.size() + new_sources.size() > kMaxEnergySources) {
    return too_many("run " + name() + " has too many different energy sources", kMaxEnergySources);
  }
  return refuse_round(rounds_, report.round);
}

std::optional<Error> Run::refuse_command(const protocol::Command& command) const {
  if (control_.find(command.id)) {
    return Error{"duplicate_command", "command id " + command.id + " was used before", {}, {}};
  }
  if (ended()) {
    return Error{"run_ended",
                 "run " + name() + " has ended: there is nothing to " +
                     std::string(protocol::name_of(command.action)),
                 {},
                 {}};
  }
  if (control_.directive() == Directive::kStop && command.action != Action::kStop) {
    return Error{
        "run_stopping", "run " + name() + " is stopping: that cannot be taken back", {}, {}};
  }
  if (control_.size() >= kMaxCommands) {
    return too_many("run " + name() + " has had too many commands", kMaxCommands);
  }
  if (!command.workers) return std::nullopt;
  if (command.workers->empty()) {
    return Error{
        "invalid_command", "workers is empty: name some, or null for the whole run", {}, {}};
  }
  for (const auto& worker : *command.workers) {
    if (participants_.count(worker) > 0) continue;
    return Error{"unknown_worker", "run " + name() + " has no worker " + worker, {}, {}};
  }
  return std::nullopt;
}

}  // namespace fedwatt::run
