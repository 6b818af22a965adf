#include "fedwatt/run/run_figures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario.h"

namespace fedwatt::run {
namespace {

using protocol::FrontPoint;
using protocol::Target;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// Three rounds of 10, 20 and 30 s:
//   round      accuracy   energy      emissions   examples   cumulative
//   1          0.50       1,000 J     2 g         100        1,000 J, 2 g, 10 s
//   2          0.80       2,000 J     3 g         100        3,000 J, 5 g, 30 s
//   3          0.75       3,000 J     5 g         200        6,000 J, 10 g, 60 s
struct ThreeRounds : Scenario {
  ThreeRounds() {
    join("a");
    add(1, {.accuracy = 0.5, .num_examples = 100, .cpu_j = 1000, .emissions_g = 2}, 10);
    add(2, {.accuracy = 0.8, .num_examples = 100, .cpu_j = 2000, .emissions_g = 3}, 20);
    add(3, {.accuracy = 0.75, .num_examples = 200, .cpu_j = 3000, .emissions_g = 5}, 30);
  }
  void add(std::int64_t number, Says says, double duration_s) {
    says.duration_s = duration_s;
    report("a", number, says);
  }
};

protocol::RunFigures figures_of(Scenario& s, FiguresRequest request = {}) {
  return run_figures(s.run, request);
}

FiguresRequest to_target(double value) { return {value, {}, {}}; }

TEST(RunFigures, TotalsAndWhatFollowsFromThem) {
  ThreeRounds s;
  const auto figures = figures_of(s);
  EXPECT_EQ(figures.run_id, "run-1");
  EXPECT_EQ(figures.rounds_closed, 3);
  EXPECT_EQ(figures.best_round, 2);
  EXPECT_EQ(figures.best_target_value, 0.8);
  EXPECT_EQ(figures.energy_j, 6000);
  EXPECT_EQ(figures.energy_by_component.cpu_j, 6000);
  EXPECT_FALSE(figures.energy_by_component.gpu_j);
  EXPECT_THAT(figures.energy_gaps, ElementsAre("ram"));
  EXPECT_EQ(figures.emissions_g, 10);
  EXPECT_EQ(figures.wall_s, 60);
  EXPECT_EQ(figures.worker_s, 60);
  EXPECT_EQ(figures.power_w, 100);     // 6,000 J / 60 s
  EXPECT_EQ(figures.edp_js, 360'000);  // 6,000 J × 60 s
  EXPECT_EQ(figures.num_examples, 400);
  EXPECT_EQ(figures.energy_per_example_j, 15);        // 6,000 J / 400
  EXPECT_EQ(figures.emissions_per_example_g, 0.025);  // 10 g / 400
  EXPECT_EQ(figures.emissions_after_best_g, 5);       // of round 3
  EXPECT_EQ(figures.emissions_after_best_share, 0.5);
  EXPECT_FALSE(figures.to_target);
  EXPECT_FALSE(figures.within_emissions);
}

TEST(RunFigures, WhatTookPlaceAtTheSameTimeIsTimeOnce) {
  Scenario s;
  s.join_all({"a", "b"});
  s.report("a", 1, {.accuracy = 0.5, .cpu_j = 100, .duration_s = 10, .started_s = 0});
  s.report("b", 1, {.accuracy = 0.5, .cpu_j = 300, .duration_s = 10, .started_s = 10});
  const auto figures = figures_of(s);
  EXPECT_EQ(figures.wall_s, 20);    // from 0 s to 20 s
  EXPECT_EQ(figures.worker_s, 20);  // 10 s + 10 s
  EXPECT_EQ(figures.power_w, 20);   // 400 J / 20 s
}

TEST(RunFigures, ToTheFirstRoundThatReachesATarget) {
  ThreeRounds s;
  const auto to = *figures_of(s, to_target(0.75)).to_target;
  EXPECT_EQ(to.target_value, 0.75);
  EXPECT_EQ(to.round, 2);  // 0.8 is past it; round 3 came later
  EXPECT_EQ(to.energy_j, 3000);
  EXPECT_EQ(to.wall_s, 30);
  EXPECT_EQ(to.emissions_g, 5);
  EXPECT_EQ(figures_of(s, to_target(0.8)).to_target->round, 2);  // exactly reached
}

TEST(RunFigures, ATargetThatWasNotReachedTookNothingThatIsKnown) {
  ThreeRounds s;
  protocol::ToTarget nothing;
  nothing.target_value = 0.81;
  EXPECT_EQ(figures_of(s, to_target(0.81)).to_target, nothing);
}

TEST(RunFigures, WhatEmissionsBought) {
  ThreeRounds s;
  const auto best_within = [&s](double grams) {
    return *figures_of(s, {{}, grams, {}}).within_emissions;
  };
  EXPECT_EQ(best_within(1.9).target_value, std::nullopt);  // round 1 took 2 g
  EXPECT_EQ(best_within(2).round, 1);
  EXPECT_EQ(best_within(4.9).target_value, 0.5);
  EXPECT_EQ(best_within(5).target_value, 0.8);
  EXPECT_EQ(best_within(100).round, 2);  // better than the last
}

TEST(RunFigures, ZeusWeighsEnergyAgainstTimeAtFullPower) {
  ThreeRounds s;
  EXPECT_FALSE(figures_of(s).zeus_cost_j);  // nobody knows the power
  const auto figures = figures_of(s, {0.8, {}, {0.25, 200.0}});
  // 0.25 × 6,000 J + 0.75 × 200 W × 60 s = 1,500 + 9,000
  EXPECT_EQ(figures.zeus_cost_j, 10'500);
  // until round 2: 0.25 × 3,000 J + 0.75 × 200 W × 30 s = 750 + 4,500
  EXPECT_EQ(figures.to_target->zeus_cost_j, 5'250);
}

TEST(RunFigures, TheIntensityIsWeightedByEnergy) {
  Scenario s;
  s.join_all({"a", "b", "c"});
  const auto at = [&s](const std::string& worker, std::optional<double> cpu_j, double intensity) {
    auto received = s.report_event(worker, 1, {.accuracy = 0.5, .cpu_j = cpu_j, .emissions_g = 9});
    received.intensity_g_per_kwh = intensity;
    s.apply(received);
  };
  at("a", 3000, 100);
  at("b", 1000, 500);
  at("c", std::nullopt, 900);  // it measured no energy, so its grid weighs nothing
  // (3,000 × 100 + 1,000 × 500) / 4,000 = 200, whatever PUE and traffic made of the grams
  EXPECT_EQ(figures_of(s).intensity_g_per_kwh, 200);
}

TEST(RunFigures, PerExampleOnlyWhereBothAreKnown) {
  Scenario s;
  s.join("a");
  s.report("a", 1, {.accuracy = 0.5, .num_examples = 100, .cpu_j = 1000});
  s.report("a", 2, {.accuracy = 0.5, .cpu_j = 5000, .emissions_g = 1});  // of how many examples?
  s.report("a", 3, {.accuracy = 0.5, .num_examples = 300});
  const auto figures = figures_of(s);
  EXPECT_EQ(figures.num_examples, 400);
  EXPECT_EQ(figures.energy_per_example_j, 10);    // round 1 alone: 1,000 J / 100
  EXPECT_FALSE(figures.emissions_per_example_g);  // no round has both
}

TEST(RunFigures, OfZeroExamplesThereIsNoMean) {
  Scenario s;
  s.join("a");
  s.report("a", 1, {.accuracy = 0.5, .num_examples = 0, .cpu_j = 1000});
  EXPECT_EQ(figures_of(s).num_examples, 0);
  EXPECT_FALSE(figures_of(s).energy_per_example_j);
}

TEST(RunFigures, OfARunWithoutAReportNothingIsKnown) {
  Scenario s;
  s.join("a");
  auto detailed = detailed_figures(s.run, {0.5, 1.0, {0.5, 100.0}});
  protocol::RunFigures nothing;
  nothing.run_id = "run-1";
  nothing.name = "digits";
  nothing.to_target.emplace().target_value = 0.5;
  nothing.within_emissions.emplace().emissions_g = 1;
  EXPECT_EQ(detailed.figures, nothing);
  EXPECT_THAT(detailed.pareto_front, IsEmpty());
  EXPECT_THAT(detailed.equivalents, IsEmpty());
}

TEST(RunFigures, AnOpenRoundCostsButReachesNothing) {
  Scenario s;
  s.join_all({"a", "b"});
  s.report("a", 1, {.accuracy = 0.9, .cpu_j = 1000, .emissions_g = 2});  // b is still at it
  const auto figures = figures_of(s, {0.5, 10.0, {}});
  EXPECT_EQ(figures.rounds_closed, 0);
  EXPECT_EQ(figures.energy_j, 1000);
  EXPECT_EQ(figures.emissions_g, 2);
  EXPECT_FALSE(figures.best_round);
  EXPECT_FALSE(figures.emissions_after_best_g);
  EXPECT_FALSE(figures.to_target->round);
  EXPECT_FALSE(figures.within_emissions->target_value);
}

TEST(RunFigures, WithoutEmissionsNothingIsSaidOfThem) {
  Scenario s;
  s.join("a");
  s.report("a", 1, {.accuracy = 0.5, .cpu_j = 1000});
  s.report("a", 2, {.accuracy = 0.4, .cpu_j = 1000});
  const auto detailed = detailed_figures(s.run, {0.5, 10.0, {}});
  EXPECT_FALSE(detailed.figures.emissions_after_best_g);
  EXPECT_FALSE(detailed.figures.emissions_after_best_share);
  EXPECT_FALSE(detailed.figures.within_emissions->target_value);
  EXPECT_EQ(detailed.figures.to_target->energy_j, 1000);
  EXPECT_FALSE(detailed.figures.to_target->emissions_g);
  EXPECT_THAT(detailed.pareto_front, IsEmpty());
  EXPECT_THAT(detailed.equivalents, IsEmpty());
}

TEST(RunFigures, ARunThatEmittedNothingHasNoShareOfIt) {
  Scenario s;
  s.join("a");
  s.report("a", 1, {.accuracy = 0.5, .cpu_j = 0, .emissions_g = 0, .duration_s = 0});
  const auto figures = figures_of(s);
  EXPECT_EQ(figures.emissions_after_best_g, 0);
  EXPECT_FALSE(figures.emissions_after_best_share);
  EXPECT_FALSE(figures.power_w);              // 0 J in 0 s
  EXPECT_FALSE(figures.intensity_g_per_kwh);  // nothing to weigh by
}

TEST(RunFigures, WhereLessIsBetter) {
  Scenario s({}, {"loss", Target::Goal::kMin});
  s.join("a");
  const auto report = [&s](std::int64_t round, double loss) {
    auto received = s.report_event("a", round, {.emissions_g = 1, .round_complete = true});
    received.report.metrics["loss"] = loss;
    s.apply(received);
  };
  report(1, 2.0);
  report(2, 0.5);
  report(3, 0.7);
  const auto figures = figures_of(s, {1.0, 1.5, {}});
  EXPECT_EQ(figures.best_target_value, 0.5);
  EXPECT_EQ(figures.emissions_after_best_g, 1);
  EXPECT_EQ(figures.to_target->round, 2);
  EXPECT_EQ(figures.to_target->emissions_g, 2);
  EXPECT_EQ(figures.within_emissions->target_value, 2.0);  // 1.5 g pay for round 1
}

TEST(RunFigures, DetailsAreTheFrontAndTheEquivalents) {
  ThreeRounds s;
  const auto detailed = detailed_figures(s.run, {{}, {}, {0.7, 300.0}});
  EXPECT_THAT(detailed.pareto_front, ElementsAre(FrontPoint{1, 2, 0.5}, FrontPoint{2, 5, 0.8}));
  EXPECT_EQ(detailed.zeus, (protocol::ZeusWeights{0.7, 300.0}));
  ASSERT_THAT(detailed.equivalents, SizeIs(4));
}

TEST(RunFigures, TheLiveViewHasTheSameCarbonAfterTheBestRound) {
  ThreeRounds s;
  EXPECT_EQ(s.run.view().emissions_after_best_g, 5);
  EXPECT_EQ(s.run.view().emissions_after_best_share, 0.5);
  s.report("a", 4, {.accuracy = 0.9, .emissions_g = 6});  // a new best: all of it bought something
  EXPECT_EQ(s.run.view().emissions_after_best_g, 0);
  EXPECT_EQ(s.run.view().emissions_after_best_share, 0);
  s.report("a", 2, {.accuracy = 0.95, .emissions_g = 1});  // late: round 2 is the best again
  EXPECT_EQ(s.run.view().best_round, 2);
  EXPECT_EQ(s.run.view().emissions_after_best_g, 11);  // 5 g + 6 g
}

}  // namespace
}  // namespace fedwatt::run
