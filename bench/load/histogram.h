#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace fedwatt::bench {

// Durations in nanoseconds, each kept to 1.6 %: every power of two is divided into 64.
class Histogram {
 public:
  void add(std::int64_t duration_ns) {
    const std::uint64_t value = duration_ns > 0 ? static_cast<std::uint64_t>(duration_ns) : 0;
    ++counts_[slot_of(value)];
    ++count_;
    if (value > max_ns_) max_ns_ = value;
  }
  void clear() { *this = {}; }

  std::uint64_t count() const { return count_; }
  double max_ms() const { return static_cast<double>(max_ns_) / 1e6; }

  // The duration that this share of all durations do not exceed; 0 if there are none.
  double quantile_ms(double share) const {
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_));
    std::uint64_t seen = 0;
    for (std::size_t slot = 0; slot < counts_.size(); ++slot) {
      seen += counts_[slot];
      if (seen > wanted) return static_cast<double>(start_of(slot)) / 1e6;
    }
    return max_ms();
  }

 private:
  static constexpr int kBits = 6;
  static constexpr std::uint64_t kSlots = 1U << kBits;

  static std::size_t slot_of(std::uint64_t value) {
    if (value < kSlots) return value;
    const int shift = static_cast<int>(std::bit_width(value)) - 1 - kBits;
    return (static_cast<std::size_t>(shift + 1) << kBits) + (value >> shift) - kSlots;
  }
  static std::uint64_t start_of(std::size_t slot) {
    if (slot < kSlots) return slot;
    const auto shift = (slot >> kBits) - 1;
    return (slot % kSlots + kSlots) << shift;
  }

  std::array<std::uint64_t, (64 - kBits + 1) * kSlots> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ns_ = 0;
};

}  // namespace fedwatt::bench
