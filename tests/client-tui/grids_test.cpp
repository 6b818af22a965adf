#include "model/grids.h"

#include <gtest/gtest.h>

#include "sample_run.h"

namespace fedwatt::viewer {
namespace {

TEST(Grids, OneForEachRegionAndSource) {
  const ViewerModel model = sample::model();
  const auto grids = grids_of(*model.find_run("r-7f3a"));
  ASSERT_EQ(grids.size(), 2U);
  EXPECT_EQ(grids[0].region, "FR");
  EXPECT_EQ(grids[0].source, "table:FR");
  EXPECT_EQ(grids[0].intensity_g_per_kwh, 56);
  EXPECT_EQ(grids[0].workers, 4U);
  EXPECT_EQ(grids[1].region, "PL");
  EXPECT_EQ(grids[1].workers, 1U);
}

TEST(Grids, AnUnknownIntensityIsNotZero) {
  RunRecord run;
  run.workers["a"] = sample::worker("a");
  run.workers["a"].intensity_g_per_kwh = std::nullopt;
  EXPECT_FALSE(grids_of(run)[0].intensity_g_per_kwh);
  EXPECT_FALSE(mean_intensity(run));
  EXPECT_FALSE(mean_intensity(RunRecord{}));
}

TEST(Grids, TheMeanIsWeightedByPower) {
  RunRecord run;
  run.workers["a"] = sample::worker("a");
  run.workers["b"] = sample::worker("b");
  run.workers["a"].intensity_g_per_kwh = 100;
  run.workers["a"].power_w = 30;
  run.workers["b"].intensity_g_per_kwh = 500;
  run.workers["b"].power_w = 10;
  EXPECT_DOUBLE_EQ(*mean_intensity(run), 200);  // (100 * 30 + 500 * 10) / 40
  run.workers["b"].power_w = std::nullopt;      // then all count alike
  EXPECT_DOUBLE_EQ(*mean_intensity(run), 300);
  run.workers["b"].state = protocol::WorkerState::kAway;
  EXPECT_DOUBLE_EQ(*mean_intensity(run), 100);
}

TEST(Grids, WhatARoundWasChargedWith) {
  protocol::RoundView round;
  round.energy_j = 3.6e6;
  round.emissions_g = 120;
  EXPECT_DOUBLE_EQ(*charged_intensity(round), 120);
  round.energy_j = 0;
  EXPECT_FALSE(charged_intensity(round));
  round.energy_j = std::nullopt;
  EXPECT_FALSE(charged_intensity(round));
}

}  // namespace
}  // namespace fedwatt::viewer
