#include "interruption.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iterator>

namespace fashion {
namespace {

constexpr std::chrono::seconds kGoodbyeTimeout{2};

sigset_t interrupts() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

void block_interrupts() {
  const sigset_t signals = interrupts();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

Interruption::Interruption(fedwatt::Worker& worker)
    : thread_([this, &worker] {
        const sigset_t signals = interrupts();
        int signal = 0;
        sigwait(&signals, &signal);
        if (over_) return;
        worker.close(kGoodbyeTimeout, "interrupted");
        // No destructors: the main thread still uses what they would destroy.
        std::_Exit(128 + signal);
      }) {}

Interruption::~Interruption() {
  over_ = true;
  pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
}

HangupWatch::HangupWatch(int descriptor)
    : wake_up_(::eventfd(0, EFD_CLOEXEC)), thread_([this, descriptor] {
        pollfd polled[] = {{descriptor, POLLRDHUP, 0}, {wake_up_, POLLIN, 0}};
        ::poll(polled, std::size(polled), -1);
        if (polled[0].revents != 0 && polled[1].revents == 0) ::kill(::getpid(), SIGTERM);
      }) {}

HangupWatch::~HangupWatch() {
  ::eventfd_write(wake_up_, 1);
  thread_.join();
  ::close(wake_up_);
}

}  // namespace fashion
