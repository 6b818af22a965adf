#include "store/socket_watchdog.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace fedwatt::store {

SocketWatchdog::SocketWatchdog(std::chrono::milliseconds limit)
    : limit_(limit), thread_([this] { run(); }) {}

SocketWatchdog::~SocketWatchdog() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
  forget_socket();
}

void SocketWatchdog::watch(int socket) {
  const std::lock_guard lock(mutex_);
  forget_socket();
  socket_ = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
}

void SocketWatchdog::forget_socket() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

void SocketWatchdog::run() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    if (deadline_ && Clock::now() >= *deadline_) {
      ::shutdown(socket_, SHUT_RDWR);
      deadline_.reset();
    }
    // Looks now and then instead of being woken for each guard, which would cost a commit more than
    // it gives.
    changed_.wait_for(lock, limit_ / 4);
  }
}

SocketWatchdog::Guard::Guard(SocketWatchdog& watchdog) : watchdog_(watchdog) {
  const std::lock_guard lock(watchdog_.mutex_);
  watchdog_.deadline_ = Clock::now() + watchdog_.limit_;
}

SocketWatchdog::Guard::~Guard() {
  const std::lock_guard lock(watchdog_.mutex_);
  watchdog_.deadline_.reset();
}

}  // namespace fedwatt::store
