#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace fedwatt::hub {

// How long things took: how many took no longer than each bound, and all of them together. Plain
// integers, for one thread.
class Histogram {
 public:
  static constexpr std::array kBoundsS{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                       0.1,    0.25,  0.5,    1.0,   2.5,  5.0,   10.0};

  void observe(double seconds) {
    std::size_t bucket = 0;
    while (bucket < kBoundsS.size() && seconds > kBoundsS[bucket]) ++bucket;
    ++counts_[bucket];
    sum_s_ += seconds;
  }

  // Of each bound, those that are above the one before it; the last are above all bounds.
  const std::array<std::uint64_t, kBoundsS.size() + 1>& counts() const { return counts_; }
  double sum_s() const { return sum_s_; }

 private:
  std::array<std::uint64_t, kBoundsS.size() + 1> counts_{};
  double sum_s_ = 0;
};

}  // namespace fedwatt::hub
