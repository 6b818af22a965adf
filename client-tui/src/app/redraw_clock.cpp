#include "app/redraw_clock.h"

#include <chrono>
#include <utility>

namespace fedwatt::viewer {

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
  constexpr auto kShortestFrame = std::chrono::milliseconds(66);
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    wake_.wait_for(lock, kTick, [this] { return touched_ || stopped_; });
    if (stopped_) return;
    touched_ = false;
    lock.unlock();
    redraw_();
    lock.lock();
    wake_.wait_for(lock, kShortestFrame, [this] { return stopped_; });
  }
}

}  // namespace fedwatt::viewer
