#include "fedwatt/run/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fedwatt::run {
namespace {

using protocol::BudgetPolicy;
using protocol::ConfirmPolicy;
using protocol::Estimate;
using protocol::Forecast;
using protocol::IntensityPolicy;
using protocol::PlateauPolicy;
using protocol::PolicyAct;
using protocol::Target;
using protocol::TargetPolicy;
using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;
using What = PolicyDecision::What;

const Target kAccuracy;
const Target kLoss{"loss", Target::Goal::kMin};

BudgetPolicy budget_g(double limit_g) {
  BudgetPolicy budget;
  budget.limit_g = limit_g;
  return budget;
}

Spending spent_g(double emissions_g) { return {{}, emissions_g, false, {}}; }

Spending forecast_g(double spent, const Estimate& estimate) {
  Forecast forecast;
  forecast.emissions_g = estimate;
  return {{}, spent, false, forecast};
}

// What is decided, and of what stage the memory then holds it to be: they must not differ, or it
// would decide again.
std::optional<What> what(const BudgetPolicy& budget, const Spending& spending,
                         BudgetStage before = BudgetStage::kWithin) {
  const auto decision = decide(budget, spending, before);
  if (!decision) return std::nullopt;
  EXPECT_EQ(stage_of(*decision), budget_stage(budget, spending));
  return decision->what;
}

TEST(BudgetPolicy, WarnsAtItsShareAndActsAtTheLimit) {
  const auto budget = budget_g(500);  // warns at 0.8 · 500 = 400
  EXPECT_EQ(what(budget, {}), std::nullopt) << "nothing was measured";
  EXPECT_EQ(what(budget, spent_g(399.9)), std::nullopt);
  EXPECT_EQ(what(budget, spent_g(400)), What::kWarn);
  EXPECT_EQ(what(budget, spent_g(499.9), BudgetStage::kWarned), std::nullopt) << "it has said so";
  EXPECT_EQ(what(budget, spent_g(500), BudgetStage::kWarned), What::kPause);
  EXPECT_EQ(what(budget, spent_g(500)), What::kPause) << "past both at once";
  EXPECT_EQ(what(budget, spent_g(700), BudgetStage::kSpent), std::nullopt);
  EXPECT_EQ(what(budget_g(0), spent_g(0)), What::kPause);

  const auto decision = decide(budget, spent_g(500.25), BudgetStage::kWarned);
  EXPECT_EQ(decision->reason, "500.25 g of 500 g are spent");
  EXPECT_THAT(decision->numbers,
              ElementsAre(Pair("emissions_g", 500.25), Pair("limit_emissions_g", 500)));
}

TEST(BudgetPolicy, OfTwoLimitsTheFirstThatIsPassedCounts) {
  auto budget = budget_g(500);
  budget.limit_j = 2e6;
  budget.act = PolicyAct::kStop;
  Spending spending = spent_g(420);
  spending.energy_j = 2e6;
  const auto decision = decide(budget, spending, BudgetStage::kWarned);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->what, What::kStop);
  EXPECT_EQ(decision->reason, "2000000 J of 2000000 J are spent");
  spending.emissions_g = 500;
  EXPECT_EQ(decide(budget, spending, BudgetStage::kWarned)->reason,
            "500 g of 500 g are spent and 2000000 J of 2000000 J are spent");
}

TEST(BudgetPolicy, ActsOnTheForecastIfItShall) {
  auto budget = budget_g(500);
  const auto beyond = forecast_g(100, {500.5, 450, 551});
  EXPECT_EQ(what(budget, beyond), std::nullopt);
  budget.at_forecast = true;
  EXPECT_EQ(what(budget, forecast_g(100, {500, 450, 550})), std::nullopt) << "just within";
  EXPECT_EQ(what(budget, spent_g(100)), std::nullopt) << "there is no forecast yet";
  EXPECT_EQ(what(budget, beyond), What::kPause);
  EXPECT_EQ(decide(budget, beyond, BudgetStage::kWithin)->reason,
            "500.5 g are forecast (450 to 551 g in 80 of 100 cases), the limit is 500 g");
  EXPECT_EQ(what(budget, beyond, BudgetStage::kForecast), std::nullopt);
  EXPECT_EQ(what(budget, forecast_g(450, {600, 500, 700}), BudgetStage::kForecast), std::nullopt);
  EXPECT_EQ(what(budget, spent_g(500), BudgetStage::kForecast), What::kPause)
      << "that it is spent is another reason";
}

TEST(BudgetPolicy, SaysThatWhatIsKnownInPartIsMore) {
  Spending spending = spent_g(500);
  spending.has_gaps = true;
  EXPECT_EQ(decide(budget_g(500), spending, BudgetStage::kWithin)->reason,
            "500 g of 500 g are spent; not all was measured, so it is more");
}

TEST(BudgetPolicy, MayOnlyWarn) {
  auto budget = budget_g(500);
  budget.act = PolicyAct::kWarn;
  EXPECT_EQ(what(budget, spent_g(400)), What::kWarn);
  EXPECT_EQ(what(budget, spent_g(500), BudgetStage::kWarned), What::kWarn);
}

