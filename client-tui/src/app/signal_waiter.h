#pragma once

#include <pthread.h>

#include <functional>
#include <thread>

namespace fedwatt::viewer {

// Turns SIGINT, SIGTERM, SIGHUP and SIGQUIT into calls of a function on a thread of its own, where
// everything is allowed, unlike in a signal handler. Create it before any other thread: it blocks
// these signals for the calling thread and all that it starts.
class SignalWaiter {
 public:
  explicit SignalWaiter(std::function<void()> on_signal);
  ~SignalWaiter();
  SignalWaiter(const SignalWaiter&) = delete;
  SignalWaiter& operator=(const SignalWaiter&) = delete;

 private:
  std::thread thread_;
};

}  // namespace fedwatt::viewer
