#include "app/signal_waiter.h"

#include <csignal>
#include <utility>

namespace fedwatt::viewer {
namespace {

constexpr int kStopWaiting = SIGUSR1;

sigset_t waited_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, kStopWaiting}) {
    sigaddset(&signals, signal);
  }
  return signals;
}

}  // namespace

SignalWaiter::SignalWaiter(std::function<void()> on_signal) {
  const sigset_t signals = waited_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  thread_ = std::thread([on_signal = std::move(on_signal), signals] {
    int signal = 0;
    while (sigwait(&signals, &signal) == 0 && signal != kStopWaiting) on_signal();
  });
}

SignalWaiter::~SignalWaiter() {
  pthread_kill(thread_.native_handle(), kStopWaiting);
  thread_.join();
}

}  // namespace fedwatt::viewer
