#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace fedwatt {

// The newest log lines, for programs that ask for them instead of being called. Safe from any
// thread.
class KeptLog {
 public:
  static constexpr std::size_t kMaxLines = 256;

  // Beyond kMaxLines the oldest one goes.
  void add(std::string_view line) {
    const std::lock_guard lock(mutex_);
    if (lines_.size() == kMaxLines) lines_.pop_front();
    lines_.emplace_back(line);
  }

  // The oldest line that was not taken yet; empty if there is none.
  std::optional<std::string> take() {
    const std::lock_guard lock(mutex_);
    if (lines_.empty()) return std::nullopt;
    std::string line = std::move(lines_.front());
    lines_.pop_front();
    return line;
  }

 private:
  std::mutex mutex_;
  std::deque<std::string> lines_;
};

}  // namespace fedwatt
