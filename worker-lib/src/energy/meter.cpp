#include "energy/meter.h"

#include <string>
#include <utility>

#include "energy/cpu_load_source.h"
#include "energy/rapl_source.h"

namespace fedwatt::energy {
namespace {

using Component = std::optional<double> protocol::ComponentEnergy::*;
using SourceName = std::string protocol::EnergySources::*;

constexpr std::pair<Component, SourceName> kComponents[] = {
    {&protocol::ComponentEnergy::cpu_j, &protocol::EnergySources::cpu},
    {&protocol::ComponentEnergy::gpu_j, &protocol::EnergySources::gpu},
    {&protocol::ComponentEnergy::ram_j, &protocol::EnergySources::ram}};

// The sum, or nothing if one of its parts is not known.
void add(std::optional<double>& sum, const std::optional<double>& part) {
  sum = sum && part ? std::optional(*sum + *part) : std::nullopt;
}

}  // namespace

Meter::Meter(std::vector<std::unique_ptr<Source>> sources)
    : sources_(std::move(sources)), sums_(sources_.size()) {}

void Meter::read_sources() {
  for (std::size_t index = 0; index < sources_.size(); ++index) {
    const auto part = sources_[index]->lap();
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

std::unique_ptr<Meter> open_meter(const Machine& machine,
                                  const std::function<void(std::string_view)>& log) {
  std::vector<std::unique_ptr<Source>> sources;
  if (auto rapl = RaplSource::open(machine)) {
    sources.push_back(std::move(*rapl));
  } else {
    log("CPU energy is estimated from CPU time: " + rapl.error());
  }
  sources.push_back(std::make_unique<CpuLoadSource>(machine));
  return std::make_unique<Meter>(std::move(sources));
}

}  // namespace fedwatt::energy
