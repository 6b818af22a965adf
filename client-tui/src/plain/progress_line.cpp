#include "plain/progress_line.h"

#include <ostream>

namespace fedwatt::viewer {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kClearLine = "\r\x1b[K";
constexpr auto kEvery = std::chrono::milliseconds(200);

}  // namespace

ProgressLine::~ProgressLine() {
  if (drawn_) err_ << kClearLine << std::flush;
}

void ProgressLine::update(const std::function<std::string()>& text) {
  if (!shown_ || Clock::now() < next_) return;
  next_ = Clock::now() + kEvery;
  drawn_ = true;
  err_ << kClearLine << text() << std::flush;
}

}  // namespace fedwatt::viewer
