#include "fedwatt/run/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario.h"

namespace fedwatt::run {
namespace {

using protocol::Target;
using testing::HasSubstr;

// A run with these rounds: the target value of each, and the emissions up to it.
class Rival {
 public:
  struct Point {
    double value;
    std::optional<double> cumulative_g;
  };

  explicit Rival(const std::vector<Point>& points, Target target = {}) : scenario_({}, target) {
    scenario_.join("a");
    double before_g = 0;
    std::int64_t round = 0;
    for (const auto& [value, cumulative_g] : points) {
      Scenario::Says says{.cpu_j = 100, .round_complete = true};
      if (cumulative_g) says.emissions_g = *cumulative_g - std::exchange(before_g, *cumulative_g);
      auto received = scenario_.report_event("a", ++round, says);
      received.report.metrics[target.metric] = value;
      scenario_.apply(received);
    }
  }
  Run* run() { return &scenario_.run; }

 private:
  Scenario scenario_;
};

// Slow but good, and quick but not as good.
struct SlowAndQuick {
  Rival slow{{{0.60, 8}, {0.80, 16}, {0.86, 20}}};
  Rival quick{{{0.70, 4}, {0.80, 10}}};

  protocol::Comparison compared(FiguresRequest request = {}) {
    return *compare({slow.run(), quick.run()}, request);
  }
};

TEST(Comparison, AtAValueAndAtEmissionsThatAllHaveReached) {
  SlowAndQuick s;
  const auto comparison = s.compared();
  EXPECT_EQ(comparison.target_value, 0.80);  // the worst of 0.86 and 0.80
  EXPECT_EQ(comparison.emissions_g, 10);     // the least of 20 g and 10 g
  const auto& slow = comparison.runs.at(0);
  const auto& quick = comparison.runs.at(1);
  EXPECT_EQ(slow.figures.to_target->emissions_g, 16);
  EXPECT_EQ(slow.figures.to_target->energy_j, 200);
  EXPECT_EQ(slow.figures.to_target->wall_s, 20);
  EXPECT_EQ(quick.figures.to_target->emissions_g, 10);
  EXPECT_EQ(slow.rank_to_target, 2);
  EXPECT_EQ(quick.rank_to_target, 1);
  EXPECT_EQ(slow.figures.within_emissions->target_value, 0.60);
  EXPECT_EQ(quick.figures.within_emissions->target_value, 0.80);
  EXPECT_EQ(slow.rank_within_emissions, 2);
  EXPECT_EQ(quick.rank_within_emissions, 1);
}

TEST(Comparison, AgainstTheFirstRun) {
  SlowAndQuick s;
  const auto comparison = s.compared();
  EXPECT_EQ(comparison.runs[0].emissions_change, 0);
  EXPECT_EQ(comparison.runs[0].target_gain, 0);
  EXPECT_EQ(comparison.runs[1].emissions_change, -0.5);        // (10 − 20) / 20
  EXPECT_NEAR(*comparison.runs[1].target_gain, -0.06, 1e-15);  // 0.80 − 0.86
  EXPECT_TRUE(comparison.runs[0].on_pareto_front);             // better
  EXPECT_TRUE(comparison.runs[1].on_pareto_front);             // cheaper
}

TEST(Comparison, AtWhatWasAskedFor) {
  SlowAndQuick s;
  const auto comparison = s.compared({0.85, 16.0, {0.9, 50.0}});
  EXPECT_EQ(comparison.target_value, 0.85);
  EXPECT_EQ(comparison.emissions_g, 16);
  EXPECT_EQ(comparison.zeus, (protocol::ZeusWeights{0.9, 50.0}));
  EXPECT_EQ(comparison.runs[0].rank_to_target, 1);
  EXPECT_FALSE(comparison.runs[1].rank_to_target);         // it never got there
  EXPECT_EQ(comparison.runs[0].rank_within_emissions, 1);  // 0.80 both
  EXPECT_EQ(comparison.runs[1].rank_within_emissions, 1);
}

TEST(Comparison, EqualsShareARankAndTheNextOneIsLeftOut) {
  Rival a({{0.5, 3}});
  Rival b({{0.5, 2}});
  Rival c({{0.5, 2}});
  const auto runs = compare({a.run(), b.run(), c.run()}, {})->runs;
  EXPECT_EQ(runs[0].rank_to_target, 3);
  EXPECT_EQ(runs[1].rank_to_target, 1);
  EXPECT_EQ(runs[2].rank_to_target, 1);
  EXPECT_FALSE(runs[0].on_pareto_front);  // as good, but dearer
  EXPECT_TRUE(runs[1].on_pareto_front);   // neither of two equals beats the other
  EXPECT_TRUE(runs[2].on_pareto_front);
}

TEST(Comparison, WhereLessIsBetter) {
  const Target loss{"loss", Target::Goal::kMin};
  Rival a({{2.0, 1}, {0.4, 5}}, loss);
  Rival b({{1.0, 2}, {0.6, 6}}, loss);
  const auto comparison = *compare({a.run(), b.run()}, {});
  EXPECT_EQ(comparison.target_value, 0.6);  // the worst of 0.4 and 0.6
  EXPECT_EQ(comparison.emissions_g, 5);
  const auto& [first, second] = std::tie(comparison.runs[0], comparison.runs[1]);
  EXPECT_EQ(first.figures.to_target->emissions_g, 5);
  EXPECT_EQ(second.figures.to_target->emissions_g, 6);
  EXPECT_EQ(first.figures.within_emissions->target_value, 0.4);
  EXPECT_EQ(second.figures.within_emissions->target_value, 1.0);
  EXPECT_EQ(first.rank_within_emissions, 1);
  EXPECT_EQ(second.rank_within_emissions, 2);
  EXPECT_NEAR(*second.target_gain, -0.2, 1e-15);  // 0.6 is 0.2 worse than 0.4
  EXPECT_FALSE(second.on_pareto_front);           // dearer and worse
}

TEST(Comparison, ARunWithoutEmissionsHasNoRankAndTakesNoneAway) {
  Rival measured({{0.5, 4}});
  Rival blind({{0.9, std::nullopt}});
  const auto comparison = *compare({blind.run(), measured.run()}, {});
  EXPECT_EQ(comparison.emissions_g, 4);
  const auto& [first, second] = std::tie(comparison.runs[0], comparison.runs[1]);
  EXPECT_FALSE(first.rank_to_target);
  EXPECT_FALSE(first.rank_within_emissions);
  EXPECT_FALSE(first.on_pareto_front);
  EXPECT_EQ(first.figures.to_target->round, 1);
  EXPECT_EQ(second.rank_to_target, 1);
  EXPECT_TRUE(second.on_pareto_front);
  EXPECT_FALSE(second.emissions_change);  // of what?
  EXPECT_NEAR(*second.target_gain, -0.4, 1e-15);
}

TEST(Comparison, RunsWithoutAnythingAreComparedAtNothing) {
  Rival a({});
  Rival b({});
  const auto comparison = *compare({a.run(), b.run()}, {});
  EXPECT_FALSE(comparison.target_value);
  EXPECT_FALSE(comparison.emissions_g);
  EXPECT_FALSE(comparison.runs[0].figures.to_target);
  EXPECT_FALSE(comparison.runs[1].rank_to_target);
  EXPECT_FALSE(comparison.runs[1].on_pareto_front);
}

TEST(Comparison, RunsThatAreJudgedDifferentlyAreRefused) {
  Rival accuracy({{0.5, 1}});
  Rival loss({{0.5, 1}}, {"loss", Target::Goal::kMin});
  const auto refused = compare({accuracy.run(), loss.run()}, {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(), HasSubstr("digits (run-1) by accuracy, max"));
  EXPECT_THAT(refused.error(), HasSubstr("by loss, min"));
  Rival upwards({{0.5, 1}}, {"loss", Target::Goal::kMax});
  EXPECT_FALSE(compare({upwards.run(), loss.run()}, {}));
}

}  // namespace
}  // namespace fedwatt::run
