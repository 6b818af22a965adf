#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace fedwatt::store {

// Ends a wait on a socket that takes too long. libpq waits for an answer without a limit, and a
// server that is stopped but whose machine lives is noticed by no TCP timer.
class SocketWatchdog {
 public:
  explicit SocketWatchdog(std::chrono::milliseconds limit);
  ~SocketWatchdog();
  SocketWatchdog(const SocketWatchdog&) = delete;
  SocketWatchdog& operator=(const SocketWatchdog&) = delete;

  // From now on this socket is meant. It may be closed at any time: the watchdog has a descriptor
  // of its own for it.
  void watch(int socket);

  // While a Guard lives, the wait is limited; past the limit, or a quarter of it later, the socket
  // is shut down, whereupon whoever reads from it sees its end. One Guard lives at a time.
  class Guard {
   public:
    explicit Guard(SocketWatchdog& watchdog);
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    SocketWatchdog& watchdog_;
  };

 private:
  using Clock = std::chrono::steady_clock;

  void run();
  void forget_socket();

  const std::chrono::milliseconds limit_;

  std::mutex mutex_;
  std::condition_variable changed_;
  int socket_ = -1;                            // guarded by mutex_
  std::optional<Clock::time_point> deadline_;  // guarded by mutex_; empty: nobody waits
  bool ending_ = false;                        // guarded by mutex_

  std::thread thread_;
};

}  // namespace fedwatt::store
