#include "fedwatt/carbon/live_intensities.h"

#include <algorithm>

namespace fedwatt::carbon {
namespace {

// An hourly zone's of three weeks: a worker that was offline may report that late.
constexpr std::size_t kMostValues = 500;
// Electricity Maps has 380.
constexpr std::size_t kMostZones = 1'000;

}  // namespace

void LiveSeries::add(const LiveValue& value) {
  values_.insert_or_assign(value.start, Value{value.g_per_kwh, value.estimated});
  if (values_.size() > kMostValues) values_.erase(values_.begin());
}

std::vector<LiveSeries::Part> LiveSeries::over(Interval interval) const {
  std::vector<Part> parts;
  auto value = values_.upper_bound(interval.start);
  if (value != values_.begin()) --value;  // the one that holds at its start
  for (; value != values_.end() && value->first < interval.end; ++value) {
    const auto next = std::next(value);
    auto end = std::min(value->first + kUsedFor, interval.end);
    if (next != values_.end()) end = std::min(end, next->first);
    const auto start = std::max(value->first, interval.start);
    if (start >= end) continue;
    parts.push_back(
        {{start, end}, value->second.g_per_kwh, value->second.estimated, end - value->first});
  }
  return parts;
}

std::optional<LiveSource> LiveIntensities::source_of(const RegionTable& table,
                                                     std::string_view region) const {
  for (const auto& provider : providers_) {
    if (auto zone = provider->zone_of(table, region)) {
      return LiveSource{provider.get(), *std::move(zone)};
    }
  }
  return std::nullopt;
}

LiveSeries* LiveIntensities::series_for(const LiveSource& source) {
  const auto found = series_.find(source);
  if (found != series_.end()) return &found->second;
  return series_.size() < kMostZones ? &series_[source] : nullptr;
}

const LiveSeries* LiveIntensities::find(const LiveSource& source) const {
  const auto found = series_.find(source);
  return found == series_.end() ? nullptr : &found->second;
}

}  // namespace fedwatt::carbon
