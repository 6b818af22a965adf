#pragma once

#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "energy/machine.h"
#include "energy/small_file.h"
#include "energy/source.h"

namespace fedwatt::energy {

// The CPU's own counters (Intel and AMD), through /sys/class/powercap: every package, or die of
// one, is `cpu`, every DRAM domain `ram`. Nothing is counted twice: core and uncore are parts of
// their package and are left out, psys holds the packages and is left out, and so is the second
// copy of a package that the mmio interface shows. A machine that shows psys and no package gives
// it as `cpu`: it then holds the memory and more.
//
// A counter that went back has wrapped: energy + max_energy_range_uj - last. The true range is one
// unit of the counter more (61 uJ or less), since the kernel gives the highest reading. A counter
// that wraps twice between two laps cannot be told from one that wrapped once; at 2 kW that takes
// two minutes.
class RaplSource final : public Source {
 public:
  // Or one sentence that says why not, and which permission to give if that is all that is missing.
  static tl::expected<std::unique_ptr<RaplSource>, std::string> open(const Machine& machine);

  std::string_view name() const override { return "rapl"; }
  protocol::ComponentEnergy lap(const Interval& interval) override;

  // Whether `cpu` is psys.
  bool cpu_holds_memory() const { return cpu_holds_memory_; }

 private:
  struct Counter {
    SmallFile file;
    std::optional<double> protocol::ComponentEnergy::*component;
    double max_uj;                  // where it wraps; 0 if it does not say
    std::optional<double> last_uj;  // empty while it cannot be read
  };

  RaplSource(std::vector<Counter> counters, bool cpu_holds_memory);
  static std::optional<double> spent_j(Counter& counter, const Interval& interval);

  std::vector<Counter> counters_;
  bool cpu_holds_memory_;
};

}  // namespace fedwatt::energy