TEST(ConfirmPolicy, AsksOnceSoManyRoundsAreClosed) {
  const ConfirmPolicy confirm;  // after 3
  const auto spending = forecast_g(12, {40, 35, 45});
  EXPECT_FALSE(decide(confirm, 2, spending));
  const auto decision = decide(confirm, 3, spending);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->what, What::kPause);
  EXPECT_EQ(decision->reason,
            "rounds closed: 3; 12 g are spent; 40 g are forecast (35 to 45 g in 80 of 100 cases) "
            "at its end; resume it to go on");
  EXPECT_EQ(decision->numbers.at("forecast_emissions_g"), 40);
  EXPECT_EQ(decision->numbers.at("forecast_emissions_low_g"), 35);
  EXPECT_EQ(decision->numbers.at("forecast_emissions_high_g"), 45);
  EXPECT_EQ(decide(confirm, 4, {})->reason,
            "rounds closed: 4; what they cost is not known; nothing can be forecast; resume it to "
            "go on");
}

TEST(PlateauPolicy, LooksAtWhatTheBestGained) {
  PlateauPolicy plateau;
  plateau.least_gain = 0.0625;
  // Binary fractions, so that the edge is exact: 0.8125 − 0.75 = 0.0625.
  EXPECT_FALSE(decide(plateau, {8, 12, 0.75, 0.8125, 128}, kAccuracy));
  const auto decision = decide(plateau, {8, 12, 0.75, 0.78125, 128}, kAccuracy);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->what, What::kPause);
  EXPECT_EQ(decision->reason,
            "the best accuracy gained 0.03125 in rounds 8 to 12: less than 0.0625");
  EXPECT_THAT(decision->numbers,
              UnorderedElementsAre(Pair("gain", 0.03125), Pair("least_gain", 0.0625)));

  EXPECT_FALSE(decide(plateau, {8, 12, 0.5, 0.4375, 128}, kLoss)) << "a loss gains by falling";
  EXPECT_TRUE(decide(plateau, {8, 12, 0.5, 0.5, 128}, kLoss));
}

TEST(PlateauPolicy, LooksAtTheGainForAGram) {
  PlateauPolicy plateau;
  plateau.least_gain_per_g = 0.00048828125;  // 0.0625 / 128
  plateau.act = PolicyAct::kStop;
  EXPECT_FALSE(decide(plateau, {8, 12, 0.75, 0.8125, 128}, kAccuracy));
  const auto decision = decide(plateau, {8, 12, 0.75, 0.8125, 256}, kAccuracy);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->what, What::kStop);
  EXPECT_EQ(decision->reason,
            "the best accuracy gained 0.0625 in rounds 8 to 12: 0.000244141 for a gram, less than "
            "0.000488281");
  EXPECT_FALSE(decide(plateau, {8, 12, 0.75, 0.75, std::nullopt}, kAccuracy)) << "not known";
  EXPECT_FALSE(decide(plateau, {8, 12, 0.75, 0.75, 0}, kAccuracy)) << "not defined";
}

TEST(TargetPolicy, DecidesWhenTheValueIsReached) {
  const TargetPolicy wanted{0.9};
  EXPECT_FALSE(decide(wanted, 0.899, kAccuracy));
  const auto decision = decide(wanted, 0.9, kAccuracy);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->what, What::kStop);
  EXPECT_EQ(decision->reason, "accuracy is 0.9, 0.9 was wanted");
  EXPECT_FALSE(decide(wanted, 0.901, kLoss));
  EXPECT_TRUE(decide(wanted, 0.9, kLoss));
  EXPECT_TRUE(decide(wanted, 0.2, kLoss));
}

// ---- intensity ----------------------------------------------------------------------------------

IntensityPolicy above_300_below_200(IntensityPolicy::Scope scope = IntensityPolicy::Scope::kRun) {
  return {300, 200, scope, false};
}

// The memory after a decision that was done.
IntensityMemory after(const PolicyDecision& decision, const IntensityMemory& before) {
  PolicyMemory memory;
  memory.intensity = before;
  memory.decided_on(decision);
  return memory.intensity;
}

TEST(IntensityPolicy, IsHighFromAboveTheOneBoundUntilBelowTheOther) {
  const auto policy = above_300_below_200();
  EXPECT_FALSE(is_high(policy, 300, false));
  EXPECT_TRUE(is_high(policy, 300.5, false));
  EXPECT_FALSE(is_high(policy, 250, false));
  EXPECT_TRUE(is_high(policy, 250, true));
  EXPECT_TRUE(is_high(policy, 200, true));
  EXPECT_FALSE(is_high(policy, 199.5, true));
}

