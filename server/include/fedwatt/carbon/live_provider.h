#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "fedwatt/carbon/region_table.h"
#include "fedwatt/protocol/time.h"

namespace fedwatt::carbon {

// What a provider says of a grid. It holds from `start` until the next value's.
struct LiveValue {
  protocol::Timestamp start;
  double g_per_kwh = 0;
  bool estimated = false;  // the provider's own estimate, until it has measured values
};

enum class LiveTopic { kLatest, kForecast };

// A service that knows the intensity of grids now: what to ask it, and what its answers mean. Pure:
// somebody else asks.
class LiveProvider {
 public:
  struct Question {
    std::string url;
    std::vector<std::string> headers;  // may hold a secret
  };
  // One value for kLatest; for kForecast two or more, whose times rise. Else, in one sentence that
  // holds no word of the body, why there are none.
  using Values = tl::expected<std::vector<LiveValue>, std::string>;

  virtual ~LiveProvider() = default;

  // As it stands in a report's intensity_source.
  virtual std::string_view name() const = 0;

  // What the provider calls the grid of a region that a worker gave; empty if it has no figure for
  // just that grid. Never a larger one for a region that has a row of its own in the table.
  virtual std::optional<std::string> zone_of(const RegionTable& table,
                                             std::string_view region) const = 0;

  virtual Question ask(LiveTopic topic, const std::string& zone, protocol::Timestamp now) const = 0;
  // Reads the body of an answer with status 200. Values are from 0 to kMostGPerKwh.
  virtual Values read(LiveTopic topic, const std::string& zone, std::string_view body) const = 0;
};

inline constexpr char kElectricityMapsUrl[] = "https://api.electricitymaps.com";
inline constexpr char kUkCarbonIntensityUrl[] = "https://api.carbonintensity.org.uk";

// Electricity Maps, API version 3: life-cycle emissions of what is consumed, of an hour. Needs a
// token.
std::unique_ptr<LiveProvider> electricity_maps(std::string base_url, std::string token);

// The Carbon Intensity API of Great Britain's system operator: of half an hour.
std::unique_ptr<LiveProvider> uk_carbon_intensity(std::string base_url);

}  // namespace fedwatt::carbon
