#include "fedwatt/run/forecast.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "scenario.h"

namespace fedwatt::run {
namespace {

using protocol::Target;
using ::testing::DoubleNear;
using ::testing::Optional;

// Of rounds that are all that was spent.
std::optional<protocol::Estimate> total_of(const std::vector<double>& per_round,
                                           std::int64_t rounds_left) {
  return forecast_total(std::accumulate(per_round.begin(), per_round.end(), 0.0), per_round,
                        rounds_left);
}

TEST(WarmUp, IsWhatTheFirstRoundsCostOtherwise) {
  EXPECT_EQ(warm_up_rounds(std::vector{9.0, 2.0, 1.0, 1.1, 0.9, 1.0, 1.1, 0.9}), 2u);
  EXPECT_EQ(warm_up_rounds(std::vector{1.0, 1.1, 0.9, 1.0, 1.1, 0.9, 1.0, 1.0}), 0u);
}

TEST(WarmUp, IsAtMostAQuarterAndLeavesThree) {
  EXPECT_EQ(warm_up_rounds(std::vector{81.0, 27.0, 9.0, 1.0, 1.0, 1.0, 1.0, 1.0}), 2u);
  EXPECT_EQ(warm_up_rounds(std::vector{9.0, 1.0, 1.0}), 0u);
  EXPECT_EQ(warm_up_rounds(std::vector{9.0, 1.0, 1.0, 1.0}), 1u);
  EXPECT_EQ(warm_up_rounds(std::vector<double>{}), 0u);
}

TEST(ForecastTotal, IsWhatIsSpentAndTheMeanForEachRoundLeft) {
  // Spent 2 + 3 + 4 = 9; the mean is 3 and 7 rounds are left: 9 + 21 = 30. The sample's variance is
  // 1, so that of the sum of 7 more rounds, whose mean is itself uncertain, is 7 + 49/3 = 23.333;
  // t(2, 90 %) = 1.8856: 1.8856 · √23.333 = 9.108.
  const auto forecast = total_of(std::vector{2.0, 3.0, 4.0}, 7);
  ASSERT_TRUE(forecast);
  EXPECT_DOUBLE_EQ(forecast->mean, 30);
  EXPECT_NEAR(forecast->low, 30 - 9.108, 0.02);
  EXPECT_NEAR(forecast->high, 30 + 9.108, 0.02);
}

TEST(ForecastTotal, IsSureWhenNothingIsLeftOrNothingVaries) {
  const auto over = total_of(std::vector{2.0, 3.0, 4.0}, 0);
  ASSERT_TRUE(over);
  EXPECT_EQ(*over, (protocol::Estimate{9, 9, 9}));
  const auto constant = total_of(std::vector{2.0, 2.0, 2.0, 2.0}, 4);
  ASSERT_TRUE(constant);
  EXPECT_EQ(*constant, (protocol::Estimate{16, 16, 16}));
}

TEST(ForecastTotal, IsNeverBelowWhatIsSpent) {
  const auto forecast = total_of(std::vector{0.0, 100.0, 0.0}, 3);
  ASSERT_TRUE(forecast);
  EXPECT_DOUBLE_EQ(forecast->low, 100);
}

TEST(ForecastTotal, NeedsThreeRounds) {
  EXPECT_FALSE(total_of(std::vector{2.0, 3.0}, 7));
  EXPECT_FALSE(total_of(std::vector<double>{}, 7));
}

TEST(ForecastTotal, LeavesTheWarmUpOutOfTheMeanButNotOutOfTheSum) {
  const auto forecast = total_of(std::vector{10.0, 1.0, 1.0, 1.0}, 6);
  ASSERT_TRUE(forecast);
  EXPECT_DOUBLE_EQ(forecast->mean, 13 + 6);
}

// How often the band holds the truth, over synthetic runs of 50 rounds of which `done` are known.
struct Synthetic {
  const char* name;
  std::size_t done;
  double spread;                // of a round's cost, as a share of its mean
  std::vector<double> warm_up;  // factors of the first rounds
  double correlation;
};

class Coverage : public ::testing::TestWithParam<Synthetic> {};

TEST_P(Coverage, OfTheBandIsBetween70And90Percent) {
  constexpr int kRuns = 2'000;
  constexpr std::size_t kRounds = 50;
  const Synthetic& synthetic = GetParam();
  std::mt19937_64 random(20260101);
  std::normal_distribution<double> normal;
  int held = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<double> costs;
    double deviation = normal(random);
    for (std::size_t round = 0; round < kRounds; ++round) {
      const double factor = round < synthetic.warm_up.size() ? synthetic.warm_up[round] : 1;
      costs.push_back(factor * 1000 * (1 + synthetic.spread * deviation));
      const double rho = synthetic.correlation;
      deviation = rho * deviation + std::sqrt(1 - rho * rho) * normal(random);
    }
    const double truth = std::accumulate(costs.begin(), costs.end(), 0.0);
    const auto done = static_cast<std::ptrdiff_t>(synthetic.done);
    const auto forecast =
        total_of({costs.begin(), costs.begin() + done}, static_cast<std::int64_t>(kRounds) - done);
    held += forecast->low <= truth && truth <= forecast->high ? 1 : 0;
  }
  const double share = static_cast<double>(held) / kRuns;
  RecordProperty("coverage", std::to_string(share));
  EXPECT_GE(share, 0.70) << synthetic.name;
  EXPECT_LE(share, 0.90) << synthetic.name;
}

INSTANTIATE_TEST_SUITE_P(
    SyntheticRuns, Coverage,
    ::testing::Values(Synthetic{"after_3", 3, 0.1, {}, 0}, Synthetic{"after_5", 5, 0.1, {}, 0},
                      Synthetic{"after_10", 10, 0.03, {}, 0}, Synthetic{"after_25", 25, 0.3, {}, 0},
                      Synthetic{"warm_up_of_1", 8, 0.1, {1.5}, 0},
                      Synthetic{"warm_up_of_2", 12, 0.1, {3, 1.5}, 0},
                      Synthetic{"correlated", 15, 0.1, {}, 0.3},
                      Synthetic{"correlated_after_warm_up", 30, 0.1, {2}, 0.3}),
    [](const auto& instance) { return instance.param.name; });

std::vector<TargetPoint> saturating(int rounds, double end, double start, double rate,
                                    double noise = 0) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> normal;
  std::vector<TargetPoint> points;
  for (int round = 1; round <= rounds; ++round) {
    points.push_back({static_cast<double>(round),
                      end + (start - end) * std::exp(-rate * round) + noise * normal(random)});
  }
  return points;
}

