#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "app/hub_channel.h"

namespace fedwatt::viewer {

// Carries the channel's events to the thread that owns the model.
class Inbox {
 public:
  void push(ChannelEvent event);

  // The oldest event, or nothing if there is none until `deadline`.
  std::optional<ChannelEvent> pop(std::chrono::steady_clock::time_point deadline);

  // All that are there, without waiting.
  std::deque<ChannelEvent> take_all();

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<ChannelEvent> events_;  // guarded by mutex_
};

}  // namespace fedwatt::viewer
