#include "fedwatt/carbon/emissions.h"

namespace fedwatt::carbon {

std::optional<double> total_energy_j(const protocol::ComponentEnergy& energy) {
  std::optional<double> total;
  for (const auto& component : {energy.cpu_j, energy.gpu_j, energy.ram_j, energy.machine_j}) {
    if (component) total = total.value_or(0) + *component;
  }
  return total;
}

std::optional<double> emissions_g(const protocol::Report& report, const EmissionFactors& factors) {
  std::optional<double> grams;
  if (const auto energy_j = total_energy_j(report.energy_j)) {
    grams = *energy_j / kJoulesPerKwh * factors.pue * factors.intensity_g_per_kwh;
  }
  if (report.bytes_sent || report.bytes_received) {
    const double gigabytes = (static_cast<double>(report.bytes_sent.value_or(0)) +
                              static_cast<double>(report.bytes_received.value_or(0))) /
                             1e9;
    grams = grams.value_or(0) +
            gigabytes * factors.network_kwh_per_gb * factors.network_intensity_g_per_kwh;
  }
  return grams;
}

}  // namespace fedwatt::carbon
