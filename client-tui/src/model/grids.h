#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "fedwatt/protocol/messages.h"

namespace fedwatt::viewer {

struct RunRecord;

// The grid that some workers of a run are on: where, how clean it is, and who says so.
struct GridShare {
  std::string region;                         // "" where none was given
  std::string source;                         // "table:FR"; "" where the intensity is not known
  std::optional<double> intensity_g_per_kwh;  // the mean of the workers'
  std::size_t workers = 0;
};

// One for each region and source, the one with the most workers first.
std::vector<GridShare> grids_of(const RunRecord& run);

// The mean intensity of the workers that are online, each weighted by its power; where a power is
// not known all count alike. Empty if no intensity is known.
std::optional<double> mean_intensity(const RunRecord& run);

// What a round's energy was charged with, PUE and network included: its emissions over its energy.
std::optional<double> charged_intensity(const protocol::RoundView& round);

}  // namespace fedwatt::viewer
