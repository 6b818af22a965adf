#include "fedwatt/hub/edition_intensity.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "fedwatt/hub/appraisal.h"

namespace fedwatt::hub {
namespace {

using carbon::Intensity;
using protocol::Error;

tl::expected<carbon::IntensitySeries, Error> series_of(const protocol::Recompute& request) {
  std::vector<carbon::IntensitySeries::Point> points;
  points.reserve(request.series.size());
  for (const auto& point : request.series) {
    if (point.g_per_kwh > carbon::kMostGPerKwh) {
      return tl::unexpected(Error{
          "invalid_series",
          fmt::format("the series has {} g/kWh at {}: more than {} is a mistake", point.g_per_kwh,
                      protocol::format_timestamp(point.at), carbon::kMostGPerKwh),
          {},
          request.id});
    }
    points.push_back({point.at, point.g_per_kwh});
  }
  return carbon::IntensitySeries::of(points);
}

std::string settings_in_words(const protocol::Recompute& request) {
  std::string words;
  if (request.pue) words += fmt::format(", PUE {}", *request.pue);
  if (request.network_kwh_per_gb) {
    words += fmt::format(", network {} kWh/GB", *request.network_kwh_per_gb);
  }
  if (request.network_intensity_g_per_kwh) {
    words += fmt::format(", network {} g/kWh", *request.network_intensity_g_per_kwh);
  }
  return words;
}

}  // namespace

tl::expected<EditionIntensity, Error> EditionIntensity::from(const protocol::Recompute& request,
                                                             const carbon::Intensities& known) {
  EditionIntensity intensity(known);
  if (request.intensity_g_per_kwh) {
    intensity.number_ = request.intensity_g_per_kwh;
    intensity.word_ = fmt::format("{}", *request.intensity_g_per_kwh);
    intensity.in_words_ = intensity.word_ + " g/kWh";
  } else if (request.region) {
    if (!known.place_of(*request.region).known()) {
      return tl::unexpected(Error{"unknown_region",
                                  "the hub knows no intensity of the region " + *request.region +
                                      ": fedwatt-hub --list-regions lists those that it knows",
                                  {},
                                  request.id});
    }
    const auto* row = known.table().covering(*request.region);
    intensity.region_ = request.region;
    intensity.word_ = row ? row->code : *request.region;
    intensity.in_words_ = "region " + *request.region;
  } else if (!request.series.empty()) {
    auto series = series_of(request);
    if (!series) return tl::unexpected(std::move(series.error()));
    intensity.series_ = *std::move(series);
    intensity.word_ = "series";
    intensity.in_words_ = fmt::format("a series of {} values from {} to {}", request.series.size(),
                                      protocol::format_timestamp(request.series.front().at),
                                      protocol::format_timestamp(request.series.back().at));
  } else {
    intensity.word_ = "now";
    intensity.in_words_ = "what the hub knew of each worker's region";
  }
  intensity.in_words_ += settings_in_words(request);
  return intensity;
}

Intensity EditionIntensity::of(const protocol::Report& report, carbon::Interval interval,
                               const std::string& worker_region) {
  if (number_) return {*number_, "given"};
  if (region_) return known_->over(place_of(*region_), interval);
  if (!series_) return intensity_at(*known_, place_of(worker_region), report, interval);
  return carbon::completed(series_->over(interval), "given series",
                           known_->over(place_of(worker_region), interval));
}

const carbon::Intensities::Place& EditionIntensity::place_of(const std::string& region) {
  const auto found = places_.find(region);
  if (found != places_.end()) return found->second;
  return places_.emplace(region, known_->place_of(region)).first->second;
}

}  // namespace fedwatt::hub