TEST(ForecastTarget, FollowsACurveThatSaturates) {
  // 0.9 − 0.8·e^(−0.1·50) = 0.8946
  EXPECT_THAT(forecast_target(saturating(20, 0.9, 0.1, 0.1), 50, Target::Goal::kMax),
              Optional(DoubleNear(0.8946, 0.005)));
  EXPECT_THAT(forecast_target(saturating(25, 0.9, 0.1, 0.1, 0.01), 50, Target::Goal::kMax),
              Optional(DoubleNear(0.8946, 0.03)));
}

TEST(ForecastTarget, FollowsALossDown) {
  EXPECT_THAT(forecast_target(saturating(20, 0.2, 2.3, 0.2), 40, Target::Goal::kMin),
              Optional(DoubleNear(0.2, 0.02)));
}

TEST(ForecastTarget, IsWithheldWhileTheFitSaysNothing) {
  EXPECT_FALSE(forecast_target(saturating(5, 0.9, 0.1, 0.1), 50, Target::Goal::kMax)) << "few";
  EXPECT_FALSE(forecast_target(saturating(20, 0.9, 0.1, 0.1, 0.5), 50, Target::Goal::kMax))
      << "noise";
  EXPECT_FALSE(forecast_target(saturating(20, 0.1, 0.9, 0.1), 50, Target::Goal::kMax)) << "worse";
  EXPECT_FALSE(forecast_target(saturating(20, 0.9, 0.1, 0.1), 10, Target::Goal::kMax)) << "past";
  auto passed = saturating(20, 0.9, 0.1, 0.5);
  passed[15].value = 0.95;
  EXPECT_FALSE(forecast_target(passed, 50, Target::Goal::kMax)) << "was better already";
  std::vector<TargetPoint> straight;
  for (int round = 1; round <= 10; ++round) straight.push_back({1.0 * round, 0.01 * round});
  EXPECT_FALSE(forecast_target(straight, 50, Target::Goal::kMax)) << "not bent";
  std::vector<TargetPoint> flat(10, {1, 0.5});
  for (std::size_t i = 0; i < flat.size(); ++i) flat[i].round = static_cast<double>(i);
  EXPECT_FALSE(forecast_target(flat, 50, Target::Goal::kMax)) << "constant";
}

// A run of 10 rounds whose closed ones cost 2, 3 and 4 g, and 20, 30 and 40 J.
struct ThreeRoundsOfTen : Scenario {
  explicit ThreeRoundsOfTen(std::int64_t first_round = 1) {
    protocol::WorkerHello hello;
    hello.run = "digits";
    hello.worker = "a";
    hello.total_rounds = 10;
    apply(WorkerJoined{hello, {}});
    for (int i = 0; i < 3; ++i) {
      report("a", first_round + i,
             {.accuracy = 0.5, .cpu_j = 20.0 + 10 * i, .emissions_g = 2.0 + i, .duration_s = 10});
    }
  }
};

