#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/viewer_model.h"

namespace fedwatt::viewer {

// What several runs spent together.
struct SpentSum {
  std::optional<double> energy_j;
  std::optional<double> emissions_g;
  std::vector<std::string> sources;  // of energy; a name may be there several times
  std::vector<std::string> gaps;     // components that somebody did not measure, likewise
  bool at_least = false;             // more was spent than is known
};

// What all runs are and cost together. An edition is counted as a run, but spends nothing: its
// energy is that of its original.
struct RunTotals {
  std::size_t runs = 0;
  std::size_t live = 0;
  std::int64_t workers_online = 0;
  std::optional<double> power_w;  // of the live ones
  SpentSum in_all;
  // Since midnight (UTC): exact where all runs that were active since then also started since then,
  // else the sum of those, which is at_least.
  SpentSum today;
};

RunTotals total_of(const ViewerModel& model, protocol::Timestamp hub_now);

}  // namespace fedwatt::viewer
