#include "app/inbox.h"

#include <utility>

namespace fedwatt::viewer {

void Inbox::push(ChannelEvent event) {
  {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
  }
  arrived_.notify_one();
}

std::optional<ChannelEvent> Inbox::pop(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  if (!arrived_.wait_until(lock, deadline, [this] { return !events_.empty(); })) {
    return std::nullopt;
  }
  ChannelEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

std::deque<ChannelEvent> Inbox::take_all() {
  const std::lock_guard lock(mutex_);
  return std::exchange(events_, {});
}

}  // namespace fedwatt::viewer
