#pragma once

#include "energy/machine.h"
#include "energy/small_file.h"
#include "energy/source.h"

namespace fedwatt::energy {

// Power of memory by its size: 3 W for each 8 GB of DDR3 or DDR4, used or not. The ratio is that of
// codecarbon before its version 3, which cites Crucial, a maker of memory; Green Algorithms takes
// 0.3725 W/GB.
inline constexpr double kRamWattsPerGb = 3.0 / 8.0;

// An estimate where the DRAM is not measured. In scope kProcess it bills the memory that this
// process holds alone: pages that processes share would be billed to each of them. What nobody
// holds is billed to nobody.
class RamModel final : public Source {
 public:
  RamModel(const Machine& machine, Scope scope);

  std::string_view name() const override { return "model"; }
  protocol::ComponentEnergy lap(const Interval& interval) override;

 private:
  std::optional<double> billed_bytes();

  std::optional<double> machine_bytes_;
  Scope scope_;
  SmallFile statm_;
  std::optional<double> last_bytes_;
};

}  // namespace fedwatt::energy
