#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "energy/machine.h"
#include "energy/source.h"

namespace fedwatt::energy {

// The CPU's own counters (Intel and AMD), through /sys/class/powercap: every package is `cpu`,
// every DRAM domain `ram`. Core and uncore are parts of their package and psys holds the packages,
// so they are left out; so is the second copy of a package that the mmio interface shows.
//
// A counter that went back has wrapped at max_energy_range_uj. One that wraps twice between two
// laps cannot be told from one that wrapped once: call lap() at least every two minutes.
class RaplSource final : public Source {
 public:
  // Or one sentence that says why not, and which permission to give if that is all that is missing.
  static tl::expected<std::unique_ptr<RaplSource>, std::string> open(Machine machine);

  std::string_view name() const override { return "rapl"; }
  protocol::ComponentEnergy lap() override;

 private:
  enum class Component { kCpu, kRam };

  struct Domain {
    std::filesystem::path counter;
    Component component;
    double max_uj;                  // where the counter wraps; 0 if it does not say
    std::optional<double> last_uj;  // empty while it cannot be read
  };

  RaplSource(Machine machine, std::vector<Domain> domains);
  std::optional<double> spent_j(Domain& domain, double elapsed_s);

  Machine machine_;
  std::vector<Domain> domains_;
  double last_s_;
  double last_cpu_s_;
  std::optional<double> last_busy_s_;
};

}  // namespace fedwatt::energy
