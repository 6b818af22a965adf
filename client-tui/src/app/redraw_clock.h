#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace fedwatt::viewer {

// Decides when the screen is drawn: soon after something changed, at most 15 times a second, and
// once a second for the ages that it shows.
class RedrawClock {
 public:
  // `redraw` is called on the clock's thread.
  explicit RedrawClock(std::function<void()> redraw);
  ~RedrawClock();
  RedrawClock(const RedrawClock&) = delete;
  RedrawClock& operator=(const RedrawClock&) = delete;

  // Something changed. Any thread, never blocks for long.
  void touch();

 private:
  void run();

  std::function<void()> redraw_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool touched_ = false;  // guarded by mutex_
  bool stopped_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace fedwatt::viewer
