#pragma once

#include <string>
#include <string_view>

namespace fedwatt::carbon {

// How much CO2 equivalent a kilowatt-hour costs, and how we know.
struct Intensity {
  double g_per_kwh = 0;
  // "report": the worker said it; "table:FR": the static table's row; "world": the world's average,
  // because the region is unknown. Never another country's figure.
  std::string source;
};

// The average of the world's electricity in 2018: 475 g/kWh (IEA, Global Energy & CO2 Status
// Report, 2019).
inline constexpr double kWorldIntensityGPerKwh = 475.0;

// The static table's figure for an ISO 3166 code ("FR", "fra", any case), else the world's average.
Intensity intensity_of_region(std::string_view region);

}  // namespace fedwatt::carbon
