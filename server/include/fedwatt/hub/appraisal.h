#pragma once

#include <functional>
#include <string>

#include "fedwatt/carbon/intensity.h"
#include "fedwatt/run/run.h"

namespace fedwatt::hub {

// The intensity for a report that was measured, by the hub's clock, in that interval.
using FindIntensity =
    std::function<carbon::Intensity(const protocol::Report& report, carbon::Interval interval)>;

// What the worker says of its grid, else what is known of the place.
carbon::Intensity intensity_at(const carbon::Intensities& intensities,
                               const carbon::Intensities::Place& place,
                               const protocol::Report& report, carbon::Interval interval);

// Finds the intensity and the emissions of a report by a worker of the run, which are then kept
// with it for good.
run::ReportReceived appraise(const run::Run& run, const std::string& worker,
                             protocol::Report report, const FindIntensity& find_intensity);

}  // namespace fedwatt::hub
