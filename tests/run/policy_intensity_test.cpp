#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy_scenario.h"

// The intensity policy of a run: whom it pauses and resumes, and what it leaves alone.

namespace fedwatt::run {
namespace {

using protocol::Action;
using protocol::Directive;
using protocol::IntensityPolicy;
using protocol::Role;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(RunPolicies, IntensityPausesAndResumesTheRunWithHysteresis) {
  PolicyScenario s;
  s.join_in("a", "DE");
  s.set(intensity());
  EXPECT_THAT(s.run.regions_to_watch(), ElementsAre("DE"));
  s.note("DE", 250);
  EXPECT_THAT(s.decisions(), IsEmpty());
  s.note("DE", 301);
  EXPECT_EQ(s.directive(), Directive::kPause);
  s.note("DE", 200);
  EXPECT_EQ(s.directive(), Directive::kPause);
  s.note("DE", 199);
  EXPECT_EQ(s.directive(), Directive::kRun);
  EXPECT_EQ(s.decisions().size(), 2U);
  EXPECT_EQ(s.run.noted().at("DE").g_per_kwh, 199);
}

TEST(RunPolicies, IntensityLooksAtTheRegionsOfThoseWhoArePresent) {
  PolicyScenario s;
  s.join_in("a", "FR");
  s.set(intensity());
  s.note("FR", 60);
  s.join_in("b", "PL");
  s.join_in("c", "");
  EXPECT_THAT(s.run.regions_to_watch(), ElementsAre("FR", "PL"));
  s.note("PL", 700);
  EXPECT_EQ(s.directive(), Directive::kPause);
  s.leave("b");
  EXPECT_EQ(s.directive(), Directive::kRun) << "nobody is in PL any more";
  EXPECT_EQ(s.reasons().back(),
            "policy intensity resumes the run: FR is at 60 g/kWh, the bound is 200");
}

TEST(RunPolicies, IntensityResumesOnlyWhatItPaused) {
  PolicyScenario s;
  s.join_in("a", "DE");
  auto policies = intensity();
  policies.confirm = protocol::ConfirmPolicy{1};
  s.set(policies);
  s.note("DE", 400);
  s.close(1, 0.5);  // what was under way when the pause came
  EXPECT_EQ(s.run.control().size(), 1U) << "it is paused already";
  s.note("DE", 100);
  EXPECT_EQ(s.reasons().back(),
            "policy intensity no longer pauses the run, but another policy does: DE is at 100 "
            "g/kWh, the bound is 200");
  EXPECT_EQ(s.directive(), Directive::kPause);
  s.command("c-1", Action::kResume);
  EXPECT_EQ(s.directive(), Directive::kRun);
  s.note("DE", 400);
  EXPECT_EQ(s.directive(), Directive::kPause) << "only confirm was answered";
}

TEST(RunPolicies, IntensityPausesTheWorkersConcerned) {
  PolicyScenario s;
  s.join_in("c", "DE", Role::kCoordinator);
  s.join_in("d1", "DE");
  s.join_in("f1", "FR");
  s.set(intensity(IntensityPolicy::Scope::kWorkers));
  s.note("DE", 400);
  EXPECT_THAT(s.paused_workers(), ElementsAre("d1"));
  EXPECT_EQ(s.reasons().back(), "policy intensity pauses d1: DE is at 400 g/kWh, the bound is 300");
  s.join_in("d2", "DE");
  EXPECT_THAT(s.paused_workers(), ElementsAre("d1", "d2")) << "whoever joins later, too";
  s.command("c-1", Action::kResume, {{"d1"}});
  EXPECT_THAT(s.paused_workers(), ElementsAre("d2"));
  s.note("DE", 500);
  EXPECT_THAT(s.paused_workers(), ElementsAre("d2")) << "d1 is the operator's";
  s.disconnect("d2");
  s.join_in("d2", "FR");
  EXPECT_THAT(s.paused_workers(), IsEmpty()) << "it has moved";
  s.hand_back();
  EXPECT_THAT(s.paused_workers(), ElementsAre("d1"));

  s.set({}, {PolicyKind::kIntensity});
  EXPECT_THAT(s.paused_workers(), IsEmpty());
  EXPECT_EQ(s.reasons().back(), "policy intensity resumes d1: the policy was taken away");
}

TEST(RunPolicies, WorkersArePausedAgainWhenTheRunGoesOn) {
  PolicyScenario s;
  s.join_in("a", "DE");
  s.join_in("b", "FR");
  auto policies = intensity(IntensityPolicy::Scope::kWorkers);
  policies.confirm = protocol::ConfirmPolicy{1};
  s.set(policies);
  s.note("DE", 400);
  EXPECT_THAT(s.paused_workers(), ElementsAre("a"));
  s.report("a", 1, {.accuracy = 0.5});
  s.report("b", 1, {.accuracy = 0.5});
  EXPECT_THAT(s.paused_workers(), ElementsAre("a", "b"));
  s.note("DE", 100);
  EXPECT_THAT(s.paused_workers(), ElementsAre("a", "b")) << "the run is paused as a whole";
  s.note("DE", 400);
  s.command("c-1", Action::kResume);
  EXPECT_THAT(s.paused_workers(), ElementsAre("a"));
}

TEST(RunPolicies, WhatIsKnownOfAGridOutlivesThePolicy) {
  PolicyScenario s;
  s.join_in("a", "DE");
  s.set(intensity());
  s.note("DE", 400);
  s.set({}, {PolicyKind::kIntensity});
  EXPECT_EQ(s.directive(), Directive::kRun);
  s.set(intensity());
  EXPECT_EQ(s.directive(), Directive::kPause);
}

TEST(RunPolicies, AGridThatNeverComesToRestLeavesRoomForCommands) {
  PolicyScenario s;
  s.join_in("a", "DE");
  s.set(intensity());
  for (int i = 0; i < 10'010; ++i) s.note("DE", i % 2 == 0 ? 400 : 100);
  EXPECT_EQ(s.run.control().size(), kMaxCommands / 2);
  EXPECT_EQ(s.directive(), Directive::kRun) << "the last of an even number is a resume";
  EXPECT_TRUE(s.decisions().back().dry_run);
  s.set(budget(1));
  s.close(1, 0.5, 2);
  EXPECT_EQ(s.directive(), Directive::kPause);
}

TEST(RunPolicies, RegionsThatNobodyIsInAreForgotten) {
  PolicyScenario s;
  s.set(intensity());
  for (int i = 0; i < 100; ++i) {
    const std::string region = "R" + std::to_string(i);
    s.join_in("a", region);
    s.note(region, 100);
  }
  EXPECT_EQ(s.run.noted().size(), 1U);
}

}  // namespace
}  // namespace fedwatt::run
