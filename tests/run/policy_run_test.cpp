#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "policy_scenario.h"

// Policies of a run: when they decide, what comes of it, and who outranks them.

namespace fedwatt::run {
namespace {

using protocol::Action;
using protocol::CommandOutcome;
using protocol::Directive;
using protocol::PolicyAct;
using protocol::RunState;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(RunPolicies, ABudgetWarnsThenOrdersAPauseAsAnOperatorWould) {
  PolicyScenario s;
  s.join_all({"a", "b"});
  s.set(budget(10));
  EXPECT_EQ(s.run.view().policies, budget(10));
  s.spend("a", 1, 8);
  s.spend("a", 1, 1.5);
  EXPECT_THAT(s.reasons(), ElementsAre("policy budget warns: 8 g of 10 g are spent"));
  EXPECT_EQ(s.directive(), Directive::kRun);

  s.spend("b", 1, 0.5);
  EXPECT_EQ(s.decisions().size(), 2U);
  EXPECT_EQ(s.run.view().state, RunState::kPausing);
  ASSERT_EQ(s.orders.size(), 2U);
  const auto order = s.orders[0].order;
  EXPECT_EQ(order.directive, Directive::kPause);
  EXPECT_EQ(order.issued_by, "policy budget");
  EXPECT_EQ(order.reason, "policy budget pauses the run: 10 g of 10 g are spent");
  EXPECT_EQ(order.command, "policy-" + std::to_string(s.run.offset()));
  const std::string id = order.command;
  EXPECT_THAT(s.status(id).pending, ElementsAre("a", "b"));
  s.acknowledge("a", id);
  s.acknowledge("b", id);
  EXPECT_EQ(s.status(id).outcome, CommandOutcome::kAcknowledged);
  EXPECT_EQ(s.run.view().state, RunState::kPaused);

  const auto event = s.alerts.back();
  EXPECT_EQ(event.kind, "policy");
  EXPECT_TRUE(event.alert);
  EXPECT_EQ(event.message, order.reason);
  EXPECT_EQ(event.numbers.at("emissions_g"), 10);
  s.spend("b", 1, 50);
  EXPECT_EQ(s.decisions().size(), 2U) << "what lasts is decided on once";
}

TEST(RunPolicies, AStopIsTheLastWord) {
  PolicyScenario s;
  s.join("a");
  auto policies = budget(10, PolicyAct::kStop);
  policies.target = protocol::TargetPolicy{0.5};
  s.set(policies);
  s.close(1, 0.9, 20);
  EXPECT_THAT(s.reasons(), ElementsAre("policy budget stops the run: 20 g of 10 g are spent"));
  EXPECT_EQ(s.run.view().state, RunState::kStopping);
  s.leave("a");
  EXPECT_EQ(s.run.view().state, RunState::kStopped);
  EXPECT_EQ(s.run.refuse(PoliciesChanged{budget(30), true, "ada", ""})->code, "run_ended");
}

TEST(RunPolicies, ABudgetActsOnTheForecastWhenARoundCloses) {
  PolicyScenario s;
  protocol::WorkerHello hello;
  hello.run = "digits";
  hello.worker = "a";
  hello.total_rounds = 10;
  s.apply(WorkerJoined{hello, {}});
  auto policies = budget(25);
  policies.budget->at_forecast = true;
  s.set(policies);
  s.close(1, 0.5, 3);
  s.close(2, 0.6, 3);
  EXPECT_THAT(s.decisions(), IsEmpty()) << "no forecast before the third round";
  s.close(3, 0.7, 3);  // 3 rounds of 3 g each: 10 of them are 30 g, with no spread at all
  EXPECT_THAT(
      s.reasons(),
      ElementsAre("policy budget pauses the run: 30 g are forecast (30 to 30 g in 80 of 100 "
                  "cases), the limit is 25 g"));
  s.command("c-1", Action::kResume);
  s.close(4, 0.8, 3);
  EXPECT_EQ(s.decisions().size(), 1U) << "it was answered";
  s.close(5, 0.8, 13);
  EXPECT_TRUE(s.decisions().back().overruled) << "what is spent is news, but nobody asked for more";
  EXPECT_EQ(s.decisions().size(), 2U);
  EXPECT_EQ(s.directive(), Directive::kRun);
}

TEST(RunPolicies, NumbersThatJsonCannotHoldAreLeftOut) {
  PolicyScenario s;
  s.join("a");
  Policies policies;
  policies.plateau.emplace();
  policies.plateau->rounds = 1;
  policies.plateau->least_gain = 1e308;
  policies.plateau->least_gain_per_g = 0;
  s.set(policies);
  s.close(1, 0.25, 0);
  s.close(2, 0.75, 1e-309);  // 0.5 / 1e-309 is more than a double holds
  ASSERT_EQ(s.decisions().size(), 1U);
  EXPECT_EQ(s.decisions()[0].numbers.count("gain_per_g"), 0U);
  EXPECT_EQ(s.decisions()[0].numbers.at("gain"), 0.5);
}

TEST(RunPolicies, APlateauNeedsMoreRoundsThanItLooksAt) {
  PolicyScenario s;
  s.join("a");
  Policies policies;
  policies.plateau.emplace();
  policies.plateau->rounds = 2;
  policies.plateau->least_gain = 0.1;
  s.set(policies);
  s.close(1, 0.5);
  s.close(2, 0.5);
  EXPECT_THAT(s.decisions(), IsEmpty());
  s.close(3, 0.75);
  EXPECT_THAT(s.decisions(), IsEmpty()) << "rounds 2 and 3 gained 0.25";
  s.close(4, 0.5);
  EXPECT_THAT(s.decisions(), IsEmpty()) << "rounds 3 and 4 did, too: the best counts";
  s.close(5, 0.75);
  EXPECT_THAT(s.reasons(), ElementsAre("policy plateau pauses the run: the best accuracy gained 0 "
                                       "in rounds 4 to 5: less than 0.1"));
}

TEST(RunPolicies, ALateReportCountsWhenTheNextRoundCloses) {
  PolicyScenario s({0.5, 60'000, 30'000, 600'000});
  s.join_all({"a", "b"});
  Policies policies;
  policies.plateau.emplace();
  policies.plateau->rounds = 1;
  policies.plateau->least_gain = 0.1;
  s.set(policies);
  const auto both_report = [&s](std::int64_t round, double accuracy) {
    s.report("a", round, {.accuracy = accuracy, .num_examples = 10});
    s.report("b", round, {.accuracy = accuracy, .num_examples = 10});
  };
  both_report(1, 0.5);
  s.report("a", 2, {.accuracy = 0.625, .num_examples = 10});
  s.wait_s(60);
  s.tick();  // round 2 closes without b: 0.625 − 0.5 is more than 0.1
  ASSERT_TRUE(s.round(2).closed_by);
  EXPECT_THAT(s.decisions(), IsEmpty());
  s.report("b", 2, {.accuracy = 0.375, .num_examples = 10});  // round 2 was 0.5 after all
  EXPECT_THAT(s.decisions(), IsEmpty()) << "no round has closed";
  both_report(3, 0.6875);  // 0.6875 − 0.625 would have been less than 0.1; 0.6875 − 0.5 is not
  EXPECT_THAT(s.decisions(), IsEmpty());
  both_report(4, 0.6875);
  EXPECT_EQ(s.decisions().size(), 1U);
}

TEST(RunPolicies, ATargetMayBeALoss) {
  PolicyScenario s({}, {"loss", protocol::Target::Goal::kMin});
  s.join("a");
  Policies policies;
  policies.target = protocol::TargetPolicy{0.25};
  s.set(policies);
  for (const auto& [round, loss] : {std::pair{1, 0.5}, {2, 0.25}}) {
    EXPECT_THAT(s.decisions(), IsEmpty());
    auto received = s.report_event("a", round, {});
    received.report.metrics["loss"] = loss;
    s.apply(received);
  }
  EXPECT_THAT(s.reasons(),
              ElementsAre("policy target stops the run: loss is 0.25, 0.25 was wanted"));
  EXPECT_EQ(s.run.view().state, RunState::kStopping);
}

TEST(RunPolicies, AResumeConfirmsAndLeavesTheOtherPoliciesInForce) {
  PolicyScenario s;
  s.join("a");
  auto policies = budget(10);
  policies.confirm = protocol::ConfirmPolicy{2};
  s.set(policies);
  s.close(1, 0.5);
  EXPECT_EQ(s.directive(), Directive::kRun);
  s.close(2, 0.6);
  EXPECT_EQ(s.directive(), Directive::kPause);
  s.command("c-1", Action::kResume);
  EXPECT_EQ(s.directive(), Directive::kRun);
  EXPECT_EQ(s.run.view().overruled_by, "") << "it was the answer to a question";
  s.close(3, 0.7);
  EXPECT_EQ(s.decisions().size(), 1U) << "it asks once";
  s.close(4, 0.8, 10);
  EXPECT_EQ(s.decisions().back().policy, PolicyKind::kBudget);
  EXPECT_EQ(s.directive(), Directive::kPause);

  s.command("c-2", Action::kResume);
  s.hand_back();
  EXPECT_EQ(s.directive(), Directive::kPause) << "the budget is spent as before";
  EXPECT_EQ(s.decisions().size(), 3U) << "but nobody is asked again";
}

TEST(RunPolicies, ANewLimitCountsFromTheResumeOn) {
  for (const bool limit_first : {true, false}) {
    PolicyScenario s;
    s.join("a");
    s.set(budget(10));
    s.close(1, 0.5, 12);
    if (limit_first) s.set(budget(20));
    EXPECT_EQ(s.directive(), Directive::kPause) << "only an operator ends it";
    s.command("c-1", Action::kResume);
    if (!limit_first) s.set(budget(20));
    EXPECT_EQ(s.directive(), Directive::kRun);
    s.close(2, 0.6, 12);
    EXPECT_FALSE(s.decisions().back().overruled);
    EXPECT_EQ(s.directive(), Directive::kPause);
  }
}

// ---- who outranks whom --------------------------------------------------------------------------

TEST(RunPolicies, AnOperatorsOrderStandsUntilHandedBack) {
  PolicyScenario s;
  s.join("a");
  s.set(budget(10));
  s.command("c-1", Action::kPause);
  s.command("c-2", Action::kResume);
  EXPECT_EQ(s.run.view().overruled_by, "ada");
  s.close(1, 0.5, 12);
  EXPECT_EQ(s.directive(), Directive::kRun);
  EXPECT_TRUE(s.decisions().back().overruled);
  EXPECT_EQ(s.reasons().back(),
            "policy budget would pause the run, but what ada ordered stands: 12 g of 10 g are "
            "spent");
  s.set(budget(11));
  EXPECT_TRUE(s.decisions().back().overruled) << "to set a policy is not to hand back";
  EXPECT_EQ(s.decisions().size(), 2U);

  s.hand_back();
  EXPECT_EQ(s.run.view().overruled_by, "");
  EXPECT_FALSE(s.decisions().back().overruled);
  EXPECT_EQ(s.directive(), Directive::kPause);
  EXPECT_EQ(s.decisions().size(), 3U);
  const auto events = s.run.snapshot().events;
  EXPECT_TRUE(std::any_of(events.begin(), events.end(), [](const auto& event) {
    return event.kind == "policies_changed" &&
           event.message == "policies changed by ada: none is new; they may act again";
  }));
}

TEST(RunPolicies, AnAnsweredPolicyOnlySaysWhatItWouldDo) {
  PolicyScenario s;
  s.join_in("a", "DE");
  s.set(intensity());
  s.note("DE", 400);
  s.command("c-1", Action::kResume);
  EXPECT_EQ(s.directive(), Directive::kRun);
  EXPECT_EQ(s.run.overruled_by(), "");
  EXPECT_TRUE(s.run.outranked());
  s.note("DE", 100);
  s.note("DE", 400);
  EXPECT_EQ(s.directive(), Directive::kRun);
  EXPECT_EQ(s.reasons().back(),
            "policy intensity would pause the run, but what ada ordered stands: DE is at 400 "
            "g/kWh, the bound is 300");
  s.hand_back();
  EXPECT_FALSE(s.run.outranked());
  EXPECT_EQ(s.directive(), Directive::kPause);
}

TEST(RunPolicies, APolicyLeavesAWorkerWhomAnOperatorOrderedSomething) {
  PolicyScenario s;
  s.join_in("a", "DE");
  s.join_in("b", "DE");
  s.set(intensity());
  s.command("c-1", Action::kPause, {{"a"}});
  EXPECT_EQ(s.run.overruled_by(), "") << "it was about one worker";
  s.note("DE", 400);
  EXPECT_THAT(s.paused_workers(), ElementsAre("a", "b"));
  s.acknowledge("b", s.orders.back().order.command);
  EXPECT_EQ(s.run.view().state, RunState::kPaused) << "a has its own order";
  s.note("DE", 100);
  EXPECT_THAT(s.paused_workers(), ElementsAre("a"));
  EXPECT_EQ(s.status("c-1").outcome, CommandOutcome::kPending) << "and it stands";

  EXPECT_TRUE(s.run.outranked());
  s.hand_back();
  EXPECT_FALSE(s.run.outranked());
  EXPECT_THAT(s.paused_workers(), ElementsAre("a")) << "until the next order";
  s.note("DE", 400);
  s.note("DE", 100);
  EXPECT_THAT(s.paused_workers(), IsEmpty());
}

TEST(RunPolicies, AnOperatorCannotTakeAPolicysId) {
  PolicyScenario s;
  s.join("a");
  const auto error =
      s.run.refuse(CommandIssued{{"policy-5", "digits", Action::kPause, {}, ""}, "ada"});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, "invalid_command");
}

TEST(RunPolicies, ADryRunSaysWhatItWouldDo) {
  PolicyScenario s;
  s.join("a");
  auto policies = budget(10);
  policies.budget->dry_run = true;
  s.set(policies);
  s.close(1, 0.5, 12);
  EXPECT_TRUE(s.decisions().back().dry_run);
  EXPECT_EQ(s.reasons().back(), "policy budget would pause the run: 12 g of 10 g are spent");
  EXPECT_EQ(s.directive(), Directive::kRun);
  EXPECT_EQ(s.run.control().size(), 0U);
  s.set(budget(10));
  EXPECT_EQ(s.directive(), Directive::kPause) << "now it is meant";
}

TEST(RunPolicies, ImportsAndEditionsDecideNothing) {
  for (const bool by_import : {true, false}) {
    RunCreated created{"digits", {}, {}, {}};
    created.by_import = by_import;
    if (!by_import) created.edition = protocol::Edition{"run-0", "56 g/kWh", "ada"};
    Scenario source;
    fedwatt::run::Run run("run-2");
    run.apply(created, source.now);
    run.apply(PoliciesChanged{budget(1), false, "ada", ""}, source.now);
    source.join("a");
    run.apply(source.log.back().event, source.now);
    const auto effects = run.apply(source.report_event("a", 1, {.emissions_g = 5}), source.now);
    EXPECT_THAT(effects.follow_ups, IsEmpty());
  }
}

}  // namespace
}  // namespace fedwatt::run
