#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario.h"

namespace fedwatt::run {
namespace {

using protocol::ClosedBy;
using protocol::Phase;
using protocol::Role;

constexpr RoundRules kRules{0.5, 60'000, 30'000, 600'000};

TEST(Rounds, CloseWhenAllPresentHaveReported) {
  Scenario s;
  s.join_all({"a", "b"});
  s.report("a", 0, {.accuracy = 0.5});
  EXPECT_FALSE(s.round(0).closed_by);
  s.report("b", 0, {.accuracy = 0.5});
  EXPECT_EQ(s.round(0).closed_by, ClosedBy::kAllReported);
  EXPECT_EQ(s.round(0).revision, 1);
  EXPECT_EQ(s.round(0).workers_expected, 2);
}

TEST(Rounds, AFitWithoutMetricsDoesNotCompleteAWorker) {
  Scenario s;
  s.join("a");
  s.report("a", 1, {});
  EXPECT_FALSE(s.round(1).closed_by);
  s.report("a", 1, {.accuracy = 0.5, .phase = Phase::kEvaluate});
  EXPECT_TRUE(s.round(1).closed_by);
}

TEST(Rounds, GoingOnToALaterRoundCompletesTheEarlierOnes) {
  Scenario s;
  s.join_all({"a", "b"});
  s.report("a", 1, {});  // energy only, never any metrics
  s.report("b", 1, {});
  s.report("a", 2, {});
  EXPECT_FALSE(s.round(1).closed_by);
  s.report("b", 2, {});
  EXPECT_EQ(s.round(1).closed_by, ClosedBy::kAllReported);
  EXPECT_FALSE(s.round(2).closed_by);
}

TEST(Rounds, WaitForThoseTheCoordinatorSelected) {
  Scenario s;
  s.join("c", Role::kCoordinator);
  s.join_all({"a", "b", "idle"});
  s.plan("c", 1, {"a", "b"});
  s.report("a", 1, {.accuracy = 0.5});
  s.report("b", 1, {.accuracy = 0.5});
  EXPECT_FALSE(s.round(1).closed_by) << "the coordinator is still to report";
  s.report("c", 1, {.accuracy = 0.5, .phase = Phase::kEvaluate});
  EXPECT_EQ(s.round(1).closed_by, ClosedBy::kAllReported);
  EXPECT_EQ(s.round(1).workers_expected, 2);
}

TEST(Rounds, ACoordinatorThatOnlyPlansIsDoneWhenItPlansTheNext) {
  Scenario s;
  s.join("c", Role::kCoordinator);
  s.join("a");
  s.plan("c", 1, {"a"});
  s.report("a", 1, {.accuracy = 0.5});
  EXPECT_FALSE(s.round(1).closed_by);
  s.plan("c", 2, {"a"});
  EXPECT_EQ(s.round(1).closed_by, ClosedBy::kAllReported);
}

TEST(Rounds, WaitForASelectedWorkerThatHasNotComeYet) {
  Scenario s;
  s.join("c", Role::kCoordinator);
  s.join("a");
  s.plan("c", 1, {"a", "b"});
  s.report("c", 1, {.accuracy = 0.5});
  s.report("a", 1, {.accuracy = 0.5});
  EXPECT_FALSE(s.round(1).closed_by);
  s.join("b");
  s.report("b", 1, {.accuracy = 0.5});
  EXPECT_EQ(s.round(1).closed_by, ClosedBy::kAllReported);
}

TEST(Rounds, CloseAtTheDeadlineAfterTheQuorum) {
  Scenario s(kRules);
  s.join_all({"a", "b", "slow"});
  s.report("a", 1, {.accuracy = 0.5});
  s.wait_s(1000);
  s.tick();
  EXPECT_FALSE(s.round(1).closed_by) << "1 of 3 is below the quorum of 2";
  s.report("b", 1, {.accuracy = 0.5});
  EXPECT_EQ(s.run.next_due(), s.now + std::chrono::seconds{60});
  s.wait_s(59.999);
  s.tick();
  EXPECT_FALSE(s.round(1).closed_by);
  s.wait_s(0.001);
  s.tick();
  EXPECT_EQ(s.round(1).closed_by, ClosedBy::kDeadline);
  EXPECT_EQ(s.round(1).workers_reported, 2);
  EXPECT_EQ(s.round(1).workers_expected, 3);
}

TEST(Rounds, APauseStopsTheDeadline) {
  Scenario s(kRules);
  s.join_all({"a", "b"});
  s.report("a", 1, {.accuracy = 0.5});
  s.command("c-1", protocol::Action::kPause);
  s.wait_s(1000);
  s.tick();
  EXPECT_FALSE(s.round(1).closed_by);
  s.command("c-2", protocol::Action::kResume);
  s.wait_s(59);
  s.tick();
  EXPECT_FALSE(s.round(1).closed_by);
  s.wait_s(1);
  s.tick();
  EXPECT_EQ(s.round(1).closed_by, ClosedBy::kDeadline);
}

TEST(Rounds, ADeadWorkerDoesNotHoldARound) {
  Scenario s(kRules);
  s.join_all({"a", "dead"});
  s.disconnect("dead");
  s.report("a", 1, {.accuracy = 0.5});
  EXPECT_FALSE(s.round(1).closed_by) << "it may come back";
  s.wait_s(30);
  s.tick();
  EXPECT_EQ(s.round(1).closed_by, ClosedBy::kWorkersLost);
  s.report("a", 2, {.accuracy = 0.6});
  EXPECT_EQ(s.round(2).closed_by, ClosedBy::kAllReported) << "later rounds do not expect it";
  EXPECT_EQ(s.round(2).workers_expected, 1);
}

TEST(Rounds, AWorkerThatComesBackIsExpectedAgain) {
  Scenario s(kRules);
  s.join_all({"a", "b"});
  s.disconnect("b");
  s.wait_s(30);
  s.tick();
  s.join("b");
  s.report("a", 1, {.accuracy = 0.5});
  EXPECT_FALSE(s.round(1).closed_by);
  s.report("b", 1, {.accuracy = 0.5});
  EXPECT_EQ(s.round(1).closed_by, ClosedBy::kAllReported);
}

TEST(Rounds, ALateReportIsANewRevision) {
  Scenario s(kRules);
  s.join_all({"a", "b", "late"});
  s.report("a", 1, {.accuracy = 0.5, .num_examples = 100, .emissions_g = 1});
  s.report("b", 1, {.accuracy = 0.5, .num_examples = 100, .emissions_g = 1});
  s.wait_s(60);
  s.tick();
  s.report("a", 2, {.accuracy = 0.6, .emissions_g = 1});
  s.report("late", 1, {.accuracy = 0.8, .num_examples = 100, .emissions_g = 1});
  const auto round = s.round(1);
  EXPECT_EQ(round.revision, 2);
  EXPECT_EQ(round.late_reports, 1);
  EXPECT_EQ(round.closed_by, ClosedBy::kDeadline);
  EXPECT_DOUBLE_EQ(*round.accuracy, 0.6);  // (0.5 + 0.5 + 0.8) / 3
  EXPECT_DOUBLE_EQ(*s.round(2).cumulative_emissions_g, 4) << "later totals hold it too";
}

TEST(Rounds, ARoundThatNobodyBeganClosesWithTheRun) {
  Scenario s;
  s.join("c", Role::kCoordinator);
  s.join("a");
  s.plan("c", 1, {"a"});
  s.leave("a");
  EXPECT_FALSE(s.round(1).closed_by);
  s.leave("c");
  EXPECT_EQ(s.round(1).closed_by, ClosedBy::kRunEnd);
  EXPECT_TRUE(s.run.ended());
}

TEST(Rounds, AJoinerThatStartsWithTheNextRoundWasNotExpectedInThis) {
  Scenario s;
  s.join("a");
  s.report("a", 1, {});
  s.join("b");
  s.report("b", 2, {});
  s.report("a", 1, {.accuracy = 0.5});
  EXPECT_EQ(s.round(1).closed_by, ClosedBy::kAllReported);
  EXPECT_EQ(s.round(1).workers_expected, 1);
}

}  // namespace
}  // namespace fedwatt::run
