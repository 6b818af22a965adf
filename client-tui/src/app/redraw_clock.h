#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace fedwatt::viewer {

// How long a picture stays that took so much processor time to bring about: a fifteenth of a
// second, or longer, so that pictures take 3 % of a core at most; but half a second is enough.
std::chrono::nanoseconds shown_for(std::chrono::nanoseconds cost);

// Decides when the screen is drawn: soon after something changed, as often as shown_for() allows,
// and once a second for the ages that it shows. What a key does is drawn without it.
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
