#include "fedwatt/protocol/policy_text.h"

#include <gtest/gtest.h>

#include "fedwatt/protocol/names.h"

namespace fedwatt::protocol {
namespace {

Policies parsed(std::string_view text) {
  auto policies = parse_policies(text);
  EXPECT_TRUE(policies) << text << ": " << policies.error();
  return policies.value_or(Policies{});
}

std::string problem(std::string_view text) {
  const auto policies = parse_policies(text);
  return policies ? "" : policies.error();
}

TEST(PolicyText, OneWordAndSeveralWordsMeanTheSame) {
  const BudgetPolicy budget{500, {}, 0.8, true, PolicyAct::kStop, false};
  for (const auto* text : {"budget:limit_g=500,at_forecast=true,act=stop",
                           "budget limit_g=500 at_forecast=true act=stop",
                           "  budget: limit_g=5e2, at_forecast=true,\tact=stop,"}) {
    EXPECT_EQ(parsed(text), (Policies{budget, {}, {}, {}, {}})) << text;
  }
}

TEST(PolicyText, WhatIsNotSaidHasItsDefault) {
  EXPECT_EQ(parsed("confirm").confirm, ConfirmPolicy{});
  EXPECT_EQ(parsed("plateau:least_gain=.01").plateau,
            (PlateauPolicy{5, 0.01, {}, PolicyAct::kPause, false}));
}

TEST(PolicyText, HoldsSeveralPoliciesOfDifferentKinds) {
  const auto policies = parsed("target:value=0.9 budget limit_j=3600 dry_run=true");
  EXPECT_EQ(policies.target, (TargetPolicy{0.9, PolicyAct::kStop, false}));
  EXPECT_EQ(policies.budget, (BudgetPolicy{{}, 3600, 0.8, false, PolicyAct::kPause, true}));
  EXPECT_EQ(problem("budget:limit_g=1 budget:limit_g=2"), "budget is given twice");
}

TEST(PolicyText, SaysWhatIsWrongAndWhatThereIs) {
  const std::string kinds = "budget, plateau, intensity, confirm, target";
  EXPECT_EQ(problem(""), "no policy is given: begin with one of " + kinds);
  EXPECT_EQ(problem("budgt:limit_g=5"), "'budgt' is no kind of policy; there are: " + kinds);
  EXPECT_EQ(problem("limit_g=5"), "'limit_g=5' belongs to no policy: begin with one of " + kinds);
  EXPECT_EQ(problem("budget:limt_g=5"),
            "budget.limt_g is not known here; known are: limit_g, limit_j, warn_at, at_forecast, "
            "act, dry_run");
  EXPECT_EQ(problem("budget:=5"), "'=5' is not FIELD=VALUE, for example limit_g=500");
  EXPECT_EQ(problem("budget:limit_g"), "'limit_g' is not FIELD=VALUE, for example limit_g=500");
  EXPECT_EQ(problem("budget:limit_g=5,limit_g=6"), "budget.limit_g is given twice");
  EXPECT_EQ(problem("budget"), "budget.limit_g or limit_j must be given");
  for (const auto* number : {"", "many", "5g", "inf", "nan", "0x10", "1e999"}) {
    EXPECT_EQ(problem(std::string("budget:limit_g=") + number), "budget.limit_g must be a number");
  }
  EXPECT_EQ(problem("budget:limit_g=5,warn_at=80"),
            "budget.warn_at 80 is outside 0..1: send a fraction, 0.81 for 81 %");
  EXPECT_EQ(problem("budget:limit_g=5,act=wait"), "budget.act must be one of warn, pause, stop");
  EXPECT_EQ(problem("confirm:after_rounds=2.5"), "confirm.after_rounds must be a whole number");
  EXPECT_EQ(problem("intensity:pause_above_g_per_kwh=200,resume_below_g_per_kwh=300"),
            "intensity.resume_below_g_per_kwh must not be more than pause_above_g_per_kwh");
}

// Bytes that are no UTF-8, or move a cursor, must not come back in a message.
TEST(PolicyText, RepeatsOnlyPlainText) {
  EXPECT_EQ(problem("bud\xffget\x1b[31m").substr(0, 16), "'bud?get?[31m' i");
  EXPECT_EQ(problem("budget:li\xff\x1b=5").substr(0, 19), "budget.li?? is not ");
  EXPECT_EQ(problem("budget:limit_g=5,act=\xff"), "budget.act must be one of warn, pause, stop");
}

TEST(PolicyText, IsShortAndReadsBack) {
  for (const auto* text :
       {"budget:limit_g=500", "budget:limit_g=0.1,limit_j=1e+15,warn_at=0.5,act=warn,dry_run=true",
        "plateau:least_gain=0.01", "plateau:rounds=3,least_gain_per_g=-0.25,act=stop",
        "intensity:pause_above_g_per_kwh=0,resume_below_g_per_kwh=0",
        "intensity:pause_above_g_per_kwh=300,resume_below_g_per_kwh=200.5,scope=workers", "confirm",
        "confirm:after_rounds=10", "target:value=0", "target:value=0.9,act=warn",
        "budget:limit_g=500 confirm target:value=0.9"}) {
    EXPECT_EQ(policy_text(parsed(text)), text);
  }
  EXPECT_EQ(policy_text(parsed("budget:limit_g=5e2,warn_at=0.8,at_forecast=false,act=pause")),
            "budget:limit_g=500");
  EXPECT_EQ(policy_text({}), "");
}

}  // namespace
}  // namespace fedwatt::protocol
