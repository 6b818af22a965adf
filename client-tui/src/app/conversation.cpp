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

void Conversation::ask(const std::string& id, const protocol::ViewerMessage& request) {
  asked_[id] = request;
  say(request);
}

bool Conversation::is_answered(const std::string& id) const {
  return model_.find_command(id) || model_.find_policies_set(id) || model_.find_recomputed(id) ||
         model_.find_refusal(id);
}

void Conversation::connected() {
  connected_ = true;
  say(protocol::ViewerHello{viewer_name_, ""});
  if (lists_runs_) list_runs();
  if (!followed_.empty()) subscribe_followed();
  for (auto it = asked_.begin(); it != asked_.end();) {
    const bool answered = is_answered(it->first);
    if (!answered) say(it->second);
    it = answered ? asked_.erase(it) : std::next(it);
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
