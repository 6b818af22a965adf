#include "app/conversation.h"

#include <utility>

namespace fedwatt::viewer {

Conversation::Conversation(const ViewerModel& model, std::string viewer_name, Send send)
    : model_(model), viewer_name_(std::move(viewer_name)), send_(std::move(send)) {}

void Conversation::list_runs() {
  lists_runs_ = true;
  say(protocol::Subscribe{"*", std::nullopt, protocol::Subscribe::Detail::kSummary});
}

void Conversation::follow(const std::string& run) {
  if (followed_ == run) return;
  unfollow();
  followed_ = run;
  subscribe_followed();
}

void Conversation::unfollow() {
  if (!followed_.empty()) say(protocol::Unsubscribe{subscribed_as_});
  followed_.clear();
}

void Conversation::give(const protocol::Command& command) {
  given_[command.id] = command;
  say(command);
}

void Conversation::connected() {
  connected_ = true;
  say(protocol::ViewerHello{viewer_name_, ""});
  if (lists_runs_) list_runs();
  if (!followed_.empty()) subscribe_followed();
  for (auto it = given_.begin(); it != given_.end();) {
    const bool answered = model_.find_command(it->first) || model_.find_refusal(it->first);
    if (!answered) say(it->second);
    it = answered ? given_.erase(it) : std::next(it);
  }
}

void Conversation::say(const protocol::ViewerMessage& message) {
  if (connected_) send_(message);
}

void Conversation::subscribe_followed() {
  protocol::Subscribe subscribe;
  subscribe.run = followed_;
  // A run that was seen goes on by its id: its name may have passed to a newer run. One that was
  // asked for by name and never seen is whatever the hub knows by that name.
  const RunRecord* run = model_.find_run(followed_);
  if (run && run->resume_offset) {
    subscribe.run = run->view.run_id;
    subscribe.since = run->resume_offset;
  }
  subscribed_as_ = subscribe.run;
  say(subscribe);
}

}  // namespace fedwatt::viewer
