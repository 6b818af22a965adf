#include "session/recorder.h"

#include <gtest/gtest.h>

namespace fedwatt::session {
namespace {

using protocol::Phase;

Instant at(double seconds) {
  return {protocol::Timestamp(std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1e3))),
          seconds};
}

energy::Lap lap(double cpu_j) { return {{cpu_j, std::nullopt, std::nullopt}, {"rapl", "", ""}}; }

TEST(Recorder, ResultsGoWithTheLastMeasuredPhase) {
  Recorder recorder;
  EXPECT_TRUE(recorder.begin_round(3).empty());
  recorder.open_phase(1, Phase::kFit, at(10));
  EXPECT_TRUE(recorder.end_phase(at(14), lap(40)).empty());
  recorder.open_phase(2, Phase::kEvaluate, at(14));
  const auto fit = recorder.end_phase(at(15), lap(5));
  ASSERT_EQ(fit.size(), 1U);
  EXPECT_EQ(fit[0].phase, Phase::kFit);
  EXPECT_EQ(fit[0].round_complete, false);
  EXPECT_TRUE(fit[0].metrics.empty());

  const auto done = recorder.finish_round({{{"accuracy", 0.8}}, 520, 7, 9}, at(16));
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].round, 3);
  EXPECT_EQ(done[0].phase, Phase::kEvaluate);
  EXPECT_EQ(done[0].started_at, at(14).wall);
  EXPECT_EQ(done[0].duration_s, 1);  // 15 - 14
  EXPECT_EQ(done[0].energy_j.cpu_j, 5);
  EXPECT_EQ(done[0].energy_j.gpu_j, std::nullopt);
  EXPECT_EQ(done[0].energy_source.cpu, "rapl");
  EXPECT_EQ(done[0].metrics.at("accuracy"), 0.8);
  EXPECT_EQ(done[0].num_examples, 520);
  EXPECT_EQ(done[0].bytes_sent, 7);
  EXPECT_EQ(done[0].bytes_received, 9);
  EXPECT_EQ(done[0].round_complete, true);
}

TEST(Recorder, ResultsWithoutAPhaseAreAnEmptyEvaluate) {
  Recorder recorder;
  recorder.begin_round(3);
  const auto done = recorder.finish_round({{{"loss", 2}}, {}, {}, {}}, at(16));
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].phase, Phase::kEvaluate);
  EXPECT_EQ(done[0].started_at, at(16).wall);
  EXPECT_EQ(done[0].duration_s, 0);
  EXPECT_EQ(done[0].energy_j, protocol::ComponentEnergy());  // not measured, and not 0
  EXPECT_EQ(done[0].round_complete, true);
}

TEST(Recorder, ARoundWithoutResultsStillReportsWhatItSpent) {
  Recorder recorder;
  recorder.begin_round(1);
  recorder.open_phase(1, Phase::kFit, at(0));
  recorder.end_phase(at(1), lap(4));
  const auto left = recorder.begin_round(2);
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].round, 1);
  EXPECT_EQ(left[0].round_complete, false);
}

TEST(Recorder, TheEndReleasesWhatWasHeldBack) {
  Recorder recorder;
  recorder.begin_round(1);
  recorder.open_phase(1, Phase::kFit, at(0));
  recorder.end_phase(at(1), lap(4));
  EXPECT_EQ(recorder.release().size(), 1U);
  EXPECT_TRUE(recorder.release().empty());
}

TEST(Recorder, WhatComesBeforeTheFirstRoundBelongsToIt) {
  Recorder recorder;
  for (std::uint64_t id = 1; id <= 2; ++id) {
    recorder.open_phase(id, Phase::kInit, at(0));
    EXPECT_TRUE(recorder.end_phase(at(1), lap(4)).empty());
  }
  const auto init = recorder.begin_round(5);
  ASSERT_EQ(init.size(), 2U);
  EXPECT_EQ(init[0].round, 5);
  EXPECT_EQ(init[1].round, 5);
  EXPECT_EQ(init[1].phase, Phase::kInit);
}

TEST(Recorder, ATrainingThatNeverBeginsARoundIsRoundZeroAndHoldsBackABoundedNumber) {
  Recorder recorder;
  std::size_t released = 0;
  for (std::uint64_t id = 1; id <= 200; ++id) {
    recorder.open_phase(id, Phase::kFit, at(0));
    released += recorder.end_phase(at(1), lap(4)).size();
  }
  const auto rest = recorder.finish_round({}, at(2));
  EXPECT_EQ(released + rest.size(), 200U);
  EXPECT_LE(rest.size(), 64U);
  EXPECT_EQ(rest.back().round, 0);
  EXPECT_EQ(rest.back().round_complete, true);
}

TEST(Recorder, SecondResultsOfARoundAreAReportOfTheirOwn) {
  Recorder recorder;
  recorder.begin_round(1);
  recorder.finish_round({{{"accuracy", 0.5}}, {}, {}, {}}, at(1));
  const auto again = recorder.finish_round({{{"accuracy", 0.6}}, {}, {}, {}}, at(2));
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].metrics.at("accuracy"), 0.6);
}

TEST(Recorder, AStepOfTheWallsClockChangesNoDuration) {
  Recorder recorder;
  recorder.begin_round(1);
  recorder.open_phase(1, Phase::kFit, {at(1'000).wall, 50});
  recorder.end_phase({at(10).wall, 53}, lap(4));      // the wall's clock went back by 990 s
  EXPECT_EQ(recorder.release().at(0).duration_s, 3);  // 53 - 50
}

TEST(Recorder, IdleIsAReportOfTheRoundThatCompletesNothing) {
  Recorder recorder;
  recorder.begin_round(6);
  const auto idle = recorder.idle(at(1), at(61), lap(2));
  EXPECT_EQ(idle.round, 6);
  EXPECT_EQ(idle.phase, Phase::kIdle);
  EXPECT_EQ(idle.duration_s, 60);
  EXPECT_EQ(idle.energy_j.cpu_j, 2);
  EXPECT_EQ(idle.round_complete, false);
}

TEST(Recorder, KnowsWhichPhaseIsOpen) {
  Recorder recorder;
  EXPECT_EQ(recorder.open_id(), std::nullopt);
  EXPECT_TRUE(recorder.end_phase(at(0), {}).empty());
  recorder.open_phase(9, Phase::kFit, at(0));
  EXPECT_EQ(recorder.open_id(), 9U);
  recorder.end_phase(at(1), {});
  EXPECT_EQ(recorder.open_id(), std::nullopt);
}

}  // namespace
}  // namespace fedwatt::session
