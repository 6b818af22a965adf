#pragma once

#include <algorithm>
#include <chrono>

namespace fedwatt::link {

// How long to wait before the next attempt to connect: a random time between 0 and a bound that
// doubles with every attempt ("full jitter"), so that the workers of a hub that restarts do not
// come back at the same moment.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest)
      : first_(first), longest_(longest), bound_(first) {}

  // `uniform` is a random number from 0 to 1.
  std::chrono::milliseconds next(double uniform) {
    const std::chrono::duration<double, std::milli> wait = bound_ * uniform;
    bound_ = std::min(bound_ * 2, longest_);
    return std::chrono::duration_cast<std::chrono::milliseconds>(wait);
  }

  void reset() { bound_ = first_; }

 private:
  std::chrono::milliseconds first_;
  std::chrono::milliseconds longest_;
  std::chrono::milliseconds bound_;
};

}  // namespace fedwatt::link
