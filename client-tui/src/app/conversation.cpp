#include "app/conversation.h"

#include <algorithm>
#include <utility>

namespace fedwatt::viewer {

Conversation::Conversation(const ViewerModel& model, std::string viewer_name, Send send)
    : model_(model), viewer_name_(std::move(viewer_name)), send_(std::move(send)) {}

void Conversation::list_runs() {
  lists_runs_ = true;
  say(protocol::Subscribe{"*", std::nullopt, protocol::Subscribe::Detail::kSummary});
}

bool Conversation::is_same_run(const std::string& one, const std::string& other) const {
  return one == other || (model_.find_run(one) && model_.find_run(one) == model_.find_run(other));
}

void Conversation::follow(const std::set<std::string>& runs) {
  for (auto it = followed_.begin(); it != followed_.end();) {
    const bool stays = std::any_of(runs.begin(), runs.end(), [&](const std::string& run) {
      return is_same_run(run, it->first);
    });
    if (!stays) say(protocol::Unsubscribe{it->second});
    it = stays ? std::next(it) : followed_.erase(it);
  }
  for (const std::string& run : runs) {
    const bool is_new = std::none_of(followed_.begin(), followed_.end(), [&](const auto& entry) {
      return is_same_run(run, entry.first);
    });
    if (is_new) subscribe(run);
  }
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
  for (const auto& [run, subscribed_as] : followed_) subscribe(run);
  for (auto it = asked_.begin(); it != asked_.end();) {
    const bool answered = is_answered(it->first);
    if (!answered) say(it->second);
    it = answered ? asked_.erase(it) : std::next(it);
  }
}

void Conversation::say(const protocol::ViewerMessage& message) {
  if (connected_) send_(message);
}

void Conversation::subscribe(const std::string& asked_for) {
  protocol::Subscribe subscribe;
  subscribe.run = asked_for;
  // A run that was seen goes on by its id: its name may have passed to a newer run. One that was
  // asked for by name and never seen is whatever the hub knows by that name.
  const RunRecord* run = model_.find_run(asked_for);
  if (run && run->resume_offset) {
    subscribe.run = run->view.run_id;
    subscribe.since = run->resume_offset;
  }
  followed_[asked_for] = subscribe.run;
  say(subscribe);
}

}  // namespace fedwatt::viewer
