#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fedwatt/protocol/messages.h"

// What the policies of a run do, in words. Pure functions.

namespace fedwatt::viewer {

// One policy of a run: {"budget", "pause at 500 gCO2e, warn at 80 %"}.
struct DescribedPolicy {
  std::string kind;
  std::string what;  // it does, or would do in a dry run
  bool dry_run = false;
};
std::vector<DescribedPolicy> describe_policies(const protocol::RunView& run);

// How much of its budget a run has used: of grams or joules, whichever is nearer its limit. Empty
// without a budget, or where that was not measured.
struct BudgetUse {
  double share = 0;   // of the limit; may be more than 1
  std::string used;   // "310 gCO2e"
  std::string limit;  // "500 gCO2e"
};
std::optional<BudgetUse> budget_use(const protocol::RunView& run);

// "overruled by ada: the policies only say what they would do"; empty if they may act.
std::string describe_overruling(const std::string& overruled_by);

}  // namespace fedwatt::viewer
