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
  if (created_.edition && !std::holds_alternative<CommandIssued>(event)) return refuse_edition();
  if (const auto* joined = std::get_if<WorkerJoined>(&event)) {
    return refuse_hello(joined->hello);
  }
  if (const auto* received = std::get_if<ReportReceived>(&event)) {
    auto error = refuse_report(received->report);
    if (error) error->seq = received->report.seq;
    return error;
  }
  if (const auto* planned = std::get_if<RoundPlanned>(&event)) {
    if (participants_.at(planned->worker).role() != Role::kCoordinator) {
      return Error{"not_coordinator",
                   planned->worker + " said hello as a worker: only a coordinator plans rounds",
                   {},
                   {}};
    }
    return refuse_round(rounds_, planned->plan.round);
  }
  if (const auto* issued = std::get_if<CommandIssued>(&event)) {
    auto error = refuse_command(issued->command);
    if (error) error->id = issued->command.id;
    return error;
  }
  if (std::holds_alternative<PoliciesChanged>(event) && ended()) {
    return Error{
        "run_ended", "run " + name() + " has ended: its policies have nothing to decide", {}, {}};
  }
  if (const auto* acknowledged = std::get_if<DirectiveAcknowledged>(&event)) {
    if (!control_.find(acknowledged->ack.command)) {
      return Error{"unknown_command",
                   "run " + name() + " has no command " + acknowledged->ack.command,
                   {},
                   {}};
    }
  }
  return std::nullopt;
}

// Of a command it is enough to say that the run has ended.
Error Run::refuse_edition() const {
  return {"is_edition",
          "run " + name() + " is an edition of run " + created_.edition->of_run_id +
              " and never changes: use that run",
          {},
          {}};
}

std::optional<Error> Run::refuse_hello(const protocol::WorkerHello& hello) const {
  const auto known = participants_.find(hello.worker);
  if (known == participants_.end()) {
    if (participants_.size() < kMaxParticipants) return std::nullopt;
    return too_many("run " + name() + " has too many workers", kMaxParticipants);
  }
  if (!hello.is_import.value_or(false)) return std::nullopt;
  const std::string whose = "worker " + hello.worker + " of run " + name();
  if (known->second.hello.session != hello.session) {
    return Error{"worker_came_back",
                 whose +
                     " has sent reports of another process since, under the same numbers: "
                     "import these as another worker (--as NAME) or into another run (--into "
                     "RUN)",
                 {},
                 {}};
  }
  if (known->second.online()) {
    return Error{"worker_connected",
                 whose + " is connected or being imported now: import when that has ended",
                 {},
                 {}};
  }
  return std::nullopt;
}

std::optional<Error> Run::refuse_report(const protocol::Report& report) const {
  const NameTable& known_metrics = rounds_.vocabulary().metrics;
  std::size_t metrics = known_metrics.size();
  for (const auto& [metric, value] : report.metrics) metrics += !known_metrics.find(metric);
  if (metrics > kMaxMetrics) {
    return too_many("run " + name() + " has too many different metrics", kMaxMetrics);
  }
  const NameTable& known_sources = rounds_.vocabulary().energy_sources;
  const auto& source = report.energy_source;
  std::set<std::string_view> new_sources;
  for (const auto* each : {&source.cpu, &source.gpu, &source.ram, &source.machine}) {
    if (!known_sources.find(*each)) new_sources.insert(*each);
  }
  if (known_sources.size() + new_sources.size() > kMaxEnergySources) {
    return too_many("run " + name() + " has too many different energy sources", kMaxEnergySources);
  }
  return refuse_round(rounds_, report.round);
}

std::optional<Error> Run::refuse_command(const protocol::Command& command) const {
  if (command.id.starts_with("policy-")) {
    return Error{"invalid_command",
                 "id " + command.id + " is one of the hub's own: choose one without policy-",
                 {},
                 {}};
  }
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
