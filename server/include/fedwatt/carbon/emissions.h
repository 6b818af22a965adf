#pragma once

#include <optional>

#include "fedwatt/protocol/messages.h"

namespace fedwatt::carbon {

// One kilowatt-hour in joules.
inline constexpr double kJoulesPerKwh = 3.6e6;

// The sum of the components that were measured; empty if none was.
std::optional<double> total_energy_j(const protocol::ComponentEnergy& energy);

// What turns energy and traffic into grams.
struct EmissionFactors {
  double pue = 1.0;                  // power usage effectiveness of the data centre
  double intensity_g_per_kwh = 0.0;  // of the grid where the worker is
  double network_kwh_per_gb = 0.01;  // published values differ about 70-fold: a setting
  double network_intensity_g_per_kwh = 0.0;
};

// Grams of CO2 equivalent of one report:
//   (E_cpu + E_gpu + E_ram) / 3.6e6 × PUE × I
//   + (bytes_sent + bytes_received) / 1e9 × network_kwh_per_gb × I_network
// A part that was not measured is left out; empty if neither was.
std::optional<double> emissions_g(const protocol::Report& report, const EmissionFactors& factors);

}  // namespace fedwatt::carbon
