#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario.h"

namespace fedwatt::run {
namespace {

using protocol::Action;
using protocol::AppliesAt;
using protocol::CommandOutcome;
using protocol::Directive;
using protocol::DirectiveState;
using protocol::Role;
using protocol::RunState;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Control, APauseIsOrderedAcknowledgedAndLifted) {
  Scenario s;
  s.join_all({"a", "b"});
  s.command("c-1", Action::kPause);
  ASSERT_EQ(s.orders.size(), 2U);
  EXPECT_EQ(s.orders[0].order.directive, Directive::kPause);
  EXPECT_EQ(s.orders[0].order.applies_at, AppliesAt::kWorker);
  EXPECT_EQ(s.orders[0].order.issued_by, "ada");
  EXPECT_EQ(s.run.view().state, RunState::kPausing);
  EXPECT_THAT(s.status("c-1").pending, ElementsAre("a", "b"));

  s.acknowledge("a", "c-1");
  EXPECT_EQ(s.status("c-1").outcome, CommandOutcome::kPending);
  s.acknowledge("b", "c-1");
  EXPECT_EQ(s.status("c-1").outcome, CommandOutcome::kAcknowledged);
  EXPECT_THAT(s.status("c-1").acknowledged, ElementsAre("a", "b"));
  EXPECT_EQ(s.run.view().state, RunState::kPaused);

  s.command("c-2", Action::kResume);
  EXPECT_EQ(s.orders[0].order.directive, Directive::kRun);
  EXPECT_EQ(s.run.view().state, RunState::kRunning);
  EXPECT_EQ(s.status("c-1").outcome, CommandOutcome::kAcknowledged) << "kept as it ended";
}

TEST(Control, ACoordinatorPausesForItsWorkers) {
  Scenario s;
  s.join("c", Role::kCoordinator);
  s.join("a");
  s.command("c-1", Action::kPause);
  ASSERT_EQ(s.orders.size(), 2U);
  EXPECT_EQ(s.orders[0].worker, "a");
  EXPECT_EQ(s.orders[0].order.applies_at, AppliesAt::kCoordinator);
  EXPECT_EQ(s.orders[1].worker, "c");
  EXPECT_EQ(s.orders[1].order.applies_at, AppliesAt::kWorker);
  s.acknowledge("a", "c-1", DirectiveState::kInformed);
  EXPECT_EQ(s.run.view().state, RunState::kPausing);
  s.acknowledge("c", "c-1");
  EXPECT_EQ(s.run.view().state, RunState::kPaused);
}

TEST(Control, WhenTheCoordinatorIsLostTheWorkersAct) {
  Scenario s({0.5, 60'000, 30'000, 600'000});
  s.join("c", Role::kCoordinator);
  s.join("a");
  s.command("c-1", Action::kPause);
  s.disconnect("c");
  s.wait_s(30);
  s.tick();
  ASSERT_EQ(s.orders.size(), 1U);
  EXPECT_EQ(s.orders[0].worker, "a");
  EXPECT_EQ(s.orders[0].order.applies_at, AppliesAt::kWorker);
}

TEST(Control, ANamedWorkerActsItself) {
  Scenario s;
  s.join("c", Role::kCoordinator);
  s.join_all({"a", "b"});
  s.command("c-1", Action::kPause, std::vector<std::string>{"b"});
  ASSERT_EQ(s.orders.size(), 1U);
  EXPECT_EQ(s.orders[0].worker, "b");
  EXPECT_EQ(s.orders[0].order.applies_at, AppliesAt::kWorker);
  EXPECT_THAT(s.status("c-1").pending, ElementsAre("b"));
  EXPECT_EQ(s.run.view().state, RunState::kRunning);
  // A later word to the whole run holds for b too.
  s.command("c-2", Action::kResume);
  EXPECT_EQ(s.run.control().order_for("b", s.run.participants()).directive, Directive::kRun);
  EXPECT_EQ(s.status("c-1").outcome, CommandOutcome::kSuperseded);
}

TEST(Control, AWorkerThatWasAwayIsOfflineUntilItReturns) {
  Scenario s;
  s.join_all({"a", "b"});
  s.disconnect("b");
  s.command("c-1", Action::kPause);
  ASSERT_EQ(s.orders.size(), 1U);
  s.acknowledge("a", "c-1");
  EXPECT_EQ(s.status("c-1").outcome, CommandOutcome::kPartial);
  EXPECT_THAT(s.status("c-1").offline, ElementsAre("b"));
  s.join("b");
  EXPECT_EQ(s.run.control().order_for("b", s.run.participants()).directive, Directive::kPause);
  EXPECT_EQ(s.status("c-1").outcome, CommandOutcome::kPending);
  s.acknowledge("b", "c-1");
  EXPECT_EQ(s.status("c-1").outcome, CommandOutcome::kAcknowledged);
}

TEST(Control, WhoeverJoinsLaterIsConcernedToo) {
  Scenario s;
  s.join("a");
  s.command("c-1", Action::kPause);
  s.acknowledge("a", "c-1");
  s.join("late");
  EXPECT_THAT(s.status("c-1").pending, ElementsAre("late"));
}

TEST(Control, ALaterCommandSupersedesOneThatIsPending) {
  Scenario s;
  s.join("a");
  s.command("c-1", Action::kPause);
  s.command("c-2", Action::kResume);
  EXPECT_EQ(s.status("c-1").outcome, CommandOutcome::kSuperseded);
}

TEST(Control, LeavingAcknowledgesAStopAndEndsTheRun) {
  Scenario s;
  s.join_all({"a", "b"});
  s.command("c-1", Action::kStop);
  EXPECT_EQ(s.run.view().state, RunState::kStopping);
  s.acknowledge("a", "c-1", DirectiveState::kStopped);
  s.leave("a");
  EXPECT_FALSE(s.run.ended());
  s.leave("b");
  EXPECT_EQ(s.run.view().state, RunState::kStopped);
  EXPECT_EQ(s.status("c-1").outcome, CommandOutcome::kAcknowledged);
}

TEST(Control, StoppingARunThatEverybodyVanishedFromEndsIt) {
  Scenario s({0.5, 60'000, 30'000, 600'000});
  s.join("a");
  s.disconnect("a");
  s.wait_s(30);
  s.tick();
  EXPECT_EQ(s.run.view().state, RunState::kLost);
  EXPECT_FALSE(s.run.ended());
  s.command("c-1", Action::kStop);
  EXPECT_TRUE(s.run.ended());
  EXPECT_EQ(s.run.view().state, RunState::kStopped);
}

TEST(Control, ALostWorkerIsNotWaitedFor) {
  Scenario s({0.5, 60'000, 30'000, 600'000});
  s.join_all({"a", "gone"});
  s.disconnect("gone");
  s.wait_s(30);
  s.tick();
  s.command("c-1", Action::kPause);
  s.acknowledge("a", "c-1");
  EXPECT_EQ(s.status("c-1").outcome, CommandOutcome::kAcknowledged);
  EXPECT_THAT(s.status("c-1").offline, IsEmpty());
}

std::string refusal(const Scenario& s, Event event) {
  const auto error = s.run.refuse(event);
  return error ? error->code : "";
}

TEST(Control, RefusesWhatMakesNoSense) {
  Scenario s;
  s.join("a");
  const auto command = [](const std::string& id, Action action,
                          std::optional<std::vector<std::string>> workers = {}) {
    return CommandIssued{{id, "digits", action, std::move(workers), ""}, "ada"};
  };
  EXPECT_EQ(refusal(s, command("c-1", Action::kPause)), "");
  EXPECT_EQ(refusal(s, command("c-1", Action::kPause, {{"nobody"}})), "unknown_worker");
  EXPECT_EQ(refusal(s, command("c-1", Action::kPause, {std::vector<std::string>{}})),
            "invalid_command");
  EXPECT_EQ(refusal(s, DirectiveAcknowledged{"a", {"c-9", DirectiveState::kPaused, {}}}),
            "unknown_command");
  EXPECT_EQ(refusal(s, RoundPlanned{"a", {1, {}}}), "not_coordinator");
  s.command("c-1", Action::kStop);
  EXPECT_EQ(refusal(s, command("c-1", Action::kStop)), "duplicate_command");
  EXPECT_EQ(refusal(s, command("c-2", Action::kResume)), "run_stopping");
  EXPECT_EQ(refusal(s, command("c-2", Action::kStop)), "");
  s.leave("a");
  EXPECT_EQ(refusal(s, command("c-2", Action::kPause)), "run_ended");
}

}  // namespace
}  // namespace fedwatt::run