TEST(IntensityPolicy, PausesTheRunWhileAnyRegionIsHigh) {
  const std::optional policy = above_300_below_200();
  Grids grids{{{"DE", {"DE", 420, "series:DE", {}}}, {"FR", {"FR", 60, "table:FR", {}}}},
              {"DE", "FR"},
              {{"a", {"DE", true}}, {"b", {"FR", true}}},
              true};
  IntensityMemory memory;
  EXPECT_FALSE(decide(policy, grids, memory));
  memory.high = {"DE"};
  const auto pause = decide(policy, grids, memory);
  ASSERT_TRUE(pause);
  EXPECT_EQ(pause->what, What::kPause);
  EXPECT_FALSE(pause->workers);
  EXPECT_EQ(pause->reason, "the dirtiest grid concerned, DE is at 420 g/kWh, the bound is 300");
  EXPECT_EQ(pause->numbers.at("intensity_g_per_kwh"), 420);

  memory = after(*pause, memory);
  EXPECT_FALSE(decide(policy, grids, memory)) << "it is paused";
  memory.high = {};
  grids.noted.at("DE").g_per_kwh = 190;
  const auto resume = decide(policy, grids, memory);
  ASSERT_TRUE(resume);
  EXPECT_EQ(resume->what, What::kResume);
  EXPECT_EQ(resume->reason, "the dirtiest grid concerned, DE is at 190 g/kWh, the bound is 200");
  EXPECT_FALSE(decide(policy, grids, after(*resume, memory)));
}

TEST(IntensityPolicy, PausesTheWorkersOfTheRegionsThatAreHigh) {
  const std::optional policy = above_300_below_200(IntensityPolicy::Scope::kWorkers);
  Grids grids{{{"DE", {"DE", 420, "series:DE", {}}}},
              {"DE", "FR"},
              {{"a", {"DE", true}}, {"b", {"FR", true}}, {"c", {"DE", false}}, {"d", {"DE", true}}},
              true};
  IntensityMemory memory;
  memory.high = {"DE"};
  grids.run_goes_on = false;
  EXPECT_FALSE(decide(policy, grids, memory)) << "everybody is paused";
  grids.run_goes_on = true;
  const auto pause = decide(policy, grids, memory);
  ASSERT_TRUE(pause);
  EXPECT_THAT(*pause->workers, ElementsAre("a", "d")) << "c is not there";

  memory = after(*pause, memory);
  EXPECT_FALSE(decide(policy, grids, memory));
  grids.workers.at("c").present = true;
  EXPECT_THAT(*decide(policy, grids, memory)->workers, ElementsAre("c"));

  memory.high = {};
  const auto resume = decide(policy, grids, memory);
  ASSERT_TRUE(resume);
  EXPECT_EQ(resume->what, What::kResume);
  EXPECT_THAT(*resume->workers, ElementsAre("a", "d")) << "those that it paused";
}

TEST(IntensityPolicy, TakesBackWhatItDidWhenItIsTakenAwayOrChanged) {
  Grids grids{{}, {"DE"}, {{"a", {"DE", true}}}, true};
  IntensityMemory memory;
  memory.high = {"DE"};
  memory.says_run_pauses = true;
  const auto resume = decide(std::nullopt, grids, memory);
  ASSERT_TRUE(resume);
  EXPECT_EQ(resume->what, What::kResume);
  EXPECT_EQ(resume->reason, "the policy was taken away");

  const std::optional by_name = above_300_below_200(IntensityPolicy::Scope::kWorkers);
  const auto first = decide(by_name, grids, memory);
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->workers) << "the run goes on before its workers are paused";
  EXPECT_EQ(first->what, What::kResume);
  const auto second = decide(by_name, grids, after(*first, memory));
  ASSERT_TRUE(second);
  EXPECT_THAT(*second->workers, ElementsAre("a"));
}

// ---- sets ---------------------------------------------------------------------------------------

TEST(PolicySet, IsMergedByKind) {
  Policies in_force;
  in_force.budget = budget_g(500);
  in_force.confirm = ConfirmPolicy{};
  in_force.target = TargetPolicy{0.9};
  Policies set;
  set.budget = budget_g(600);
  set.target = TargetPolicy{0.95};
  const Policies result = merged(in_force, set, {PolicyKind::kConfirm, PolicyKind::kTarget});
  EXPECT_EQ(result.budget, budget_g(600));
  EXPECT_FALSE(result.confirm);
  EXPECT_EQ(result.target, TargetPolicy{0.95}) << "set and removed: set";
  EXPECT_THAT(changed_kinds(in_force, result),
              ElementsAre(PolicyKind::kBudget, PolicyKind::kConfirm, PolicyKind::kTarget));
  EXPECT_EQ(change_in_words(in_force, result),
            "budget:limit_g=600 target:value=0.95; removed confirm");
  EXPECT_EQ(change_in_words(result, result), "none is new");
}

TEST(PolicySet, AWorkerAddsOnlyKindsThatTheRunHasNot) {
  Policies in_force;
  in_force.budget = budget_g(500);
  Policies asked;
  asked.budget = budget_g(9999);
  asked.confirm = ConfirmPolicy{};
  Policies expected;
  expected.confirm = ConfirmPolicy{};
  EXPECT_EQ(only_new(in_force, asked), expected);
}

}  // namespace
}  // namespace fedwatt::run
