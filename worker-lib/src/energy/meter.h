#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "energy/machine.h"
#include "energy/source.h"

namespace fedwatt::energy {

// Energy of one interval and where each component's figure came from.
struct Lap {
  protocol::ComponentEnergy energy_j;
  protocol::EnergySources source;
};

// Adds up its sources. Safe from any thread; a call reads a few small files of /proc and /sys and
// takes some ten microseconds.
class Meter {
 public:
  // The best source first: each component of a lap comes whole from the first that knew it all the
  // time, so that measured and estimated are never mixed in a figure.
  explicit Meter(std::vector<std::unique_ptr<Source>> sources);

  // Ends the interval that the previous lap() ended or the construction began. What no source knows
  // is empty.
  Lap lap();

  // Reads the counters within an interval, so that none of them wraps unseen. Call it every minute.
  void tick();

 private:
  void read_sources();

  std::mutex mutex_;
  std::vector<std::unique_ptr<Source>> sources_;
  // Of the interval up to now, by source; empty before the first reading in it.
  std::vector<std::optional<protocol::ComponentEnergy>> sums_;
};

// The best meter that this machine allows. Says in one line through `log` what it cannot measure.
std::unique_ptr<Meter> open_meter(const Machine& machine,
                                  const std::function<void(std::string_view)>& log);

}  // namespace fedwatt::energy
