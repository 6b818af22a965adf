#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fedwatt/run/event.h"
#include "fedwatt/run/participants.h"

namespace fedwatt::run {

// A command, who has acknowledged it, and what viewers are told about it.
struct IssuedCommand {
  protocol::Command command;
  std::set<std::string> workers;  // those that it names
  bool by_policy = false;
  std::set<std::string> acknowledged;
  bool in_force = true;  // until later commands have taken its place for everyone
  protocol::CommandStatus status;

  bool for_run() const { return !command.workers; }
  bool names(const std::string& worker) const { return workers.count(worker) > 0; }
};

// What the workers of a run should be doing, as ordered, and who has acknowledged it.
//
// Control is a desired state: the latest command that concerns a worker stands until a later one. A
// command for the whole run concerns everybody, whoever joins later too. Only a policy's pause and
// resume of the run leave out whom an operator ordered something by name, until he hands back.
class Control {
 public:
  struct Order {
    protocol::Directive directive = protocol::Directive::kRun;
    protocol::AppliesAt applies_at = protocol::AppliesAt::kWorker;
    const IssuedCommand* command = nullptr;  // null: nobody ordered anything yet
  };

  void issue(const CommandIssued& issued, bool by_policy, std::int64_t offset, Timestamp now);
  // From now on policies' orders concern those, too, whom operators ordered something before.
  void hand_back() { handed_back_ = commands_.size(); }
  // The command must be known.
  void acknowledge(const std::string& worker, const std::string& command);
  // Brings what viewers are told about the commands in force up to date with who has acknowledged,
  // come or gone.
  void settle(const Participants& participants, std::int64_t offset);

  // What the whole run was last ordered to do.
  protocol::Directive directive() const;
  // When the run was last ordered to resume; the epoch if it never was.
  Timestamp resumed_at() const { return resumed_at_; }
  Order order_for(const std::string& worker, const Participants& participants) const;
  // Whether an operator's order to this worker by name outranks the policies.
  bool operators_word_stands(const std::string& worker) const;
  bool any_operators_word_stands() const;
  // Whether all who act on the run's directive have acknowledged it.
  bool taken_hold(const Participants& participants) const;

  const IssuedCommand* find(const std::string& id) const;
  std::size_t size() const { return commands_.size(); }
  std::vector<protocol::CommandStatus> changed_since(std::int64_t since) const;

 private:
  // By their places in commands_.
  using Latest = std::map<std::string, std::size_t>;

  const IssuedCommand* for_run() const;  // the latest for the whole run; null if there is none
  const IssuedCommand* concerning(const std::string& worker) const;
  void settle(IssuedCommand& command, const Participants& participants, std::int64_t offset);

  std::vector<IssuedCommand> commands_;  // in the order they were issued
  std::optional<std::size_t> for_run_;   // the latest for the whole run
  Latest by_name_;                       // the latest that names each worker
  Latest operators_word_;                // the same of operators, since their latest for the run
  std::size_t handed_back_ = 0;          // what operators ordered before this one outranks nothing
  Timestamp resumed_at_;
};

}  // namespace fedwatt::run
