#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "fedwatt/run/event.h"
#include "fedwatt/run/policy_set.h"

namespace fedwatt::run {

// How far a budget is used up, from the first to the last thing that there is to say about it.
enum class BudgetStage { kWithin, kWarned, kForecast, kSpent };

// What the intensity policy has decided last and not taken back. What it only said (in a dry run,
// or overruled) is in `says` and not in `did`.
struct IntensityMemory {
  std::set<std::string> high;  // the regions above, until they are below
  bool says_run_pauses = false;
  std::set<std::string> says_workers_pause;
  std::set<std::string> did_pause_workers;
};

// What the policies of a run remember, so that a condition that lasts is decided on once. It
// changes with stored events only, so a replay restores it.
struct PolicyMemory {
  BudgetStage budget = BudgetStage::kWithin;  // the farthest that was spoken of
  std::set<PolicyKind> decided;               // plateau, confirm, target: each decides once
  IntensityMemory intensity;
  std::set<PolicyKind> pausing;                // those that paused the run, until it is resumed
  std::map<PolicyKind, std::string> answered;  // whose pause an operator ended, and who it was
  std::string overruled_by;                    // the operator whose order stands; "" if none

  // The operator who outranks this kind at present; "" if it may act.
  const std::string& overruled(PolicyKind kind) const;
  // Whether anything is: all policies, or those that an operator has answered.
  bool outranked() const { return !overruled_by.empty() || !answered.empty(); }

  void decided_on(const PolicyDecision& decision);
  // A resume answers the policies that pause the run; any other order for the run outranks all.
  void operator_ordered(const CommandIssued& issued);
  void policies_changed(const std::vector<PolicyKind>& changed, bool hand_back);

 private:
  bool has_decided(PolicyKind kind) const;
  void start_afresh(PolicyKind kind);
};

// Which stage of a budget a decision was about, by its numbers.
BudgetStage stage_of(const PolicyDecision& decision);

}  // namespace fedwatt::run
