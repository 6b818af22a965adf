#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace fedwatt::hub {

// How long things took, or how many there were: how often it was no more than each bound, and all
// of them together. Plain integers, for one thread.
class Histogram {
 public:
  using Bounds = std::array<double, 14>;
  static constexpr Bounds kSeconds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                   0.1,    0.25,  0.5,    1.0,   2.5,  5.0,   10.0};
  static constexpr Bounds kCounts{1,   2,   5,    10,   20,   50,    100,
                                  200, 500, 1000, 2000, 5000, 10000, 20000};

  // The bounds are one of the above.
  explicit Histogram(const Bounds& bounds) : bounds_(&bounds) {}

  void observe(double value) {
    std::size_t bucket = 0;
    while (bucket < bounds_->size() && value > (*bounds_)[bucket]) ++bucket;
    ++counts_[bucket];
    sum_ += value;
  }

  const Bounds& bounds() const { return *bounds_; }
  // Of each bound, those that are above the one before it; the last are above all bounds.
  const std::array<std::uint64_t, std::tuple_size_v<Bounds> + 1>& counts() const { return counts_; }
  double sum() const { return sum_; }

 private:
  const Bounds* bounds_;
  std::array<std::uint64_t, std::tuple_size_v<Bounds> + 1> counts_{};
  double sum_ = 0;
};

}  // namespace fedwatt::hub
