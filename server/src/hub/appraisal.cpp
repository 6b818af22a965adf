#include "fedwatt/hub/appraisal.h"

#include <utility>

#include "fedwatt/carbon/emissions.h"
#include "fedwatt/carbon/interval.h"

namespace fedwatt::hub {

carbon::Intensity intensity_at(const carbon::Intensities& intensities,
                               const carbon::Intensities::Place& place,
                               const protocol::Report& report, carbon::Interval interval) {
  if (report.intensity_g_per_kwh) return {*report.intensity_g_per_kwh, "report"};
  return intensities.over(place, interval);
}

run::ReportReceived appraise(const run::Run& run, const std::string& worker,
                             protocol::Report report, const FindIntensity& find_intensity) {
  const auto& participant = run.participants().at(worker);
  const auto& settings = run.carbon();
  const auto interval = carbon::interval_of(report, participant.clock_offset_s.value_or(0));
  const auto intensity = find_intensity(report, interval);
  const carbon::EmissionFactors factors{participant.hello.pue.value_or(settings.default_pue),
                                        intensity.g_per_kwh, settings.network_kwh_per_gb,
                                        settings.network_intensity_g_per_kwh};
  const auto grams = carbon::emissions_g(report, factors);
  return {worker, std::move(report), intensity.g_per_kwh, intensity.source, grams};
}

}  // namespace fedwatt::hub
