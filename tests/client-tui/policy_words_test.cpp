#include "text/policy_words.h"

#include <gmock/gmock.h>

#include "fedwatt/protocol/policy_text.h"

namespace fedwatt::viewer {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

protocol::RunView run_with(const std::string& policies) {
  protocol::RunView run;
  run.policies = *protocol::parse_policies(policies);
  return run;
}

std::vector<std::string> described(const std::string& policies) {
  std::vector<std::string> lines;
  for (const auto& policy : describe_policies(run_with(policies))) {
    lines.push_back(policy.kind + ": " + policy.what + (policy.dry_run ? ", dry" : ""));
  }
  return lines;
}

TEST(PolicyWords, SayWhatEachDoes) {
  EXPECT_THAT(describe_policies({}), IsEmpty());
  EXPECT_THAT(
      described("budget:limit_g=500,limit_j=3.6e6,at_forecast=true,act=stop "
                "plateau:rounds=4,least_gain=0.005,least_gain_per_g=0.001,act=warn "
                "intensity:pause_above_g_per_kwh=300,resume_below_g_per_kwh=200.5,scope=workers "
                "confirm:dry_run=true target:value=0.9"),
      ElementsAre("budget: stop at 500 gCO2e or 3.60 MJ or once that is forecast, warn at 80 %",
                  "plateau: warn when 4 rounds gain less than +0.50 or 0.001 a gram",
                  "intensity: pause a region's workers above 300, resume below 200.5 g/kWh",
                  "confirm: pause after 3 rounds, until an operator resumes, dry",
                  "target: stop at accuracy 90.0 %"));
}

TEST(PolicyWords, TheBudgetIsUsedAsFarAsItsNearerLimit) {
  auto run = run_with("budget:limit_g=500,limit_j=1000");
  EXPECT_FALSE(budget_use(run)) << "nothing is measured yet";
  run.emissions_g = 100;  // a fifth
  EXPECT_DOUBLE_EQ(budget_use(run)->share, 0.2);
  run.energy_j = 750;  // three quarters
  const auto use = budget_use(run);
  EXPECT_DOUBLE_EQ(use->share, 0.75);
  EXPECT_EQ(use->used, "750 J");
  EXPECT_EQ(use->limit, "1.00 kJ");
  run.policies.budget.reset();
  EXPECT_FALSE(budget_use(run));
}

}  // namespace
}  // namespace fedwatt::viewer
