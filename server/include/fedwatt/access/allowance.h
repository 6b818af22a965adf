#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include "fedwatt/protocol/time.h"

namespace fedwatt::access {

// So many a second, and a reserve for bursts: a token bucket. What is taken beyond it is a debt,
// which time pays off. The clock comes in as an argument; one that goes back gives nothing.
class Allowance {
 public:
  // Infinite: nothing is ever counted.
  Allowance(double per_s, double reserve) : per_s_(per_s), reserve_(reserve), left_(reserve) {}

  bool has_one(protocol::Timestamp now) {
    fill(now);
    return left_ >= 1;
  }
  // Takes `count`, whether they are there or not. How long it is until no debt is left.
  std::chrono::milliseconds take(double count, protocol::Timestamp now) {
    if (std::isinf(per_s_)) return std::chrono::milliseconds{0};
    fill(now);
    left_ -= count;
    const double debt_s = std::max(0.0, -left_) / per_s_;
    return std::chrono::milliseconds{static_cast<std::int64_t>(std::ceil(debt_s * 1000))};
  }

 private:
  void fill(protocol::Timestamp now) {
    if (filled_at_ && now > *filled_at_) {
      left_ = std::min(reserve_, left_ + per_s_ * protocol::seconds_between(*filled_at_, now));
    }
    filled_at_ = now;
  }

  double per_s_;
  double reserve_;
  double left_;  // negative: a debt
  std::optional<protocol::Timestamp> filled_at_;
};

}  // namespace fedwatt::access
