#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "model/viewer_model.h"

namespace fedwatt::viewer {

// What the viewer asks the hub for, and asks again after a reconnect: the list of runs, some runs
// in full, and commands that have no answer yet. Not thread-safe; does no I/O but through `send`.
class Conversation {
 public:
  using Send = std::function<void(const protocol::ViewerMessage&)>;

  // `model` must outlive it; `viewer_name` is what the hub keeps with every command.
  Conversation(const ViewerModel& model, std::string viewer_name, Send send);

  // Subscribes to the summaries of all runs.
  void list_runs();

  // Subscribes to these runs in full, by id or name, and to no others. After a reconnect it goes on
  // with the same runs, from what the model has seen of them.
  void follow(const std::set<std::string>& runs);

  // Gives a command; until the hub answers, it is given again after each reconnect.
  void give(const protocol::Command& command) { ask(command.id, command); }
  // The same for a change of a run's policies: to make it twice is harmless.
  void give(const protocol::SetPolicies& change) { ask(change.id, change); }
  // The same for an edition of a run: the hub makes no second one for the same id.
  void give(const protocol::Recompute& request) { ask(request.id, request); }

  // The connection is there: says hello and all of the above. To be called for each one.
  void connected();
  void disconnected() { connected_ = false; }

 private:
  void say(const protocol::ViewerMessage& message);
  void ask(const std::string& id, const protocol::ViewerMessage& request);
  bool is_answered(const std::string& id) const;
  bool is_same_run(const std::string& one, const std::string& other) const;
  void subscribe(const std::string& asked_for);

  const ViewerModel& model_;
  std::string viewer_name_;
  Send send_;
  bool connected_ = false;
  bool lists_runs_ = false;
  // By what was asked for: what it is subscribed as on this connection.
  std::map<std::string, std::string> followed_;
  std::map<std::string, protocol::ViewerMessage> asked_;  // by id
};

}  // namespace fedwatt::viewer
