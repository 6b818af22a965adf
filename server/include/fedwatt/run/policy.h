#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "fedwatt/run/policy_memory.h"
#include "fedwatt/run/policy_set.h"
#include "fedwatt/run/rounds.h"

// What each kind of policy decides: the state of a run in, a decision out, or nothing if there is
// nothing to decide. Pure functions. docs/policies.md says the same in words.
//
// A decision comes back with the condition that holds as its reason. Whether it is only said, and
// the rest of the sentence, is up to the run, which knows of dry runs and of operators' orders.

namespace fedwatt::run {

// What a run has cost, rounds that are open included, and what it will probably have cost.
struct Spending {
  std::optional<double> energy_j;
  std::optional<double> emissions_g;
  bool has_gaps = false;  // some energy was not measured: these are lower bounds
  std::optional<protocol::Forecast> forecast;
};

BudgetStage budget_stage(const protocol::BudgetPolicy& budget, const Spending& spending);
// `spoken_of` is the stage that it has spoken of before.
std::optional<PolicyDecision> decide(const protocol::BudgetPolicy& budget, const Spending& spending,
                                     BudgetStage spoken_of);

std::optional<PolicyDecision> decide(const protocol::ConfirmPolicy& confirm,
                                     std::int64_t rounds_closed, const Spending& spending);

std::optional<PolicyDecision> decide(const protocol::PlateauPolicy& plateau, const Stretch& latest,
                                     const protocol::Target& target);

// `value` is the latest of the target.
std::optional<PolicyDecision> decide(const protocol::TargetPolicy& wanted, double value,
                                     const protocol::Target& target);

// Whether a region counts as above: from above the one bound until below the other.
bool is_high(const protocol::IntensityPolicy& intensity, double g_per_kwh, bool was_high);

// Where the participants of a run are, for the intensity policy.
struct Grids {
  struct Worker {
    std::string region;
    bool present = false;
  };
  std::map<std::string, IntensityNoted> noted;  // by region
  std::set<std::string> regions;                // of those present
  std::map<std::string, Worker> workers;        // those that it may pause or resume by name
  bool run_goes_on = true;                      // else nobody is paused or resumed by name
};

// Without a policy it takes back what an earlier one did.
std::optional<PolicyDecision> decide(const std::optional<protocol::IntensityPolicy>& intensity,
                                     const Grids& grids, const IntensityMemory& memory);

}  // namespace fedwatt::run
