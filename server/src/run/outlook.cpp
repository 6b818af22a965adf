#include "fedwatt/run/outlook.h"

#include <algorithm>

#include "fedwatt/carbon/emissions.h"

namespace fedwatt::run {

std::optional<Outlook> outlook_of(const Participants& participants,
                                  const std::map<std::string, IntensityNoted>& noted,
                                  double default_pue) {
  double emissions_g = 0;
  double change_g = 0;
  double energy_j = 0;  // of the workers of whose grids something is expected
  double energy_times_outlook = 0;
  for (const auto& [worker, participant] : participants) {
    emissions_g += participant.emissions_g.value_or(0);
    const auto region = noted.find(participant.hello.region);
    if (region == noted.end() || !region->second.outlook_g_per_kwh || !participant.energy_j) {
      continue;
    }
    const double expected = *participant.energy_j * *region->second.outlook_g_per_kwh;
    const double pue = participant.hello.pue.value_or(default_pue);
    change_g += pue * (expected - participant.energy_times_intensity) / carbon::kJoulesPerKwh;
    energy_j += *participant.energy_j;
    energy_times_outlook += expected;
  }
  if (!(energy_j > 0) || !(emissions_g > 0)) return std::nullopt;
  return Outlook{energy_times_outlook / energy_j,
                 std::max(0.0, (emissions_g + change_g) / emissions_g)};
}

}  // namespace fedwatt::run
