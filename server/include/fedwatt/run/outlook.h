#pragma once

#include <map>
#include <optional>
#include <string>

#include "fedwatt/run/participants.h"

namespace fedwatt::run {

// What is known of the grids during the rest of a run.
struct Outlook {
  double g_per_kwh = 0;  // the mean of the workers' grids, each weighed by its worker's energy
  double factor = 1;     // the grams of the same work then, as a multiple of those so far
  bool operator==(const Outlook&) const = default;
};

// From what was noted of the workers' regions, by region. With E and I the energy and intensity of
// the reports so far, I' what is expected of worker k's grid, G the run's emissions so far:
//   factor = (G + Σ_k PUE_k · Σ_reports E · (I'_k − I)) / G
// So the network's share stays, and so does a worker of whose grid nothing is expected. Empty if
// nothing is expected of anybody, or nothing was emitted.
std::optional<Outlook> outlook_of(const Participants& participants,
                                  const std::map<std::string, IntensityNoted>& noted,
                                  double default_pue);

}  // namespace fedwatt::run
