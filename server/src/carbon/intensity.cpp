#include "fedwatt/carbon/intensity.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace fedwatt::carbon {
namespace {

using std::chrono::milliseconds;

constexpr double kOutlookShare = 0.9;

// The mean of values, each weighed by how long it held; exactly their value if all are the same.
class Mean {
 public:
  void add(double value, Interval interval) {
    const auto held_ms = static_cast<double>((interval.end - interval.start).count());
    if (total_ms_ == 0) first_ = value;
    sum_ += (value - first_) * held_ms;
    total_ms_ += held_ms;
  }
  double value() const { return first_ + sum_ / total_ms_; }

 private:
  double first_ = 0;
  double sum_ = 0;  // of the differences from the first
  double total_ms_ = 0;
};

std::string live_source_text(const LiveSource& source, const std::vector<LiveSeries::Part>& parts) {
  bool estimated = false;
  milliseconds age{0};
  for (const auto& part : parts) {
    estimated |= part.estimated;
    age = std::max(age, part.age);
  }
  auto text = source.name();
  if (estimated) text += ";estimated";
  if (age > LiveSeries::kFreshFor) {
    text +=
        ";age=" + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(age).count()) +
        "s";
  }
  return text;
}

}  // namespace

Intensity completed(const IntensitySeries::Part& part, const std::string& source,
                    const Intensity& other) {
  const auto [g_per_kwh, share] = part;
  if (share == 0) return other;
  if (share == 1) return {g_per_kwh, source};
  return {share * g_per_kwh + (1 - share) * other.g_per_kwh, source + "+" + other.source};
}

void Intensities::set_series(std::string_view region, IntensitySeries series) {
  const auto* row = table_->named(region);
  auto name = row ? row->code : std::string(region);
  auto key = folded(name);
  series_.insert_or_assign(std::move(key), std::make_shared<const NamedSeries>(
                                               NamedSeries{std::move(name), std::move(series)}));
}

std::shared_ptr<const Intensities::NamedSeries> Intensities::series_of(
    const std::string& key) const {
  const auto found = series_.find(key);
  return found == series_.end() ? nullptr : found->second;
}

Intensities::Place Intensities::place_of(std::string_view region) const {
  Place place;
  const auto* covering = table_->covering(region);
  place.is_world_ = !covering || covering == &table_->world();
  place.region_ = {table_, covering ? covering : &table_->world()};
  place.series_ = series_of(folded(region));
  if (!place.series_ && covering) place.series_ = series_of(folded(covering->code));
  if (live_) place.live_source_ = live_->source_of(*table_, region);
  place.known_ = place.live_source_ || place.series_ || !place.is_world_;
  return place;
}

const LiveSeries* Intensities::live_series_of(const Place& place) const {
  return live_ && place.live_source_ ? live_->find(*place.live_source_) : nullptr;
}

Intensity Intensities::over(const Place& place, Interval interval) const {
  if (interval.start == interval.end) interval.end += milliseconds{1};
  const auto* live = live_series_of(place);
  const auto parts = live ? live->over(interval) : std::vector<LiveSeries::Part>();
  if (parts.empty()) return over_without_live(place, interval);

  Mean mean;
  auto source = live_source_text(*place.live_source_, parts);
  const auto fill_gap = [&](Interval gap) {
    if (gap.start == gap.end) return;
    const auto other = over_without_live(place, gap);
    mean.add(other.g_per_kwh, gap);
    const auto with_other = "+" + other.source;
    if (source.find(with_other) == std::string::npos) source += with_other;
  };
  auto known_until = interval.start;
  for (const auto& part : parts) {
    fill_gap({known_until, part.interval.start});
    mean.add(part.g_per_kwh, part.interval);
    known_until = part.interval.end;
  }
  fill_gap({known_until, interval.end});
  return {mean.value(), source};
}

std::optional<double> Intensities::outlook(const Place& place, Interval interval) const {
  const auto* live = live_series_of(place);
  const auto* forecast = live ? live->forecast() : nullptr;
  for (const auto* series : {forecast, place.series_ ? &place.series_->series : nullptr}) {
    if (!series) continue;
    const auto [g_per_kwh, share] = series->over(interval);
    if (share >= kOutlookShare) return g_per_kwh;
  }
  return std::nullopt;
}

Intensity Intensities::over_without_live(const Place& place, Interval interval) const {
  const auto& region = *place.region_;
  Intensity fixed{region.g_per_kwh, place.is_world_ ? "world" : "table:" + region.code};
  if (!place.series_) return fixed;
  const auto& [name, series] = *place.series_;
  return completed(series.over(interval), "series:" + name, fixed);
}

}  // namespace fedwatt::carbon
