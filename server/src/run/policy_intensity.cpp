#include "fedwatt/run/policy.h"
#include "policy_words.h"

namespace fedwatt::run {
namespace {

using protocol::IntensityPolicy;

using Names = std::set<std::string>;

// What is known of the dirtiest of these regions; null if nothing is known of any.
const IntensityNoted* dirtiest(const Names& regions, const Grids& grids) {
  const IntensityNoted* dirtiest = nullptr;
  for (const auto& region : regions) {
    const auto noted = grids.noted.find(region);
    if (noted == grids.noted.end()) continue;
    if (!dirtiest || noted->second.g_per_kwh > dirtiest->g_per_kwh) dirtiest = &noted->second;
  }
  return dirtiest;
}

Names regions_of(const Names& workers, const Grids& grids) {
  Names regions;
  for (const auto& worker : workers) regions.insert(grids.workers.at(worker).region);
  return regions;
}

PolicyDecision decision_about(const std::optional<IntensityPolicy>& policy,
                              PolicyDecision::What what, const Names& regions, const Grids& grids) {
  PolicyDecision decision;
  decision.policy = PolicyKind::kIntensity;
  decision.what = what;
  if (!policy) {
    decision.reason = "the policy was taken away";
    return decision;
  }
  decision.numbers = {{"pause_above_g_per_kwh", policy->pause_above_g_per_kwh},
                      {"resume_below_g_per_kwh", policy->resume_below_g_per_kwh}};
  const auto* noted = dirtiest(regions, grids);
  if (!noted) {
    decision.reason = "nobody is in a region above the bound any more";
    return decision;
  }
  decision.numbers["intensity_g_per_kwh"] = noted->g_per_kwh;
  const bool pauses = what == PolicyDecision::What::kPause;
  decision.reason =
      fmt::format("{}{} is at {} g/kWh, the bound is {}",
                  regions.size() > 1 ? "the dirtiest grid concerned, " : "", noted->region,
                  shown(noted->g_per_kwh),
                  shown(pauses ? policy->pause_above_g_per_kwh : policy->resume_below_g_per_kwh));
  return decision;
}

}  // namespace

bool is_high(const IntensityPolicy& intensity, double g_per_kwh, bool was_high) {
  if (g_per_kwh > intensity.pause_above_g_per_kwh) return true;
  return was_high && g_per_kwh >= intensity.resume_below_g_per_kwh;
}

std::optional<PolicyDecision> decide(const std::optional<IntensityPolicy>& intensity,
                                     const Grids& grids, const IntensityMemory& memory) {
  using What = PolicyDecision::What;
  const bool by_name = intensity && intensity->scope == IntensityPolicy::Scope::kWorkers;
  const bool any_high =
      std::any_of(grids.regions.begin(), grids.regions.end(),
                  [&](const auto& region) { return memory.high.count(region) > 0; });
  const bool run_pauses = intensity && !by_name && any_high;
  if (run_pauses != memory.says_run_pauses) {
    return decision_about(intensity, run_pauses ? What::kPause : What::kResume, grids.regions,
                          grids);
  }
  if (!grids.run_goes_on) return std::nullopt;

  Names to_pause;
  Names to_resume;
  for (const auto& [worker, where] : grids.workers) {
    const bool paused = memory.says_workers_pause.count(worker) > 0;
    const bool pauses = by_name && memory.high.count(where.region) > 0;
    if (pauses && !paused && where.present) to_pause.insert(worker);
    if (!pauses && paused) to_resume.insert(worker);
  }
  const Names& concerned = to_pause.empty() ? to_resume : to_pause;
  if (concerned.empty()) return std::nullopt;
  auto decision = decision_about(intensity, to_pause.empty() ? What::kResume : What::kPause,
                                 regions_of(concerned, grids), grids);
  decision.workers.emplace(concerned.begin(), concerned.end());
  return decision;
}

}  // namespace fedwatt::run
