#include "model/energy_split.h"

#include <algorithm>
#include <array>
#include <set>

#include "model/viewer_model.h"
#include "text/words.h"

namespace fedwatt::viewer {
namespace {

using protocol::ComponentEnergy;
using protocol::EnergySources;

struct Component {
  const char* name;  // on the screen
  const char* gap;   // in energy_gaps
  std::optional<double> ComponentEnergy::*energy_j;
  std::string EnergySources::*source;
};
constexpr std::array kComponents{
    Component{"CPU", "cpu", &ComponentEnergy::cpu_j, &EnergySources::cpu},
    Component{"GPU", "gpu", &ComponentEnergy::gpu_j, &EnergySources::gpu},
    Component{"RAM", "ram", &ComponentEnergy::ram_j, &EnergySources::ram},
    Component{"machine", "machine", &ComponentEnergy::machine_j, &EnergySources::machine},
};

// Sources that the run's energy came from and no worker names any more: some worker changed over,
// and nobody knows for which component.
std::vector<std::string> former_sources(const RunRecord& run) {
  std::set<std::string> present;
  for (const auto& [name, worker] : run.workers) {
    for (const Component& component : kComponents) {
      present.insert(worker.energy_source.*component.source);
    }
  }
  std::vector<std::string> former;
  for (const std::string& source : run.view.energy_sources) {
    if (present.count(source) == 0) former.push_back(source);
  }
  return former;
}

ComponentShare share_of(const RunRecord& run, const Component& component) {
  ComponentShare share;
  share.component = component.name;
  for (const auto& [number, round] : run.rounds) {
    const auto& energy_j = round.energy_by_component.*component.energy_j;
    if (energy_j) share.energy_j = share.energy_j.value_or(0) + *energy_j;
  }
  const auto& gaps = run.view.energy_gaps;
  share.has_gap = std::find(gaps.begin(), gaps.end(), component.gap) != gaps.end();
  std::set<std::string> sources;
  for (const auto& [name, worker] : run.workers) {
    const std::string& source = worker.energy_source.*component.source;
    if (!source.empty()) sources.insert(source);
  }
  share.sources.assign(sources.begin(), sources.end());
  return share;
}

}  // namespace

Provenance provenance_of(const std::vector<std::string>& sources) {
  const auto estimates = std::count_if(
      sources.begin(), sources.end(),
      [](const std::string& source) { return !source.empty() && is_estimate(source); });
  const auto named = std::count_if(sources.begin(), sources.end(),
                                   [](const std::string& source) { return !source.empty(); });
  if (named == 0) return Provenance::kUnknown;
  if (estimates == 0) return Provenance::kMeasured;
  return estimates == named ? Provenance::kEstimated : Provenance::kMixed;
}

EnergySplit split_energy(const RunRecord& run) {
  const auto former = former_sources(run);
  EnergySplit split;
  for (const Component& component : kComponents) {
    ComponentShare share = share_of(run, component);
    if (!share.energy_j && !share.has_gap) continue;
    auto sources = share.sources;
    sources.insert(sources.end(), former.begin(), former.end());
    share.provenance = provenance_of(sources);
    const double energy_j = share.energy_j.value_or(0);
    split.total_j += energy_j;
    if (share.provenance == Provenance::kMeasured) split.measured_j += energy_j;
    if (share.provenance == Provenance::kEstimated) split.estimated_j += energy_j;
    split.components.push_back(std::move(share));
  }
  return split;
}

}  // namespace fedwatt::viewer
