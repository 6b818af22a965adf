#pragma once

#include <atomic>
#include <thread>

#include "fedwatt/worker.h"

namespace fashion {

// Blocks SIGINT and SIGTERM in this thread and in those it starts from now on, so that they wait
// for an Interruption. Call it first, before libfedwatt starts its thread.
void block_interrupts();

// Waits for SIGINT or SIGTERM on a thread of its own; then says bye to the hub and ends the
// process, whatever the main thread is doing: it may be training, or paused in a checkpoint.
// Without the bye the hub would hold the run open for workers that it takes for disconnected.
class Interruption {
 public:
  // `worker` must outlive it.
  explicit Interruption(fedwatt::Worker& worker);
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

 private:
  std::atomic<bool> over_{false};
  std::thread thread_;
};

// While it lives, the end of the connection `descriptor` interrupts this process like a SIGTERM.
// For the one call in which a worker cannot see by itself that its coordinator has gone.
class HangupWatch {
 public:
  explicit HangupWatch(int descriptor);
  ~HangupWatch();
  HangupWatch(const HangupWatch&) = delete;
  HangupWatch& operator=(const HangupWatch&) = delete;

 private:
  const int wake_up_;  // an eventfd
  std::thread thread_;
};

}  // namespace fashion
