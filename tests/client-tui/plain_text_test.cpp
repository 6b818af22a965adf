#include "plain/plain_text.h"

#include <gmock/gmock.h>

#include "sample_run.h"

namespace fedwatt::viewer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const RunRecord& watched(const ViewerModel& model) { return model.runs().at("r-7f3a"); }

TEST(WatchLines, OneLineForEachClosedRoundAndOneForTheState) {
  const ViewerModel model = sample::model();
  WatchLines watch;
  const auto lines = watch.next(watched(model));
  // Twelve closed rounds, the open one is not there; an alert; the state.
  ASSERT_THAT(lines, SizeIs(14));
  // Accuracy of round 2: 0.86 - 0.36 exp(-0.32) = 0.59859; of round 1: 0.50. Gain 9.859 points,
  // so 34.2 mg / 9.859 = 3.469 mg for one.
  EXPECT_EQ(lines[1],
            "round    2  accuracy 59.9 %  gain +9.86  34.2 mgCO2e  (total 68.4 mgCO2e, per point "
            "3.47 mg)  ≥~48.2 J  4/4 workers  all  RAM not measured");
  EXPECT_EQ(lines[12], "▲ 10:01:57 410 mg of 500 mg used, 82 %");
  EXPECT_EQ(lines[13], "● fashion-mnist (r-7f3a) is running");
  EXPECT_THAT(watch.next(watched(model)), IsEmpty());
}

TEST(WatchLines, ARoundIsRepeatedOnlyIfItsOwnFiguresChanged) {
  ViewerModel model = sample::model();
  WatchLines watch;
  watch.next(watched(model));
  auto total_changed = sample::round(12);
  total_changed.revision = 2;
  total_changed.cumulative_emissions_g = 1.0;
  model.apply(total_changed, sample::at(1));
  EXPECT_THAT(watch.next(watched(model)), IsEmpty());
  auto late = total_changed;
  late.revision = 3;
  late.workers_reported = 5;
  model.apply(late, sample::at(1));
  EXPECT_THAT(watch.next(watched(model)), ElementsAre(HasSubstr("round   12 revised")));
}

TEST(WatchLines, AlertsAndChangesOfPoliciesAreLinesOnce) {
  ViewerModel model = sample::model();
  WatchLines watch;
  watch.next(watched(model));
  auto change = sample::event(130, "policies changed by ada: budget set");
  change.kind = "policies_changed";
  auto lost = sample::event(131, "hospital-4 is\nlost");
  lost.kind = "worker_lost";
  lost.alert = true;
  for (const auto& event : {change, sample::event(130, "hospital-1 joined"), lost}) {
    model.apply(event, sample::at(131));
  }
  EXPECT_THAT(watch.next(watched(model)),
              ElementsAre("· 10:02:10 policies changed by ada: budget set",
                          "▲ 10:02:11 hospital-4 is\uFFFDlost"));
  EXPECT_THAT(watch.next(watched(model)), IsEmpty());
}

TEST(WatchLines, SaysWhenTheRunIsPaused) {
  ViewerModel model = sample::model();
  WatchLines watch;
  watch.next(watched(model));
  auto run = sample::run();
  run.offset = 200;
  run.state = protocol::RunState::kPaused;
  model.apply(run, sample::at(1));
  EXPECT_THAT(watch.next(watched(model)), ElementsAre("‖ fashion-mnist (r-7f3a) is paused"));
}

TEST(PlainText, ClosingTableHasTotalsAndWorkers) {
  const ViewerModel model = sample::model();
  const auto lines = closing_lines(watched(model));
  // 12 rounds of 48.2 J and 0.0342 g: 578.4 J, 0.4104 g.
  EXPECT_THAT(lines, testing::Contains("energy            ≥~578 J"));
  EXPECT_THAT(lines, testing::Contains("emissions         ≥~410 mgCO2e"));
  EXPECT_THAT(lines, testing::Contains(HasSubstr("hospital-3")));
  EXPECT_THAT(lines, testing::Contains(HasSubstr("rapl nvml")));
}

TEST(PlainText, ClosingTableShowsTheTargetMetricOfEachWorker) {
  ViewerModel model(sample::at(100));
  auto snapshot = sample::snapshot();
  snapshot.run.target = {"auc", protocol::Target::Goal::kMax};
  snapshot.workers[0].metrics = {{"auc", 0.9134}};
  model.apply(snapshot, sample::at(100));
  const auto lines = closing_lines(watched(model));
  EXPECT_THAT(lines, testing::Contains(HasSubstr("worker                           auc")));
  EXPECT_THAT(lines, testing::Contains(HasSubstr("hospital-1                     0.913")));
}

TEST(PlainText, RunsAreATable) {
  const ViewerModel model = sample::model();
  const auto lines = runs_lines(model, sample::at(125));
  ASSERT_THAT(lines, SizeIs(5));
  EXPECT_THAT(lines[0], HasSubstr("workers"));
  EXPECT_THAT(lines[2], HasSubstr("fashion-mnist"));
  EXPECT_THAT(lines[2], HasSubstr("accuracy 84.9 %"));
  EXPECT_THAT(lines[2], HasSubstr("+0.40"));
  EXPECT_THAT(lines[2], HasSubstr("≥~578 J   ≥~410 mg"));    // 12 * 48.2 J and 12 * 0.0342 g
  EXPECT_THAT(lines[3], HasSubstr("  5.10 MJ    3.20 kg"));  // all measured: no mark
  EXPECT_THAT(lines[4], HasSubstr("perplexity 31.7"));
}

TEST(PlainText, CommandsSayWhoIsMissing) {
  auto command = sample::command("c-1");
  EXPECT_THAT(command_lines(command, "digits"),
              ElementsAre("pause digits: 3 of 5 acknowledged",
                          "  acknowledged  aggregator, hospital-1, hospital-2",
                          "  pending       hospital-3", "  offline       hospital-4"));
  command.acknowledged.clear();
  command.pending.clear();
  command.outcome = protocol::CommandOutcome::kSuperseded;
  EXPECT_THAT(command_lines(command, "digits"),
              ElementsAre("pause digits: 0 of 1 acknowledged", "  acknowledged  –",
                          "  offline       hospital-4", "  superseded by a later command"));
}

}  // namespace
}  // namespace fedwatt::viewer