TEST(ForecastOfRun, CoversWhatIsPlanned) {
  ThreeRoundsOfTen scenario;
  const auto forecast = scenario.run.view().forecast;
  ASSERT_TRUE(forecast);
  EXPECT_EQ(forecast->last_round, 10);
  EXPECT_EQ(forecast->rounds_left, 7);
  EXPECT_DOUBLE_EQ(forecast->emissions_g->mean, 9 + 7 * 3);
  EXPECT_DOUBLE_EQ(forecast->energy_j->mean, 90 + 7 * 30);
  EXPECT_EQ(forecast->wall_s, (protocol::Estimate{100, 100, 100}));
  EXPECT_FALSE(forecast->target_value);
}

TEST(ForecastOfRun, ReckonsWithWhatIsExpectedOfTheGrids) {
  // 90 J at the 100 g/kWh of Scenario's reports are 0.0025 g of the 9 g; the rest came otherwise.
  // At 172,900 g/kWh the same 90 J would cost 90 · 172,800 / 3.6e6 = 4.32 g more: (9 + 4.32) / 9 =
  // 1.48 times as much, and so do the 21 g that are left.
  ThreeRoundsOfTen scenario;
  scenario.apply(IntensityNoted{"", 100, "series:X", 172'900});
  const auto forecast = scenario.run.view().forecast;
  ASSERT_TRUE(forecast);
  EXPECT_NEAR(forecast->emissions_g->mean, 9 + 1.48 * 21, 1e-9);
  EXPECT_EQ(forecast->outlook_g_per_kwh, 172'900);
  EXPECT_DOUBLE_EQ(forecast->energy_j->mean, 90 + 7 * 30) << "energy is what it was";
}

TEST(ForecastOfRun, WaitsForAsManyRoundsAsItWasTold) {
  Scenario scenario({.forecast_after_rounds = 5});
  protocol::WorkerHello hello;
  hello.run = "digits";
  hello.worker = "a";
  hello.total_rounds = 10;
  scenario.apply(WorkerJoined{hello, {}});
  for (int round = 1; round <= 4; ++round) scenario.report("a", round, {.accuracy = 0.5});
  EXPECT_FALSE(scenario.run.view().forecast);
  scenario.report("a", 5, {.accuracy = 0.5});
  EXPECT_TRUE(scenario.run.view().forecast);
}

TEST(ForecastOfRun, FitsACurveToRoundsThatEvaluateSeldom) {
  // Every tenth of 990 rounds, so no stretch of 990 / 64 rounds is without one.
  Scenario scenario;
  protocol::WorkerHello hello;
  hello.run = "digits";
  hello.worker = "a";
  hello.total_rounds = 2000;
  scenario.apply(WorkerJoined{hello, {}});
  for (int round = 1; round <= 990; ++round) {
    Scenario::Says says{.emissions_g = 1, .round_complete = true};
    if (round % 10 == 3) says.accuracy = 0.9 - 0.8 * std::exp(-0.005 * round);
    scenario.report("a", round, says);
  }
  const auto forecast = scenario.run.view().forecast;
  ASSERT_TRUE(forecast);
  EXPECT_THAT(forecast->target_value, Optional(DoubleNear(0.9, 0.002)));
  EXPECT_DOUBLE_EQ(forecast->emissions_g->mean, 2000);
}

TEST(ForecastOfRun, CountsFromTheFrameworksFirstRound) {
  ThreeRoundsOfTen scenario(0);
  const auto forecast = scenario.run.view().forecast;
  ASSERT_TRUE(forecast);
  EXPECT_EQ(forecast->last_round, 9);
  EXPECT_EQ(forecast->rounds_left, 7);
}

TEST(ForecastOfRun, FollowsALateReport) {
  ThreeRoundsOfTen scenario;
  ASSERT_TRUE(scenario.run.view().forecast);
  scenario.report("a", 3, {.emissions_g = 3});  // 4 g become 7: spent 12, a mean of 4
  EXPECT_DOUBLE_EQ(scenario.run.view().forecast->emissions_g->mean, 12 + 7 * 4);
}

TEST(ForecastOfRun, IsNotMadeForARunThatIsOver) {
  ThreeRoundsOfTen scenario;
  scenario.leave("a");
  EXPECT_FALSE(scenario.run.view().forecast);
}

TEST(ForecastOfRun, IsNotMadeWithoutAPlanOrBeyondIt) {
  Scenario unplanned;
  unplanned.join("a");
  for (int round = 1; round <= 3; ++round) unplanned.report("a", round, {.emissions_g = 1});
  EXPECT_FALSE(unplanned.run.view().forecast);

  ThreeRoundsOfTen beyond;
  beyond.report("a", 11, {.accuracy = 0.5, .emissions_g = 1});
  EXPECT_FALSE(beyond.run.view().forecast);
}

}  // namespace
}  // namespace fedwatt::run
