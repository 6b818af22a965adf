#include "plain/run_until.h"

#include <gtest/gtest.h>

#include "sample_run.h"

namespace fedwatt::viewer {
namespace {

using Kind = UntilCondition::Kind;

class RunUntil : public testing::Test {
 protected:
  std::optional<Held> held(Kind kind, double limit = 0) const {
    return first_held({{kind, limit}}, run_, sample::at(120));
  }

  // Twelve closed rounds, the thirteenth open; 84.9 % at last.
  RunRecord run_ = *sample::model().find_run("r-7f3a");
};

TEST_F(RunUntil, TheFirstRoundThatWasGoodEnoughCounts) {
  const auto eighth = held(Kind::kAccuracy, 0.81);  // it was worse in the ninth, 81.2 %
  ASSERT_TRUE(eighth);
  EXPECT_EQ(eighth->round, 8);
  EXPECT_NEAR(*eighth->value, 0.822, 0.0005);
  EXPECT_FALSE(held(Kind::kAccuracy, 0.9));
  EXPECT_EQ(held(Kind::kTarget, 0.81)->round, 8);
}

TEST_F(RunUntil, LessIsBetterOfALoss) {
  EXPECT_EQ(held(Kind::kLoss, 0.39)->round, 8);  // 0.3928, then 0.3783
  EXPECT_FALSE(held(Kind::kLoss, 0.3));
  run_.view.target = {"loss", protocol::Target::Goal::kMin};
  for (auto& [number, round] : run_.rounds) round.target_value = round.loss;
  EXPECT_EQ(held(Kind::kTarget, 0.39)->round, 8);
}

TEST_F(RunUntil, AnOpenRoundIsNotClosed) {
  EXPECT_EQ(held(Kind::kRound, 12)->round, 12);
  EXPECT_FALSE(held(Kind::kRound, 13));
  EXPECT_EQ(held(Kind::kRound, 0)->round, run_.rounds.begin()->first);
  run_.rounds.at(13).accuracy = 0.99;
  EXPECT_FALSE(held(Kind::kAccuracy, 0.99));
}

TEST_F(RunUntil, WhatItCost) {
  run_.view.emissions_g = 500;
  run_.view.energy_j = 3.6e6;
  EXPECT_EQ(held(Kind::kEmissions, 500)->value, 500);
  EXPECT_FALSE(held(Kind::kEmissions, 500.1));
  EXPECT_EQ(held(Kind::kEnergy, 1)->value, 1);
  EXPECT_FALSE(held(Kind::kEnergy, 1.001));
}

TEST_F(RunUntil, WhatWasNotMeasuredHoldsNothing) {
  run_.view.emissions_g = std::nullopt;
  run_.view.energy_j = std::nullopt;
  for (auto& [number, round] : run_.rounds) round.accuracy = std::nullopt;
  EXPECT_FALSE(held(Kind::kEmissions, 0));
  EXPECT_FALSE(held(Kind::kEnergy, 0));
  EXPECT_FALSE(held(Kind::kAccuracy, 0));
}

TEST_F(RunUntil, TimePassesUntilTheEnd) {
  run_.view.started_at = sample::at(20);
  run_.view.ended_at = std::nullopt;
  EXPECT_EQ(held(Kind::kWall, 100)->value, 100);
  EXPECT_FALSE(held(Kind::kWall, 101));
  const std::vector<UntilCondition> conditions{{Kind::kWall, 300}, {Kind::kWall, 200}};
  EXPECT_EQ(holds_at(conditions, run_.view), sample::at(220));
  EXPECT_FALSE(holds_at({{Kind::kWall, 1e300}, {Kind::kRound, 1}}, run_.view));
  run_.view.ended_at = sample::at(110);
  EXPECT_FALSE(held(Kind::kWall, 100));
  EXPECT_FALSE(holds_at(conditions, run_.view));
}

TEST_F(RunUntil, TheEnd) {
  EXPECT_FALSE(held(Kind::kEnded));
  run_.view.state = protocol::RunState::kStopped;
  EXPECT_EQ(describe(*held(Kind::kEnded), run_.view), "the run has ended: stopped");
}

TEST_F(RunUntil, OfSeveralTheFirstThatHolds) {
  const std::vector<UntilCondition> conditions{{Kind::kAccuracy, 0.99}, {Kind::kRound, 5}};
  EXPECT_EQ(first_held(conditions, run_, sample::at(120))->condition, conditions[1]);
  EXPECT_FALSE(first_held({}, run_, sample::at(120)));
}

TEST_F(RunUntil, Words) {
  EXPECT_EQ(describe(*held(Kind::kAccuracy, 0.81), run_.view),
            "accuracy 0.81 reached: 82.2 % in round 8");
  EXPECT_EQ(describe(*held(Kind::kTarget, 0.81), run_.view),
            "target accuracy 0.81 reached: 82.2 % in round 8");
  EXPECT_EQ(describe(*held(Kind::kEmissions, 0.2), run_.view),
            "emissions-g 0.2 reached: ≥~410 mgCO2e");
  EXPECT_EQ(describe(*held(Kind::kRound, 3), run_.view), "round 3 closed");
}

TEST_F(RunUntil, Json) {
  EXPECT_EQ(until_json(held(Kind::kRound, 3), "", run_.view),
            R"({"condition":"round","limit":3.0,"value":3.0,"round":3,)"
            R"("run_id":"r-7f3a","name":"fashion-mnist","state":"running"})");
  EXPECT_EQ(until_json({}, "timeout", run_.view),
            R"({"condition":null,"why":"timeout",)"
            R"("run_id":"r-7f3a","name":"fashion-mnist","state":"running"})");
}

}  // namespace
}  // namespace fedwatt::viewer
