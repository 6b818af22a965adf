#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario.h"

namespace fedwatt::run {
namespace {

using protocol::AccuracySource;
using protocol::Phase;
using protocol::Target;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Figures, AccuracyIsWeightedByExamples) {
  Scenario s;
  s.join_all({"a", "b"});
  s.report("a", 1, {.accuracy = 0.9, .num_examples = 300});
  s.report("b", 1, {.accuracy = 0.5, .num_examples = 100});
  // (300 × 0.9 + 100 × 0.5) / 400 = 320 / 400 = 0.8; mean (0.9 + 0.5) / 2 = 0.7
  const auto round = s.round(1);
  EXPECT_DOUBLE_EQ(*round.accuracy, 0.8);
  EXPECT_DOUBLE_EQ(*round.accuracy_mean, 0.7);
  EXPECT_EQ(round.accuracy_source, AccuracySource::kWorkers);
  EXPECT_EQ(round.num_examples, 400);
}

TEST(Figures, WorkersWeighTheSameIfOneDoesNotCountItsExamples) {
  Scenario s;
  s.join_all({"a", "b"});
  s.report("a", 1, {.accuracy = 0.9, .num_examples = 300});
  s.report("b", 1, {.accuracy = 0.5});
  EXPECT_DOUBLE_EQ(*s.round(1).accuracy, 0.7);
}

TEST(Figures, ZeroExamplesDivideByNothing) {
  Scenario s;
  s.join("a");
  s.report("a", 1, {.accuracy = 0.9, .num_examples = 0});
  EXPECT_DOUBLE_EQ(*s.round(1).accuracy, 0.9);
}

TEST(Figures, TheCoordinatorsAccuracyIsTheRuns) {
  Scenario s;
  s.join("c", protocol::Role::kCoordinator);
  s.join_all({"a", "b"});
  s.report("a", 1, {.accuracy = 0.9, .num_examples = 100});
  s.report("b", 1, {.accuracy = 0.7, .num_examples = 100});
  s.report("c", 1, {.accuracy = 0.6, .phase = Phase::kEvaluate});
  const auto round = s.round(1);
  EXPECT_DOUBLE_EQ(*round.accuracy, 0.6);
  EXPECT_EQ(round.accuracy_source, AccuracySource::kCoordinator);
  EXPECT_DOUBLE_EQ(*round.accuracy_mean, 0.8);  // the workers', (0.9 + 0.7) / 2
  EXPECT_EQ(round.workers_reported, 2);
  EXPECT_EQ(round.num_examples, 200);
}

TEST(Figures, AnEvaluationOutranksAFit) {
  Scenario s;
  s.join("a");
  s.report("a", 1, {.accuracy = 0.7, .phase = Phase::kEvaluate, .round_complete = false});
  s.report("a", 1, {.accuracy = 0.99, .phase = Phase::kFit, .round_complete = true});
  EXPECT_DOUBLE_EQ(*s.round(1).accuracy, 0.7);
}

TEST(Figures, CostsAddUpOverRounds) {
  Scenario s;
  s.join("a");
  s.report("a", 1, {.accuracy = 0.5, .cpu_j = 1000, .emissions_g = 2});
  s.report("a", 2, {.accuracy = 0.8, .cpu_j = 500, .emissions_g = 1});
  const auto round = s.round(2);
  EXPECT_DOUBLE_EQ(*round.energy_j, 500);
  EXPECT_DOUBLE_EQ(*round.cumulative_energy_j, 1500);
  EXPECT_DOUBLE_EQ(*round.cumulative_emissions_g, 3);
  EXPECT_DOUBLE_EQ(*round.gain, 0.8 - 0.5);
  EXPECT_DOUBLE_EQ(*round.gain_per_g, 0.3);                  // 0.3 / 1 g
  EXPECT_NEAR(*round.g_per_point, 1.0 / 30, 1e-12);          // 1 g for 30 percentage points
  EXPECT_NEAR(*round.carbon_efficiency, 0.8 / 0.003, 1e-9);  // per cumulative kg
  EXPECT_FALSE(s.round(1).gain);
}

TEST(Figures, AGainOfNothingHasNoPrice) {
  Scenario s;
  s.join("a");
  s.report("a", 1, {.accuracy = 0.8, .emissions_g = 1});
  s.report("a", 2, {.accuracy = 0.7, .emissions_g = 1});
  s.report("a", 3, {.accuracy = 0.9, .emissions_g = 0});
  EXPECT_NEAR(*s.round(2).gain, -0.1, 1e-15);
  EXPECT_NEAR(*s.round(2).gain_per_g, -0.1, 1e-15);
  EXPECT_FALSE(s.round(2).g_per_point);
  EXPECT_FALSE(s.round(3).gain_per_g);  // divided by 0 g
}

TEST(Figures, GainNeedsTheRoundBefore) {
  Scenario s;
  s.join("a");
  s.report("a", 1, {.accuracy = 0.5});
  s.report("a", 3, {.accuracy = 0.9});
  EXPECT_FALSE(s.round(3).gain);
}

TEST(Figures, WhatNobodyMeasuredIsNull) {
  Scenario s;
  s.join("a");
  s.report("a", 1, {.round_complete = true});
  const auto round = s.round(1);
  EXPECT_FALSE(round.energy_j);
  EXPECT_FALSE(round.emissions_g);
  EXPECT_FALSE(round.cumulative_emissions_g);
  EXPECT_FALSE(round.accuracy);
  EXPECT_FALSE(round.carbon_efficiency);
  EXPECT_FALSE(round.on_pareto_front);
  EXPECT_THAT(round.energy_gaps, ElementsAre("cpu", "ram"));
}

TEST(Figures, ATotalSaysWhatItLeavesOut) {
  Scenario s;
  protocol::WorkerHello hello;
  hello.worker = "gpu-box";
  hello.hardware.gpu = {"H200"};
  s.apply(WorkerJoined{hello, {}});
  s.join("plain");
  s.report("plain", 1, {.accuracy = 0.5, .cpu_j = 10});
  auto received = s.report_event("gpu-box", 1, {.accuracy = 0.5, .cpu_j = 5});
  received.report.energy_j.ram_j = 1;
  received.report.energy_source.ram = "model";
  s.apply(received);
  const auto round = s.round(1);
  EXPECT_DOUBLE_EQ(*round.energy_j, 16);
  EXPECT_THAT(round.energy_gaps, ElementsAre("gpu", "ram"));  // gpu-box's GPU, plain's memory
  EXPECT_THAT(round.energy_sources, ElementsAre("model", "rapl"));
}

TEST(Figures, AFigureForTheWholeMachineHasNoGapAndIsCountedOnce) {
  Scenario s;
  protocol::WorkerHello hello;
  hello.worker = "plugged";
  hello.hardware.gpu = {"H200"};
  s.apply(WorkerJoined{hello, {}});
  s.join("by-part");
  auto received = s.report_event("plugged", 1, {.accuracy = 0.5});
  received.report.energy_j.machine_j = 500;
  received.report.energy_source.machine = "external:smart plug";
  s.apply(received);
  s.report("by-part", 1, {.accuracy = 0.5, .cpu_j = 100});
  const auto round = s.round(1);
  EXPECT_DOUBLE_EQ(*round.energy_j, 600);  // 500 + 100
  EXPECT_DOUBLE_EQ(*round.energy_by_component.machine_j, 500);
  EXPECT_DOUBLE_EQ(*round.energy_by_component.cpu_j, 100);
  EXPECT_EQ(round.energy_by_component.gpu_j, std::nullopt);
  EXPECT_THAT(round.energy_gaps, ElementsAre("ram"));  // by-part's only
  EXPECT_THAT(round.energy_sources, ElementsAre("external:smart plug", "rapl"));
  const auto worker = s.run.snapshot().workers.at(1);
  EXPECT_DOUBLE_EQ(*worker.power_w, 50);  // 500 J in 10 s
  EXPECT_EQ(worker.energy_source.machine, "external:smart plug");
}

TEST(Figures, NoGapWhereNoTimeWasMeasured) {
  Scenario s;
  s.join("a");
  s.report("a", 1, {.accuracy = 0.5, .duration_s = 0});
  EXPECT_THAT(s.round(1).energy_gaps, IsEmpty());
}

TEST(Figures, WallTimeIsNotWorkTime) {
  Scenario s;
  s.join("a");
  s.join("b", protocol::Role::kWorker, -5.0);  // b's clock is 5 s ahead of the hub's
  s.report("a", 1, {.accuracy = 0.5, .duration_s = 10, .started_s = 100});
  s.report("b", 1, {.accuracy = 0.5, .duration_s = 20, .started_s = 108});
  // a: 100 to 110; b: 108 − 5 = 103 to 123, by the hub's clock
  EXPECT_DOUBLE_EQ(*s.round(1).wall_s, 23);
  EXPECT_DOUBLE_EQ(*s.round(1).worker_s, 30);
}

TEST(Figures, TheFrontHoldsWhatNoRoundBeats) {
  Scenario s;
  s.join("a");
  const std::vector<double> accuracies = {0.5, 0.7, 0.6, 0.7, 0.8};
  for (std::size_t i = 0; i < accuracies.size(); ++i) {
    s.report("a", static_cast<std::int64_t>(i), {.accuracy = accuracies[i], .emissions_g = 1});
  }
  std::vector<bool> front;
  for (const auto& round : s.run.rounds()) front.push_back(round.on_pareto_front);
  EXPECT_THAT(front, ElementsAre(true, true, false, false, true));
  EXPECT_EQ(s.run.view().best_round, 4);
}

TEST(Figures, ARoundThatCostNothingPushesAWorseOneOffTheFront) {
  Scenario s;
  s.join("a");
  s.report("a", 1, {.accuracy = 0.5, .emissions_g = 1});
  EXPECT_TRUE(s.round(1).on_pareto_front);
  s.report("a", 2, {.accuracy = 0.6, .emissions_g = 0});
  EXPECT_FALSE(s.round(1).on_pareto_front);
  EXPECT_TRUE(s.round(2).on_pareto_front);
  // Now it cost something after all, and round 1 is the cheaper one again.
  s.report("a", 2, {.emissions_g = 1});
  EXPECT_TRUE(s.round(1).on_pareto_front);
}

TEST(Figures, ALossIsBetterWhenItFalls) {
  Scenario s({}, {"loss", Target::Goal::kMin});
  s.join("a");
  for (const auto& [round, loss] : std::map<std::int64_t, double>{{1, 2.0}, {2, 1.5}, {3, 1.8}}) {
    auto received = s.report_event("a", round, {.emissions_g = 0.5, .round_complete = true});
    received.report.metrics["loss"] = loss;
    s.apply(received);
  }
  EXPECT_DOUBLE_EQ(*s.round(2).gain, 0.5);
  EXPECT_DOUBLE_EQ(*s.round(2).gain_per_g, 1.0);
  EXPECT_NEAR(*s.round(3).gain, -0.3, 1e-15);
  EXPECT_EQ(s.run.view().best_round, 2);
  EXPECT_DOUBLE_EQ(*s.run.view().best_target_value, 1.5);
  EXPECT_FALSE(s.round(2).accuracy);
}

TEST(Figures, AnOpenRoundIsPartial) {
  Scenario s;
  s.join_all({"a", "b"});
  s.report("a", 1, {.accuracy = 0.5, .emissions_g = 1});
  s.report("b", 1, {.accuracy = 0.5, .emissions_g = 1});
  s.report("a", 2, {.accuracy = 0.9, .emissions_g = 1});
  const auto round = s.round(2);
  EXPECT_FALSE(round.closed_by);
  EXPECT_EQ(round.revision, 0);
  EXPECT_DOUBLE_EQ(*round.accuracy, 0.9);
  EXPECT_DOUBLE_EQ(*round.cumulative_emissions_g, 3);
  EXPECT_FALSE(round.gain);
  EXPECT_FALSE(round.on_pareto_front);
  EXPECT_DOUBLE_EQ(*s.run.view().accuracy, 0.5);  // the last closed one's
}

}  // namespace
}  // namespace fedwatt::run
