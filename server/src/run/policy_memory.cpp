#include "fedwatt/run/policy_memory.h"

#include <algorithm>

#include "fedwatt/protocol/names.h"

namespace fedwatt::run {

using protocol::Action;
using What = PolicyDecision::What;

const std::string& PolicyMemory::overruled(PolicyKind kind) const {
  const auto answer = answered.find(kind);
  return answer == answered.end() ? overruled_by : answer->second;
}

bool PolicyMemory::has_decided(PolicyKind kind) const {
  switch (kind) {
    case PolicyKind::kBudget:
      return budget > BudgetStage::kWarned;
    case PolicyKind::kIntensity:
      return intensity.says_run_pauses;
    default:
      return decided.count(kind) > 0;
  }
}

void PolicyMemory::start_afresh(PolicyKind kind) {
  switch (kind) {
    case PolicyKind::kBudget:
      budget = BudgetStage::kWithin;
      break;
    case PolicyKind::kIntensity:
      // What it did it may take back; what it only said is forgotten.
      intensity.says_run_pauses = pausing.count(kind) > 0;
      intensity.says_workers_pause = intensity.did_pause_workers;
      break;
    default:
      decided.erase(kind);
  }
}

void PolicyMemory::decided_on(const PolicyDecision& decision) {
  const bool done = !decision.dry_run && !decision.overruled;
  const bool pauses = decision.what == What::kPause;
  if (decision.workers) {
    for (const auto& worker : *decision.workers) {
      auto& says = intensity.says_workers_pause;
      auto& did = intensity.did_pause_workers;
      pauses ? (void)says.insert(worker) : (void)says.erase(worker);
      if (done) pauses ? (void)did.insert(worker) : (void)did.erase(worker);
    }
    return;
  }
  switch (decision.policy) {
    case PolicyKind::kBudget:
      budget = std::max(budget, stage_of(decision));
      break;
    case PolicyKind::kIntensity:
      intensity.says_run_pauses = pauses;
      break;
    default:
      decided.insert(decision.policy);
  }
  if (!done || decision.what == What::kWarn) return;
  // An order for the run is one for everybody.
  intensity.says_workers_pause.clear();
  intensity.did_pause_workers.clear();
  if (pauses) {
    pausing.insert(decision.policy);
  } else {
    pausing.erase(decision.policy);
  }
}

void PolicyMemory::operator_ordered(const CommandIssued& issued) {
  auto& says = intensity.says_workers_pause;
  auto& did = intensity.did_pause_workers;
  if (issued.command.workers) {
    for (const auto& worker : *issued.command.workers) {
      says.erase(worker);
      did.erase(worker);
    }
    return;
  }
  says.clear();
  did.clear();
  if (issued.command.action == Action::kResume && !pausing.empty()) {
    for (const PolicyKind kind : pausing) {
      if (has_decided(kind)) answered[kind] = issued.issued_by;
    }
  } else {
    overruled_by = issued.issued_by;
    intensity.says_run_pauses = false;
  }
  pausing.clear();
}

void PolicyMemory::policies_changed(const std::vector<PolicyKind>& changed, bool hand_back) {
  for (const PolicyKind kind : changed) {
    answered.erase(kind);
    start_afresh(kind);
  }
  if (!hand_back) return;
  overruled_by.clear();
  answered.clear();
  for (const auto& [kind, name] : protocol::Names<PolicyKind>::kAll) {
    // Confirm asks once. What pauses the run has decided, and nobody has answered yet.
    if (kind != PolicyKind::kConfirm && pausing.count(kind) == 0) start_afresh(kind);
  }
}

}  // namespace fedwatt::run
