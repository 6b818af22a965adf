#include "model/run_comparison.h"

#include <gtest/gtest.h>

#include <limits>

#include "sample_run.h"
#include "text/run_settings.h"
#include "view/compare_rows.h"

namespace fedwatt::viewer {
namespace {

// A run whose rounds reached these values for `grams` each, in 10 s each.
protocol::Snapshot run_of(const std::string& id, const std::vector<double>& values, double grams) {
  auto snapshot = sample::rival(id, id, 0, 1, static_cast<int>(values.size()));
  double best = values.front();
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto& round = snapshot.rounds[i];
    round.target_value = values[i];
    round.cumulative_emissions_g = grams * static_cast<double>(i + 1);
    round.wall_s = 10;
    best = std::max(best, values[i]);
  }
  snapshot.run.best_target_value = best;
  snapshot.run.emissions_g = grams * static_cast<double>(values.size());
  return snapshot;
}

ViewerModel model_of(const std::vector<protocol::Snapshot>& runs) {
  ViewerModel model(sample::at(0));
  for (const auto& run : runs) model.apply(run, sample::at(0));
  return model;
}

TEST(RunComparison, AtTheValueThatAllReachedAndTheEmissionsThatAllHad) {
  const ViewerModel model =
      model_of({run_of("a", {0.5, 0.7, 0.9}, 10), run_of("b", {0.6, 0.8}, 8)});
  const auto compared = compared_runs(model, {"a", "b", "unknown"});
  ASSERT_EQ(compared.runs.size(), 2U);
  const auto comparison = compare(compared.runs);
  EXPECT_EQ(comparison.target_value, 0.8);  // b's best
  EXPECT_EQ(comparison.emissions_g, 16);    // b's total
  const auto& a = comparison.runs[0];
  EXPECT_EQ(a.figures.to_target->round, 3);
  EXPECT_EQ(a.figures.to_target->emissions_g, 30);
  EXPECT_EQ(a.figures.to_target->wall_s, 30);
  EXPECT_EQ(a.figures.within_emissions->round, 1);
  EXPECT_EQ(a.figures.within_emissions->target_value, 0.5);
  EXPECT_EQ(a.rank_to_target, 2);
  EXPECT_EQ(a.rank_within_emissions, 2);
  const auto& b = comparison.runs[1];
  EXPECT_EQ(b.figures.to_target->emissions_g, 16);
  EXPECT_EQ(b.figures.within_emissions->target_value, 0.8);
  EXPECT_EQ(b.rank_to_target, 1);
  EXPECT_EQ(b.rank_within_emissions, 1);
  EXPECT_NEAR(*b.emissions_change, (16.0 - 30) / 30, 1e-12);
  EXPECT_NEAR(*b.target_gain, -0.1, 1e-12);
}

TEST(RunComparison, LessIsBetterIfThatIsTheGoal) {
  auto a = run_of("a", {40, 30}, 1);
  auto b = run_of("b", {45, 35, 33}, 1);
  for (auto* run : {&a, &b}) run->run.target = {"perplexity", protocol::Target::Goal::kMin};
  a.run.best_target_value = 30;
  b.run.best_target_value = 33;
  const ViewerModel model = model_of({a, b});
  const auto comparison = compare(compared_runs(model, {"a", "b"}).runs);
  EXPECT_EQ(comparison.target_value, 33);
  EXPECT_EQ(comparison.emissions_g, 2);
  EXPECT_EQ(comparison.runs[0].figures.to_target->round, 2);
  EXPECT_EQ(comparison.runs[1].figures.within_emissions->target_value, 35);
  EXPECT_EQ(comparison.runs[0].rank_within_emissions, 1);
  EXPECT_NEAR(*comparison.runs[1].target_gain, -3, 1e-12);
}

TEST(RunComparison, WhatHasNotComeIsEmpty) {
  auto young = run_of("b", {0.6}, 8);
  young.rounds.clear();
  young.run.best_target_value = std::numeric_limits<double>::quiet_NaN();
  young.run.emissions_g.reset();
  const ViewerModel model = model_of({run_of("a", {0.5, 0.7}, 10), young});
  const auto comparison = compare(compared_runs(model, {"a", "b"}).runs);
  EXPECT_EQ(comparison.target_value, 0.7);
  EXPECT_FALSE(comparison.runs[1].figures.to_target->round);
  EXPECT_FALSE(comparison.runs[1].rank_to_target);
  EXPECT_FALSE(comparison.runs[1].emissions_change);
  for (const auto& row : comparison_rows(comparison, CompareDetail::kFull)) {
    EXPECT_EQ(row.cells.size(), 2U) << row.label;
    EXPECT_EQ(row.cells[1].find("nan"), std::string::npos) << row.label;
  }
  EXPECT_TRUE(compare({}).runs.empty());
}

TEST(RunComparison, OpenRoundsAndMissingValuesReachNothing) {
  auto a = run_of("a", {0.5, 0.9, 0.9}, 10);
  a.rounds[1].target_value = std::numeric_limits<double>::quiet_NaN();
  a.rounds[2].closed_by.reset();
  const ViewerModel model = model_of({a, run_of("b", {0.8}, 10)});
  const auto comparison = compare(compared_runs(model, {"a", "b"}).runs);
  EXPECT_FALSE(comparison.runs[0].figures.to_target->round);
  EXPECT_EQ(comparison.runs[0].figures.within_emissions->round, 1);
}

TEST(RunComparison, OnlyRunsThatAreJudgedAsMostAre) {
  auto other = run_of("a", {0.5}, 1);
  other.run.target.metric = "auc";
  other.run.started_at = sample::at(-90'000);
  auto late = run_of("b", {0.5}, 1);
  late.run.started_at = sample::at(10);
  const ViewerModel model = model_of({other, late, run_of("c", {0.5}, 1)});
  const auto compared = compared_runs(model, {"a", "b", "c"});
  ASSERT_EQ(compared.runs.size(), 2U);
  EXPECT_EQ(compared.runs[0]->view.run_id, "c");  // started first
  EXPECT_EQ(compared.others, 1U);
  EXPECT_TRUE(compared_runs(model, {}).runs.empty());
}

TEST(RunSettings, OnlyWhatDiffers) {
  auto a = run_of("a", {0.5}, 1);
  auto b = run_of("b", {0.5}, 1);
  const auto settings_of = [&] {
    const ViewerModel model = model_of({a, b});
    std::string text;
    for (const auto& setting : differing_settings(compared_runs(model, {"a", "b"}).runs)) {
      text += setting.name + ": " + setting.values[0] + " | " + setting.values[1] + "\n";
    }
    return text;
  };
  EXPECT_EQ(settings_of(), "");
  b.run.carbon.default_pue = 1.5;
  b.run.policies.target = protocol::TargetPolicy{.value = 0.9};
  b.run.total_rounds.reset();
  EXPECT_EQ(settings_of(),
            "rounds planned: 1 | –\nPUE: 1.2 | 1.5\n"
            "target policy: none | stop at accuracy 90.0 %\n");
  b = a;
  b.run.run_id = "b";
  a.workers = b.workers = {sample::worker("w1")};
  a.workers[0].run_id = "a";
  b.workers[0].run_id = "b";
  b.workers[0].region = "PL";
  b.workers[0].framework = "flower\x1b";
  EXPECT_EQ(settings_of(), "regions: FR | PL\nframework: – | flower\uFFFD\n");
  a.workers.clear();  // not known yet
  EXPECT_EQ(settings_of(), "");
}

}  // namespace
}  // namespace fedwatt::viewer
