#include "energy/ram_model.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "energy/numbers.h"

namespace fedwatt::energy {

RamModel::RamModel(const Machine& machine, Scope scope)
    : machine_bytes_(read_ram_bytes(machine)),
      scope_(scope),
      statm_(machine.root / "proc/self/statm"),
      last_bytes_(billed_bytes()) {}

std::optional<double> RamModel::billed_bytes() {
  if (scope_ == Scope::kMachine) return machine_bytes_;
  SmallFile::Buffer buffer;
  std::array<double, 3> pages{};
  if (!read_numbers(statm_.read(buffer), pages)) return std::nullopt;
  const auto& [size, resident, shared] = pages;
  const double own = (resident - shared) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  return std::clamp(own, 0.0, machine_bytes_.value_or(own));
}

protocol::ComponentEnergy RamModel::lap(const Interval& interval) {
  const auto now_bytes = billed_bytes();
  const auto last_bytes = std::exchange(last_bytes_, now_bytes);
  protocol::ComponentEnergy energy;
  if (now_bytes && last_bytes) {
    const double mean_gb = (*now_bytes + *last_bytes) / 2 * 1e-9;
    energy.ram_j = mean_gb * kRamWattsPerGb * interval.elapsed_s;
  }
  return energy;
}

}  // namespace fedwatt::energy
