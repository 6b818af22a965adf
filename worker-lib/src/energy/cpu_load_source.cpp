#include "energy/cpu_load_source.h"

#include <utility>

namespace fedwatt::energy {

CpuLoadSource::CpuLoadSource(Machine machine)
    : machine_(std::move(machine)), last_cpu_s_(machine_.process_cpu_s()) {}

protocol::ComponentEnergy CpuLoadSource::lap() {
  const double cpu_s = machine_.process_cpu_s();
  const double spent_s = cpu_s - std::exchange(last_cpu_s_, cpu_s);
  protocol::ComponentEnergy energy;
  if (spent_s >= 0) energy.cpu_j = spent_s * kWattsPerBusyThread;
  return energy;
}

}  // namespace fedwatt::energy
