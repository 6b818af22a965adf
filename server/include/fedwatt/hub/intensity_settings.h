#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "fedwatt/carbon/intensity.h"
#include "fedwatt/carbon/live_intensities.h"

namespace fedwatt::hub {

// The intensities that a person asked for: with the table in `table_file`, or the one compiled in
// if that is empty, and a time series for each "REGION=FILE". Reads the files, so it may block.
// Fails with one sentence that names the file and its bad lines.
tl::expected<carbon::Intensities, std::string> read_intensities(
    const std::string& table_file, const std::vector<std::string>& series);

// Which live providers a person wants to be asked: none, unless told.
struct LiveSettings {
  std::string electricity_maps_token;       // a secret: never logged
  std::string electricity_maps_token_file;  // in whose first line it is
  std::string electricity_maps_url = carbon::kElectricityMapsUrl;
  bool uk_carbon_intensity = false;
  std::string uk_carbon_intensity_url = carbon::kUkCarbonIntensityUrl;
};

// Null if no provider is wanted. May block, as read_intensities. Fails with one sentence, without
// the token.
tl::expected<std::shared_ptr<carbon::LiveIntensities>, std::string> live_intensities(
    const LiveSettings& settings);

// The table's regions as text, a line for each: all, or those with `part` in a name, in any case.
std::string list_regions(const carbon::RegionTable& table, std::string_view part);

}  // namespace fedwatt::hub
