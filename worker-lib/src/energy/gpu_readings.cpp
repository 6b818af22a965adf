#include "energy/gpu_readings.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace fedwatt::energy {
namespace {

// No GPU draws as much: the largest of 2025 draw 1.4 kW. What seems to was a counter that jumped.
constexpr double kAbsurdW = 5'000;

bool possible(double power_w) { return std::isfinite(power_w) && power_w >= 0; }

}  // namespace

std::optional<double> EnergyCounter::spent_j(std::optional<double> now_j,
                                             const Interval& interval) {
  const auto last_j = std::exchange(last_j_, now_j);
  if (!now_j || !last_j || interval.suspended) return std::nullopt;
  const double spent_j = *now_j - *last_j;
  if (!(spent_j >= 0) || spent_j > kAbsurdW * std::max(interval.elapsed_s, 1.0)) {
    return std::nullopt;
  }
  return spent_j;
}

std::optional<double> PowerIntegral::spent_j(std::optional<double> now_w,
                                             const Interval& interval) {
  if (now_w && (!possible(*now_w) || *now_w > kAbsurdW)) now_w.reset();
  const auto last_w = std::exchange(last_w_, now_w);
  if (!now_w || !last_w || interval.elapsed_s > kLongestGapS) return std::nullopt;
  return (*last_w + *now_w) / 2 * interval.elapsed_s;
}

void add_share(std::optional<double>& sum_j, std::optional<double> spent_j,
               std::optional<double> share) {
  if (share == 0) return;
  sum_j = sum_j && spent_j && share ? std::optional(*sum_j + *spent_j * *share) : std::nullopt;
}

}  // namespace fedwatt::energy
