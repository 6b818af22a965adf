#include "energy/cpu_load_source.h"

#include <algorithm>

#include "energy/cpu_table.h"

namespace fedwatt::energy {
namespace {

std::optional<double> tdp_w_of(const Cpu& cpu) {
  const auto model = find_cpu(cpu.name);
  if (!model) return std::nullopt;
  // A virtual machine names its host's CPU and has some of its threads. On a real machine threads
  // may be switched off, and the CPU may still draw all of its power.
  if (cpu.is_virtual) return model->tdp_w * cpu.threads / model->threads;
  return model->tdp_w * cpu.sockets;
}

}  // namespace

CpuLoadSource::CpuLoadSource(const Machine& machine) {
  const Cpu cpu = read_cpu(machine);
  threads_ = cpu.threads;
  tdp_w_ = tdp_w_of(cpu);
}

double CpuLoadSource::cpu_j(double busy_s, double elapsed_s) const {
  if (!tdp_w_) return kWattsPerBusyThread * busy_s;
  const double capacity_s = elapsed_s * threads_;
  return *tdp_w_ / threads_ * std::min(kTdpPerLoad * busy_s, kMostOfTdp * capacity_s);
}

protocol::ComponentEnergy CpuLoadSource::lap(const Interval& interval) {
  protocol::ComponentEnergy energy;
  if (!interval.cpu_share) {
    // What the machine did is not known: as if this process were alone on it.
    energy.cpu_j = cpu_j(interval.process_cpu_s, interval.elapsed_s);
  } else if (interval.machine_cpu_s) {
    energy.cpu_j = cpu_j(*interval.machine_cpu_s, interval.elapsed_s) * *interval.cpu_share;
  }
  return energy;
}

}  // namespace fedwatt::energy
