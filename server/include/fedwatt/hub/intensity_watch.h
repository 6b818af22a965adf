#pragma once

#include <optional>

#include "fedwatt/carbon/intensity.h"
#include "fedwatt/hub/runs.h"

namespace fedwatt::hub {

// Tells the runs that have a use for it how clean the grids of their workers are now, so that their
// policies can act on it, and what is expected of them for the rest of the run, so that the
// forecast can reckon with it: every 10 s, and at once where a run's regions or policies have
// changed. What has not changed is not recorded again. For the I/O thread.
//
// It is the grid's intensity that counts, as the hub knows it, and not what a worker reports: a
// worker that is paused reports none.
class IntensityWatch {
 public:
  static constexpr std::chrono::seconds kEvery{10};

  // `runs` and `intensities` must outlive it.
  IntensityWatch(Runs& runs, const carbon::Intensities& intensities, net::Timers& timers)
      : runs_(runs), intensities_(intensities), timers_(timers) {}

  // To be called all the time: looks at all runs, if it is time to.
  void tick();
  // Looks at one run now.
  void look_at(run::Run& run);
  // Only at a region that a worker of it has just named, if it is new to the run.
  void look_at(run::Run& run, const std::string& region);

 private:
  void note(run::Run& run, const std::string& region, const carbon::Intensities::Place& place,
            std::optional<double> rest_s);

  Runs& runs_;
  const carbon::Intensities& intensities_;
  net::Timers& timers_;
  std::optional<net::Timers::Time> next_;  // empty before the first look
};

}  // namespace fedwatt::hub
