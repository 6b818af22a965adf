#include "energy/meter.h"

#include <algorithm>
#include <string>
#include <utility>

#include "energy/amdgpu_source.h"
#include "energy/components.h"
#include "energy/cpu_load_source.h"
#include "energy/nvml_source.h"
#include "energy/ram_model.h"
#include "energy/rapl_source.h"

namespace fedwatt::energy {
namespace {

// The sum, or nothing if one of its parts is not known.
void add(std::optional<double>& sum, const std::optional<double>& part) {
  sum = sum && part ? std::optional(*sum + *part) : std::nullopt;
}

}  // namespace

Meter::Meter(std::vector<std::unique_ptr<Source>> sources, Usage usage)
    : sources_(std::move(sources)), usage_(std::move(usage)), sums_(sources_.size()) {}

void Meter::read_sources() {
  const Interval interval = usage_.next();
  for (std::size_t index = 0; index < sources_.size(); ++index) {
    const auto part = sources_[index]->lap(interval);
    auto& sum = sums_[index];
    if (!sum) {
      sum = part;
      continue;
    }
    for (const auto& [component, source] : kComponents) add((*sum).*component, part.*component);
  }
}

void Meter::tick() {
  const std::lock_guard lock(mutex_);
  read_sources();
}

std::chrono::milliseconds Meter::tick_every() const {
  const std::lock_guard lock(mutex_);
  std::chrono::milliseconds every = Children::look_at_least_every();
  for (const auto& source : sources_) every = std::min(every, source->lap_at_least_every());
  return every;
}

std::vector<std::string> Meter::gpu_names() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& source : sources_) {
    for (auto& name : source->gpu_names()) names.push_back(std::move(name));
  }
  return names;
}

std::vector<std::string> Meter::take_notices() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> notices;
  for (const auto& source : sources_) {
    for (auto& notice : source->take_notices()) notices.push_back(std::move(notice));
  }
  return notices;
}

Lap Meter::lap() {
  const std::lock_guard lock(mutex_);
  read_sources();
  Lap lap;
  for (std::size_t index = 0; index < sources_.size(); ++index) {
    const auto sum = std::exchange(sums_[index], std::nullopt);
    for (const auto& [component, source] : kComponents) {
      if (lap.energy_j.*component || !((*sum).*component)) continue;
      lap.energy_j.*component = (*sum).*component;
      lap.source.*source = sources_[index]->name();
    }
  }
  return lap;
}

std::unique_ptr<Meter> open_meter(const Machine& machine, Scope scope,
                                  const std::function<void(std::string_view)>& log) {
  std::vector<std::unique_ptr<Source>> sources;
  // Measured before estimated.
  bool memory_is_in_cpu = false;
  if (auto rapl = RaplSource::open(machine)) {
    memory_is_in_cpu = (*rapl)->cpu_holds_memory();
    sources.push_back(std::move(*rapl));
  } else {
    log("CPU energy is estimated from CPU time: " + rapl.error());
  }
  sources.push_back(std::make_unique<CpuLoadSource>(machine));
  if (!memory_is_in_cpu) sources.push_back(std::make_unique<RamModel>(machine, scope));
  // One figure for all GPUs of one maker. A GPU of AMD beside one of NVIDIA drives a screen.
  if (auto nvidia = NvmlSource::open(machine, scope, log)) {
    sources.push_back(std::move(nvidia));
  } else if (auto amd = AmdgpuSource::open(machine, scope, log)) {
    sources.push_back(std::move(amd));
  }
  return std::make_unique<Meter>(std::move(sources), Usage(machine, scope));
}

}  // namespace fedwatt::energy
