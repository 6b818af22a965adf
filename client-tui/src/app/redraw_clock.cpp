#include "app/redraw_clock.h"

#include <algorithm>
#include <ctime>
#include <utility>

namespace fedwatt::viewer {
namespace {

constexpr std::chrono::nanoseconds kShortestFrame = std::chrono::milliseconds(66);
constexpr std::chrono::nanoseconds kLongestFrame = std::chrono::milliseconds(500);
constexpr int kFramesCost = 33;  // of the pictures' time, one part may be spent on making them

// Of all threads.
std::chrono::nanoseconds processor_time() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

}  // namespace

std::chrono::nanoseconds shown_for(std::chrono::nanoseconds cost) {
  return std::clamp(cost * kFramesCost, kShortestFrame, kLongestFrame);
}

RedrawClock::RedrawClock(std::function<void()> redraw)
    : redraw_(std::move(redraw)), thread_([this] { run(); }) {}

RedrawClock::~RedrawClock() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void RedrawClock::touch() {
  {
    const std::lock_guard lock(mutex_);
    touched_ = true;
  }
  wake_.notify_one();
}

void RedrawClock::run() {
  constexpr auto kTick = std::chrono::seconds(1);
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    wake_.wait_for(lock, kTick, [this] { return touched_ || stopped_; });
    if (stopped_) return;
    touched_ = false;
    const auto before = processor_time();
    lock.unlock();
    redraw_();
    lock.lock();
    // It is drawn on another thread meanwhile.
    wake_.wait_for(lock, kShortestFrame, [this] { return stopped_; });
    const auto rest = shown_for(processor_time() - before) - kShortestFrame;
    wake_.wait_for(lock, rest, [this] { return stopped_; });
  }
}

}  // namespace fedwatt::viewer
