#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "energy/machine.h"
#include "energy/source.h"
#include "energy/usage.h"

namespace fedwatt::energy {

// Energy of one interval and where each component's figure came from.
struct Lap {
  protocol::ComponentEnergy energy_j;
  protocol::EnergySources source;
};

// Adds up its sources. Safe from any thread; a call reads a few small files of /proc and /sys and
// takes some ten microseconds, or some milliseconds where there is a GPU to ask.
class Meter {
 public:
  // The best source first: each component of a lap comes whole from the first that knew it all the
  // time, so that measured and estimated are never mixed in a figure.
  Meter(std::vector<std::unique_ptr<Source>> sources, Usage usage);

  // Ends the interval that the previous lap() ended or the construction began. What no source knows
  // is empty.
  Lap lap();

  // Reads the counters within an interval, so that none of them wraps unseen. Call it every
  // tick_every().
  void tick();

  // How often its sources have to be read; may change from tick to tick.
  std::chrono::milliseconds tick_every() const;

  // See Source.
  std::vector<std::string> gpu_names() const;
  std::vector<std::string> take_notices();

 private:
  void read_sources();

  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Source>> sources_;
  Usage usage_;
  // Of the interval up to now, by source; empty before the first reading in it.
  std::vector<std::optional<protocol::ComponentEnergy>> sums_;
};

// The best meter that this machine allows. Says through `log`, in a line each, what it cannot
// measure and what would change that.
std::unique_ptr<Meter> open_meter(const Machine& machine, Scope scope,
                                  const std::function<void(std::string_view)>& log);

}  // namespace fedwatt::energy
