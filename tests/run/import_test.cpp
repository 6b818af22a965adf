#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario.h"

// Reports of workers that could not reach the hub, brought by an importer.

namespace fedwatt::run {
namespace {

using protocol::Action;
using protocol::ClosedBy;
using protocol::CommandOutcome;
using protocol::RunState;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

constexpr auto kCoordinator = protocol::Role::kCoordinator;

TEST(Import, RoundsWaitForAllFiles) {
  Scenario s;
  s.import("a", "s-a");
  s.import("b", "s-b");
  s.report("a", 1, {.accuracy = 0.4});
  EXPECT_EQ(s.round(1).closed_by, std::nullopt);
  s.report("b", 1, {.accuracy = 0.6});
  EXPECT_EQ(s.round(1).closed_by, ClosedBy::kAllReported);
  EXPECT_DOUBLE_EQ(*s.round(1).accuracy, 0.5);
  s.leave("a");
  s.leave("b");
  EXPECT_EQ(s.run.view().state, RunState::kFinished);
  EXPECT_THAT(s.kinds(),
              ElementsAre("run_started", "import_started", "import_started", "round_closed",
                          "import_finished", "import_finished", "run_ended"));
  EXPECT_EQ(s.run.snapshot().events.at(4).message, "1 reports of a were imported");
}

TEST(Import, IntoARunThatHasEndedRevisesItsRoundsAndLeavesItEnded) {
  Scenario s;
  s.join_all({"a", "b"});
  s.report("a", 1, {.accuracy = 0.4, .emissions_g = 2});
  s.disconnect("b");
  s.wait_s(31);
  s.tick();  // b is lost
  s.leave("a");
  ASSERT_EQ(s.run.view().state, RunState::kFinished);
  s.import("b", "s-b");
  s.report("b", 1, {.accuracy = 0.6, .emissions_g = 3});
  s.report("b", 2, {.accuracy = 0.7, .emissions_g = 1});
  s.leave("b");
  EXPECT_EQ(s.run.view().state, RunState::kFinished);
  EXPECT_EQ(s.round(1).late_reports, 1);
  EXPECT_DOUBLE_EQ(*s.round(1).accuracy, 0.5);
  EXPECT_DOUBLE_EQ(*s.round(2).cumulative_emissions_g, 6);  // 2 + 3 + 1
  EXPECT_TRUE(s.round(2).closed_by.has_value());
  EXPECT_THAT(s.kinds(), Not(Contains("late_report"))) << "of an import all are late";
}

TEST(Import, ARunGivenUpIsCompletedByIt) {
  Scenario s;
  s.join("a");
  s.report("a", 1, {.accuracy = 0.4});
  s.disconnect("a");
  for (int minute = 0; minute < 12; ++minute) {
    s.wait_s(60);
    s.tick();
  }
  ASSERT_EQ(s.run.view().state, RunState::kLost);
  ASSERT_TRUE(s.run.ended());
  protocol::WorkerHello hello = s.run.participants().at("a").hello;
  hello.is_import = true;
  s.apply(WorkerJoined{hello, {}});
  s.report("a", 2, {.accuracy = 0.5});
  s.leave("a");
  EXPECT_EQ(s.run.view().state, RunState::kFinished);
  EXPECT_EQ(s.run.view().rounds_closed, 2);
}

TEST(Import, IsOrderedNothingAndHoldsUpNoCommand) {
  Scenario s;
  s.join("live");
  s.import("file", "s-f");
  s.command("c-1", Action::kPause);
  ASSERT_EQ(s.orders.size(), 1U);
  EXPECT_EQ(s.orders[0].worker, "live");
  EXPECT_EQ(s.orders[0].order.applies_at, protocol::AppliesAt::kWorker);
  s.acknowledge("live", "c-1");
  EXPECT_EQ(s.status("c-1").outcome, CommandOutcome::kAcknowledged);
  EXPECT_EQ(s.run.view().state, RunState::kPaused);
}

TEST(Import, OfACoordinatorTakesNoPauseOverFromTheWorkers) {
  Scenario s;
  s.join("live");
  s.import("server", "s-c", kCoordinator);
  EXPECT_THAT(s.orders, IsEmpty());
  s.command("c-1", Action::kPause);
  ASSERT_EQ(s.orders.size(), 1U);
  EXPECT_EQ(s.orders[0].order.applies_at, protocol::AppliesAt::kWorker);
  s.leave("server");
  EXPECT_THAT(s.orders, IsEmpty());
}

TEST(Import, HoldsUpNoRoundOfATrainingThatGoesOn) {
  Scenario s;
  s.join("live");
  s.report("live", 8, {.accuracy = 0.8});
  s.report("live", 9, {.cpu_j = 1});  // round 9 is open
  s.import("file", "s-f");
  s.report("file", 8, {.accuracy = 0.6});
  s.report("live", 9, {.accuracy = 0.9});
  EXPECT_EQ(s.round(9).closed_by, ClosedBy::kAllReported);
  EXPECT_EQ(s.round(9).workers_expected, 1);
  EXPECT_DOUBLE_EQ(*s.round(8).accuracy, 0.7);
}

TEST(Import, AddsNoPowerOfLongAgo) {
  Scenario s;
  s.import("file", "s-f");
  s.report("file", 1, {.accuracy = 0.5, .cpu_j = 100});
  EXPECT_EQ(s.run.view().power_w, std::nullopt);
}

TEST(Import, KeepsTheClockOffsetThatTheWorkerItselfShowed) {
  Scenario s;
  s.join("a", protocol::Role::kWorker, 2.5);
  s.disconnect("a");
  protocol::WorkerHello hello = s.run.participants().at("a").hello;
  hello.is_import = true;
  s.apply(WorkerJoined{hello, {}});
  EXPECT_EQ(s.run.participants().at("a").clock_offset_s, 2.5);
}

TEST(Import, OfAnotherProcessOfTheWorkerIsRefused) {
  Scenario s;
  s.import("a", "s-1");
  s.leave("a");
  EXPECT_EQ(s.run.refuse(Scenario::importer("a", "s-1")), std::nullopt) << "the same, again";
  const auto error = s.run.refuse(Scenario::importer("a", "s-2"));
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code, "worker_came_back");
  EXPECT_THAT(error->message, testing::HasSubstr("--as NAME"));
  EXPECT_THAT(error->message, testing::HasSubstr("--into RUN"));
  EXPECT_EQ(s.run.refuse(Scenario::importer("b", "s-2")), std::nullopt);
}

TEST(Import, DoesNotTakeTheConnectionOfAWorkerThatIsThere) {
  Scenario s;
  s.import("a", "s-1");
  ASSERT_TRUE(s.run.refuse(Scenario::importer("a", "s-1")).has_value());
  EXPECT_EQ(s.run.refuse(Scenario::importer("a", "s-1"))->code, "worker_connected");
  s.disconnect("a");
  EXPECT_EQ(s.run.refuse(Scenario::importer("a", "s-1")), std::nullopt) << "it was cut off";
}

TEST(Import, IsRememberedWhenTheWorkerHasComeBackSince) {
  Scenario s;
  s.import("a", "s-1");
  s.leave("a");
  EXPECT_EQ(s.run.worker_of_session("s-2"), nullptr);
  auto live = Scenario::importer("a", "s-2");
  live.hello.is_import.reset();
  s.apply(live);
  ASSERT_NE(s.run.worker_of_session("s-1"), nullptr);
  EXPECT_EQ(*s.run.worker_of_session("s-1"), "a");
  EXPECT_NE(s.run.worker_of_session("s-2"), nullptr);
}

}  // namespace
}  // namespace fedwatt::run
