#include "fedwatt/carbon/intensity.h"

#include <utility>

namespace fedwatt::carbon {

void Intensities::set_series(std::string_view region, IntensitySeries series) {
  const auto* row = table_->named(region);
  auto name = row ? row->code : std::string(region);
  auto key = folded(name);
  series_.insert_or_assign(std::move(key), NamedSeries{std::move(name), std::move(series)});
}

const Intensities::NamedSeries* Intensities::series_of(const std::string& key) const {
  const auto found = series_.find(key);
  return found == series_.end() ? nullptr : &found->second;
}

Intensities::Place Intensities::place_of(std::string_view region) const {
  Place place;
  const auto* covering = table_->covering(region);
  place.region_ = covering ? covering : &table_->world();
  place.series_ = series_of(folded(region));
  if (!place.series_ && covering) place.series_ = series_of(folded(covering->code));
  place.known_ = place.series_ || place.region_ != &table_->world();
  return place;
}

Intensity Intensities::over(const Place& place, Interval interval) const {
  const auto& region = *place.region_;
  const bool is_world = &region == &table_->world();
  Intensity fixed{region.g_per_kwh, is_world ? "world" : "table:" + region.code};
  if (!place.series_) return fixed;
  const auto [g_per_kwh, share] = place.series_->series.over(interval);
  if (share == 0) return fixed;
  const auto source = "series:" + place.series_->region;
  if (share == 1) return {g_per_kwh, source};
  return {share * g_per_kwh + (1 - share) * fixed.g_per_kwh, source + "+" + fixed.source};
}

}  // namespace fedwatt::carbon
