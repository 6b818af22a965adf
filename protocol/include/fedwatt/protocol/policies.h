#pragma once

#include <cstdint>
#include <optional>

// What a person has decided in advance that the hub shall do about a run. docs/policies.md says how
// each policy decides.

namespace fedwatt::protocol {

enum class PolicyKind { kBudget, kPlateau, kIntensity, kConfirm, kTarget };

// What a policy does when its condition holds.
enum class PolicyAct { kWarn, kPause, kStop };

// What the run may cost, in grams, in joules or both; whichever is passed first counts.
struct BudgetPolicy {
  std::optional<double> limit_g;
  std::optional<double> limit_j;
  double warn_at = 0.8;      // share of the limit
  bool at_forecast = false;  // act as soon as the forecast of the run passes the limit
  PolicyAct act = PolicyAct::kPause;
  bool dry_run = false;  // say what it would do, and do nothing
  bool operator==(const BudgetPolicy&) const = default;
};

// The latest rounds bought too little: the best target value gained less than `least_gain` over
// them, or their gain for a gram was less than `least_gain_per_g`.
struct PlateauPolicy {
  std::int64_t rounds = 5;
  std::optional<double> least_gain;
  std::optional<double> least_gain_per_g;
  PolicyAct act = PolicyAct::kPause;
  bool dry_run = false;
  bool operator==(const PlateauPolicy&) const = default;
};

// Pauses while the grid is dirtier than one figure and resumes when it is cleaner than the other.
struct IntensityPolicy {
  enum class Scope { kRun, kWorkers };  // the whole run, or the workers in the region concerned
  double pause_above_g_per_kwh = 0;
  double resume_below_g_per_kwh = 0;
  Scope scope = Scope::kRun;
  bool dry_run = false;
  bool operator==(const IntensityPolicy&) const = default;
};

// Pauses after so many closed rounds, with the forecast, until an operator says to go on.
struct ConfirmPolicy {
  std::int64_t after_rounds = 3;
  bool dry_run = false;
  bool operator==(const ConfirmPolicy&) const = default;
};

// The target metric is as good as it needs to be.
struct TargetPolicy {
  double value = 0;
  PolicyAct act = PolicyAct::kStop;
  bool dry_run = false;
  bool operator==(const TargetPolicy&) const = default;
};

// At most one of each kind.
struct Policies {
  std::optional<BudgetPolicy> budget;
  std::optional<PlateauPolicy> plateau;
  std::optional<IntensityPolicy> intensity;
  std::optional<ConfirmPolicy> confirm;
  std::optional<TargetPolicy> target;
  bool operator==(const Policies&) const = default;
};

}  // namespace fedwatt::protocol
