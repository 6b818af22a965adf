#include "fedwatt/run/alerts.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "fedwatt/carbon/emissions.h"
#include "fedwatt/run/figures.h"

namespace fedwatt::run {
namespace {

// Of an even number, the mean of the two in the middle. Not of none. Puts the values into another
// order.
double median(std::span<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

}  // namespace

// ---- silence ------------------------------------------------------------------------------------

void SilenceWatch::reported(Timestamp now, Timestamp resumed_at) {
  if (heard_at_) {
    const auto silence = now - silent_since(resumed_at);
    longest_ = std::max(longest_.value_or(silence), silence);
  }
  heard_at_ = now;
}

void SilenceWatch::heard(Timestamp now) {
  if (heard_at_) heard_at_ = now;
}

std::optional<Timestamp> SilenceWatch::too_long_at(Timestamp resumed_at,
                                                   std::chrono::milliseconds at_least) const {
  if (!heard_at_ || !longest_) return std::nullopt;
  return silent_since(resumed_at) + std::max(3 * *longest_, at_least);
}

// ---- power --------------------------------------------------------------------------------------

std::optional<PowerWatch::Outlier> PowerWatch::reported(const protocol::Report& report) {
  const auto energy_j = carbon::total_energy_j(report.energy_j);
  if (!energy_j || report.duration_s < kShortestS) return std::nullopt;
  const bool fit = report.phase == protocol::Phase::kFit;
  if (!fit && report.phase != protocol::Phase::kEvaluate) return std::nullopt;
  return judge(recent_[fit ? 0 : 1], *energy_j / report.duration_s);
}

std::optional<PowerWatch::Outlier> PowerWatch::judge(Recent& recent, double power_w) {
  Outlier outlier{power_w};
  bool outside = false;
  if (recent.power_w.size() >= kFewest) {
    std::array<double, kRecent> scratch{};
    const std::span values(scratch.data(), recent.power_w.size());
    std::copy(recent.power_w.begin(), recent.power_w.end(), values.begin());
    outlier.median_w = median(values);
    for (double& value : values) value = std::abs(value - outlier.median_w);
    outlier.mad_w = median(values);
    const double deviation_w = std::abs(power_w - outlier.median_w);
    outside = outlier.median_w > 0 && deviation_w > kDeviations * kConsistency * outlier.mad_w &&
              deviation_w >= kLeastShare * outlier.median_w;
  }
  if (recent.power_w.size() < kRecent) {
    recent.power_w.push_back(power_w);
  } else {
    recent.power_w[recent.oldest] = power_w;
    recent.oldest = (recent.oldest + 1) % kRecent;
  }
  const bool was_outside = std::exchange(recent.outside, outside);
  return outside && !was_outside ? std::optional(outlier) : std::nullopt;
}

// ---- target -------------------------------------------------------------------------------------

std::optional<TargetWatch::Fall> TargetWatch::closed(std::int64_t round, double value,
                                                     const protocol::Target& target) {
  const bool worse = latest_ && improvement(value, *latest_, target.goal) < 0;
  worse_in_a_row_ = worse ? worse_in_a_row_ + 1 : 0;
  latest_ = value;
  if (!best_ || improvement(value, *best_, target.goal) > 0) {
    best_ = value;
    best_round_ = round;
  }
  const double bound =
      target.metric == "accuracy" ? kAccuracyBound : kRelativeBound * std::abs(*best_);
  const bool below = improvement(*best_, value, target.goal) > bound;
  const bool was_fallen = std::exchange(fallen_, below && (fallen_ || worse_in_a_row_ >= kRounds));
  if (!fallen_ || was_fallen) return std::nullopt;
  return Fall{value, *best_, best_round_, worse_in_a_row_};
}

}  // namespace fedwatt::run
