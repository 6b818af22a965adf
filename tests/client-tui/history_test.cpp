#include "model/history.h"

#include <gtest/gtest.h>

#include "sample_run.h"

namespace fedwatt::viewer {
namespace {

using protocol::WorkerState;

protocol::WorkerView reported(int number, double power_w) {
  auto worker = sample::worker("hospital-1");
  worker.offset = 90 + number;
  worker.reports = number;
  worker.last_report_at = sample::at(10.0 * number);
  worker.power_w = power_w;
  return worker;
}

TEST(WorkerHistory, KeepsOneSampleForEachReport) {
  WorkerHistory history;
  history.note(reported(1, 8), 0.5);
  history.note(reported(1, 8), 0.5);  // a state without a new report
  history.note(reported(2, 9), 0.6);
  ASSERT_EQ(history.samples().size(), 2U);
  EXPECT_EQ(history.samples()[1].at, sample::at(20));
  EXPECT_FLOAT_EQ(*history.samples()[1].power_w, 9);
  EXPECT_FLOAT_EQ(*history.samples()[1].target_value, 0.6F);
  EXPECT_EQ(history.samples()[1].phase, protocol::Phase::kFit);
}

TEST(WorkerHistory, AWorkerThatHasGoneLeavesAGap) {
  WorkerHistory history;
  history.note(reported(1, 8), 0.5);
  auto away = reported(1, 8);
  away.state = WorkerState::kAway;
  history.note(away, 0.5);
  history.note(away, 0.5);
  history.note(reported(2, 9), 0.5);
  const auto watts = figures_of(history.samples(), &WorkerSample::power_w);
  EXPECT_EQ(watts, (std::vector<std::optional<double>>{8, std::nullopt, 9}));
}

TEST(WorkerHistory, IsBounded) {
  WorkerHistory history;
  for (int number = 1; number <= 200; ++number) history.note(reported(number, number), 0.5);
  ASSERT_EQ(history.samples().size(), kMaxSamples);
  EXPECT_FLOAT_EQ(*history.samples().back().power_w, 200);
  EXPECT_FLOAT_EQ(*history.samples().front().power_w, 141);
}

TEST(WorkerHistory, ASampleIsSmall) {
  // A thousand workers and sixty samples stay far below the 50 MB of the whole viewer.
  EXPECT_LE(sizeof(WorkerSample) * kMaxSamples * 1000, 7'000'000U);
}

TEST(WorkerHistory, AWorkerWithoutReportsHasNone) {
  WorkerHistory history;
  auto worker = reported(1, 8);
  worker.last_report_at = std::nullopt;
  history.note(worker, std::nullopt);
  EXPECT_TRUE(history.samples().empty());
}

TEST(RunHistory, SamplesAreSomeSecondsApart) {
  ViewerModel model(sample::at(0));
  for (int second = 0; second <= 20; ++second) {
    auto run = sample::run();
    run.offset = second;
    run.last_event_at = sample::at(second);
    run.power_w = second;
    model.apply(run, sample::at(second));
  }
  const auto watts = figures_of(model.find_run("r-7f3a")->history.samples(), &RunSample::power_w);
  EXPECT_EQ(watts, (std::vector<std::optional<double>>{0, 5, 10, 15, 20}));
}

TEST(RunHistory, AnEndedRunHasNoPower) {
  ViewerModel model(sample::at(0));
  auto run = sample::run();
  run.state = protocol::RunState::kFinished;
  model.apply(run, sample::at(0));
  EXPECT_TRUE(model.find_run("r-7f3a")->history.samples().empty());
}

TEST(ViewerModelHistory, IsMadeFromTheMessagesAndNotFromRepetitions) {
  ViewerModel model = sample::model();
  const RunRecord& run = *model.find_run("r-7f3a");
  EXPECT_EQ(run.worker_histories.at("hospital-1").samples().size(), 1U);
  model.apply(sample::snapshot(), sample::at(100));
  EXPECT_EQ(run.worker_histories.at("hospital-1").samples().size(), 1U);
}

TEST(ViewerModelHistory, GoesOnWithEachReport) {
  const ViewerModel model = sample::model_with_past();
  const RunRecord& run = *model.find_run("r-7f3a");
  EXPECT_EQ(run.worker_histories.at("hospital-1").samples().size(), 40U);
  EXPECT_FALSE(run.worker_histories.at("hospital-4").samples().back().power_w);  // away
  EXPECT_EQ(run.history.samples().size(), 41U);
  EXPECT_TRUE(run.history.samples().back().intensity_g_per_kwh);
}

TEST(ViewerModelHistory, AnOlderStateIsNoSample) {
  ViewerModel model = sample::model();
  auto late = reported(1, 99);
  late.offset = 1;
  model.apply(late, sample::at(100));
  const auto& history = model.find_run("r-7f3a")->worker_histories.at("hospital-1");
  EXPECT_EQ(history.samples().size(), 1U);
}

}  // namespace
}  // namespace fedwatt::viewer
