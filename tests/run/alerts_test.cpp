#include "fedwatt/run/alerts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario.h"

namespace fedwatt::run {
namespace {

using protocol::Action;
using protocol::DirectiveState;
using protocol::EventView;
using protocol::Phase;
using protocol::Role;
using protocol::Target;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr RoundRules kRules{0.5, 60'000, 30'000, 600'000};  // stale after 120 s at the earliest

// The events of a kind, as viewers get them.
std::vector<EventView> events_of(Scenario& s, const std::string& kind) {
  std::vector<EventView> found;
  for (const auto& event : s.run.snapshot().events) {
    if (event.kind == kind) found.push_back(event);
  }
  return found;
}

EventView only(Scenario& s, const std::string& kind) {
  const auto found = events_of(s, kind);
  EXPECT_EQ(found.size(), 1U) << kind;
  return found.empty() ? EventView{} : found.front();
}

void expect_replay_gives_the_same(Scenario& s) {
  Run again("run-1");
  for (const auto& stored : s.log) again.apply(stored.event, stored.at);
  EXPECT_EQ(again.snapshot(), s.run.snapshot());
  EXPECT_EQ(again.next_due(), s.run.next_due());
}

// ---- power --------------------------------------------------------------------------------------

protocol::Report report_of(double power_w, Phase phase = Phase::kFit, double duration_s = 10) {
  protocol::Report report;
  report.phase = phase;
  report.duration_s = duration_s;
  report.energy_j.cpu_j = power_w * duration_s;
  return report;
}

// Which of the powers are outliers, each being the mean of a report.
std::vector<double> outliers(PowerWatch& watch, const std::vector<double>& powers) {
  std::vector<double> found;
  for (const double power : powers) {
    if (watch.reported(report_of(power))) found.push_back(power);
  }
  return found;
}

TEST(PowerWatch, MeasuresTheDistanceFromTheMedianInDeviations) {
  // Sorted 94 96 98 99 101 102 104 106: the median is (99 + 101) / 2 = 100. The deviations from it
  // are 6 4 2 1 1 2 4 6; sorted 1 1 2 2 4 4 6 6: the MAD is (2 + 4) / 2 = 3. An outlier is further
  // away than 5 × 1.4826 × 3 = 22.239 W, which is more than 20 % of 100 W.
  const std::vector<double> usual = {94, 106, 96, 104, 98, 102, 99, 101};
  for (const auto& [power, is_outlier] :
       std::map<double, bool>{{77.7, true}, {77.8, false}, {122.2, false}, {122.3, true}}) {
    PowerWatch watch;
    EXPECT_THAT(outliers(watch, usual), IsEmpty());
    const auto outlier = watch.reported(report_of(power));
    ASSERT_EQ(outlier.has_value(), is_outlier) << power;
    if (!outlier) continue;
    EXPECT_DOUBLE_EQ(outlier->power_w, power);
    EXPECT_DOUBLE_EQ(outlier->median_w, 100);
    EXPECT_DOUBLE_EQ(outlier->mad_w, 3);
  }
}

TEST(PowerWatch, AFifthOfTheMedianIsNeverAnOutlier) {
  // All the same: the MAD is 0, so anything else is infinitely many deviations away.
  PowerWatch watch;
  EXPECT_THAT(outliers(watch, std::vector<double>(8, 50.0)), IsEmpty());
  EXPECT_THAT(outliers(watch, {59.9, 40.1, 60.0}), ElementsAre(60.0));
}

TEST(PowerWatch, NeedsEightOfTheSamePhase) {
  PowerWatch watch;
  EXPECT_THAT(outliers(watch, std::vector<double>(7, 50.0)), IsEmpty());
  EXPECT_FALSE(watch.reported(report_of(500, Phase::kEvaluate)));
  EXPECT_FALSE(watch.reported(report_of(500, Phase::kIdle)));
  EXPECT_FALSE(watch.reported(report_of(500, Phase::kFit, 0.9))) << "too short to be exact";
  auto unmeasured = report_of(500);
  unmeasured.energy_j = {};
  EXPECT_FALSE(watch.reported(unmeasured));
  EXPECT_FALSE(watch.reported(report_of(500))) << "the eighth of this phase";
  EXPECT_TRUE(watch.reported(report_of(500))) << "the ninth";
}

TEST(PowerWatch, SaysItOnceUntilAnUsualOneComesAndGetsUsedToAChange) {
  PowerWatch watch;
  outliers(watch, std::vector<double>(20, 50.0));
  EXPECT_THAT(outliers(watch, {100, 101, 102}), ElementsAre(100));
  EXPECT_THAT(outliers(watch, {50, 103}), ElementsAre(103));
  // Of the last 20 reports 4 were high. When 10 are, the median is 76 and far from both (the MAD is
  // 26); with 11 it is 102.
  EXPECT_THAT(outliers(watch, std::vector<double>(30, 102.0)), IsEmpty()) << "it goes on";
  EXPECT_THAT(outliers(watch, {50}), ElementsAre(50)) << "100 W is what is usual now";
}

TEST(Alerts, APowerOutlierNamesItsNumbers) {
  Scenario s(kRules);
  s.join("a");
  for (std::int64_t round = 1; round <= 8; ++round) s.report("a", round, {.cpu_j = 500});
  EXPECT_THAT(s.alerts, IsEmpty());
  s.report("a", 9, {.cpu_j = 10.0});  // 1 W for 10 s
  const auto event = only(s, "power_outlier");
  EXPECT_TRUE(event.alert);
  EXPECT_EQ(event.worker, "a");
  EXPECT_EQ(event.round, 9);
  EXPECT_EQ(event.message, "a drew 1 W in round 9, where 50 W is usual for it");
  EXPECT_THAT(event.numbers, UnorderedElementsAre(Pair("power_w", 1), Pair("median_power_w", 50),
                                                  Pair("mad_power_w", 0)));
  EXPECT_THAT(s.alerts, ElementsAre(event));
  expect_replay_gives_the_same(s);
}

TEST(Alerts, WhatIsImportedIsHistory) {
  Scenario s(kRules);
  s.import("a", "s-1");
  for (std::int64_t round = 1; round <= 9; ++round) {
    s.report("a", round, {.cpu_j = round == 9 ? 10.0 : 500.0});
  }
  EXPECT_THAT(events_of(s, "power_outlier"), IsEmpty());
  s.disconnect("a");
  s.wait_s(30);
  s.tick();
  EXPECT_FALSE(only(s, "worker_lost").alert);
}

// ---- silence ------------------------------------------------------------------------------------

// A worker that reports every `every_s` seconds, in a round of its own each.
void report_regularly(Scenario& s, const std::string& worker, int reports, double every_s) {
  for (int i = 0; i < reports; ++i) {
    if (i > 0) s.wait_s(every_s);
    s.report(worker, i + 1, {.accuracy = 0.5});
  }
}

TEST(Alerts, AWorkerIsStaleAfterThreeTimesItsLongestSilence) {
  Scenario s(kRules);
  s.join("a");
  report_regularly(s, "a", 3, 60);
  s.wait_s(50);
  s.report("a", 4, {.accuracy = 0.5});  // not the longest
  EXPECT_EQ(s.run.next_due(), s.now + std::chrono::seconds{180});
  s.wait_s(179);
  s.tick();
  EXPECT_THAT(events_of(s, "worker_stale"), IsEmpty());
  s.wait_s(1);
  s.tick();
  const auto event = only(s, "worker_stale");
  EXPECT_TRUE(event.alert);
  EXPECT_EQ(event.worker, "a");
  EXPECT_THAT(event.numbers,
              UnorderedElementsAre(Pair("silent_s", 180), Pair("longest_silence_s", 60)));
  EXPECT_EQ(event.message,
            "a is connected, but has sent nothing for 180 s; until now it was never silent for "
            "longer than 60 s");
  EXPECT_TRUE(s.run.snapshot().workers.at(0).stale);
  EXPECT_TRUE(std::holds_alternative<WorkerStale>(s.log.back().event));
  EXPECT_EQ(s.run.next_due(), std::nullopt) << "once";
  expect_replay_gives_the_same(s);
  s.report("a", 5, {.accuracy = 0.5});
  EXPECT_FALSE(s.run.snapshot().workers.at(0).stale);
  EXPECT_EQ(s.run.next_due(), s.now + std::chrono::seconds{540}) << "three times 180";
}

TEST(Alerts, NoWorkerIsStaleBeforeTheSetTime) {
  Scenario s(kRules);
  s.join("a");
  report_regularly(s, "a", 3, 1);
  EXPECT_EQ(s.run.next_due(), s.now + std::chrono::seconds{120});
}

TEST(Alerts, AWorkersSilenceIsUnknownBeforeItHasReportedTwice) {
  Scenario s(kRules);
  s.join("a");
  EXPECT_EQ(s.run.next_due(), std::nullopt);
  s.report("a", 1, {.accuracy = 0.5});
  EXPECT_EQ(s.run.next_due(), std::nullopt);
  s.wait_s(10);
  s.report("a", 2, {.accuracy = 0.5});
  EXPECT_EQ(s.run.next_due(), s.now + std::chrono::seconds{120});
  // It comes back: nothing is expected before its first report, which says nothing of its silence.
  s.disconnect("a");
  s.wait_s(10);
  s.join("a");
  EXPECT_EQ(s.run.next_due(), std::nullopt);
  s.wait_s(3'600);
  s.report("a", 3, {.accuracy = 0.5});
  EXPECT_EQ(s.run.next_due(), s.now + std::chrono::seconds{120}) << "the longest is still 10 s";
}

TEST(Alerts, SilenceIsOrderedWhileARunIsPausedOrStops) {
  Scenario s(kRules);
  s.join("a");
  report_regularly(s, "a", 2, 10);
  s.command("c-1", Action::kPause);
  EXPECT_EQ(s.run.next_due(), std::nullopt);
  s.wait_s(3'600);
  s.command("c-2", Action::kResume);
  EXPECT_EQ(s.run.next_due(), s.now + std::chrono::seconds{120}) << "from the order on";
  s.wait_s(15);
  s.report("a", 3, {.accuracy = 0.5});
  s.wait_s(120);
  s.tick();
  EXPECT_THAT(only(s, "worker_stale").numbers,
              UnorderedElementsAre(Pair("silent_s", 120), Pair("longest_silence_s", 15)));
  s.command("c-3", Action::kStop);
  EXPECT_EQ(s.run.next_due(), std::nullopt);
}

TEST(Alerts, AWorkerThatIsPausedByItselfMayBeSilent) {
  Scenario s(kRules);
  s.join("a");
  report_regularly(s, "a", 2, 10);
  s.command("c-1", Action::kPause, {{"a"}});
  EXPECT_NE(s.run.next_due(), std::nullopt) << "before it has said that it waits";
  s.acknowledge("a", "c-1");
  EXPECT_EQ(s.run.next_due(), std::nullopt);
  s.wait_s(3'600);
  s.command("c-2", Action::kResume, {{"a"}});
  s.acknowledge("a", "c-2", DirectiveState::kRunning);
  EXPECT_EQ(s.run.next_due(), s.now + std::chrono::seconds{120});
}

TEST(Alerts, NothingIsExpectedOfAWorkerThatWaitsForOthers) {
  Scenario s({1.0, 60'000, 30'000, 600'000});
  s.join("server", Role::kCoordinator);
  s.join_all({"a", "b"});
  s.plan("server", 1, {"a", "b"});
  s.report("a", 1, {.cpu_j = 1.0});
  s.wait_s(10);
  s.report("a", 1, {.accuracy = 0.5});  // done
  EXPECT_EQ(s.run.next_due(), std::nullopt) << "b and the coordinator are not";
  s.report("b", 1, {.accuracy = 0.5});
  s.report("server", 1, {.accuracy = 0.5});
  EXPECT_EQ(s.run.next_due(), s.now + std::chrono::seconds{120}) << "somebody should go on";
  s.plan("server", 2, {"b"});
  EXPECT_EQ(s.run.next_due(), std::nullopt) << "a was not selected; b's silence is not known yet";
  s.plan("server", 3, {"a", "b"});
  EXPECT_EQ(s.run.next_due(), s.now + std::chrono::seconds{120});
}

TEST(Alerts, AThousandWorkersThatVanishAreAlertsButTheEventsStayBounded) {
  Scenario s(kRules);
  for (int i = 0; i < 1'000; ++i) s.join("w" + std::to_string(i));
  for (int i = 0; i < 1'000; ++i) s.disconnect("w" + std::to_string(i));
  s.wait_s(30);
  s.tick();
  EXPECT_EQ(s.alerts.size(), 1'000U);
  EXPECT_THAT(s.alerts.front().numbers, ElementsAre(Pair("away_s", 30)));
  EXPECT_LE(s.run.changed_since(0).size(), 1 + 1'000 + kEventsKept);
}

TEST(Alerts, AWorkerLostWhileTheRunStopsIsNoAlert) {
  Scenario s(kRules);
  s.join_all({"a", "b"});
  s.command("c-1", Action::kStop);
  s.disconnect("a");
  s.wait_s(30);
  s.tick();
  EXPECT_FALSE(only(s, "worker_lost").alert);
  EXPECT_THAT(s.alerts, IsEmpty());
}

// ---- the target ---------------------------------------------------------------------------------

// The rounds, from 1, in which the target metric is found to fall.
std::vector<int> falls(const std::vector<double>& values, const Target& target = {}) {
  TargetWatch watch;
  std::vector<int> found;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto round = static_cast<int>(i) + 1;
    if (watch.closed(round, values[i], target)) found.push_back(round);
  }
  return found;
}

TEST(TargetWatch, ThreeRoundsInARowAndMoreThanAPointBelowTheBest) {
  EXPECT_THAT(falls({0.5, 0.8, 0.795, 0.790, 0.785}), ElementsAre(5));  // 0.015 below 0.8
  EXPECT_THAT(falls({0.5, 0.8, 0.798, 0.796, 0.794}), IsEmpty()) << "0.006 is not much";
  EXPECT_THAT(falls({0.8, 0.7, 0.6, 0.61, 0.5, 0.4}), IsEmpty()) << "never three in a row";
  EXPECT_THAT(falls({0.8, 0.798, 0.796, 0.794, 0.78}), ElementsAre(5)) << "the fourth in a row";
  EXPECT_THAT(falls({0.8, 0.7, 0.7, 0.6, 0.5}), IsEmpty()) << "the same is not worse";
}

TEST(TargetWatch, AFallIsToldOnceUntilTheValueIsBack) {
  EXPECT_THAT(falls({0.8, 0.7, 0.6, 0.5, 0.4, 0.6, 0.5, 0.4, 0.3}), ElementsAre(4));
  EXPECT_THAT(falls({0.8, 0.7, 0.6, 0.5, 0.795, 0.7, 0.6, 0.5}), ElementsAre(4, 8));
}

TEST(TargetWatch, OtherMetricsByAHundredthOfTheBestEitherWay) {
  const Target loss{"loss", Target::Goal::kMin};
  EXPECT_THAT(falls({9, 2, 2.005, 2.01, 2.015, 2.03}, loss), ElementsAre(6));  // 2.02 is the bound
  EXPECT_THAT(falls({-3, -2, -2.005, -2.01, -2.03}, {"log_likelihood", Target::Goal::kMax}),
              ElementsAre(5));
}

TEST(Alerts, AFallingTargetNamesTheBestRound) {
  Scenario s(kRules);
  s.join("a");
  std::int64_t round = 0;
  for (const double accuracy : {0.8125, 0.80, 0.79, 0.78}) {
    s.report("a", ++round, {.accuracy = accuracy});
  }
  const auto event = only(s, "target_falling");
  EXPECT_TRUE(event.alert);
  EXPECT_EQ(event.round, 4);
  EXPECT_EQ(event.worker, std::nullopt);
  EXPECT_EQ(event.message,
            "accuracy has got worse in 3 rounds in a row, to 0.78; the best was 0.8125, in round "
            "1");
  EXPECT_THAT(event.numbers,
              UnorderedElementsAre(Pair("target_value", 0.78), Pair("best_target_value", 0.8125),
                                   Pair("best_round", 1), Pair("rounds_in_a_row", 3)));
  expect_replay_gives_the_same(s);
}

// ---- regions ------------------------------------------------------------------------------------

void join_from(Scenario& s, const std::string& worker, const std::string& region, bool known) {
  protocol::WorkerHello hello;
  hello.run = "digits";
  hello.worker = worker;
  hello.region = region;
  s.apply(WorkerJoined{hello, {}, known});
}

TEST(Alerts, AnUnknownRegionIsToldOnceAndAMissingOneIsNoAlert) {
  Scenario s(kRules);
  join_from(s, "a", "FR", true);
  join_from(s, "b", "Atlantis", false);
  s.disconnect("b");
  join_from(s, "b", "Atlantis", false);
  join_from(s, "c", "", false);
  const auto events = events_of(s, "unknown_region");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_TRUE(events[0].alert);
  EXPECT_EQ(events[0].worker, "b");
  EXPECT_THAT(events[0].message, HasSubstr("--list-regions"));
  EXPECT_FALSE(events[1].alert);
  EXPECT_EQ(events[1].worker, "c");
  EXPECT_EQ(s.alerts.size(), 1U);
}

TEST(Alerts, AnEditionTellsNobodyAgain) {
  Scenario s(kRules);
  RunCreated created;
  created.name = "digits";
  created.edition = protocol::Edition{"run-0", "56 g/kWh", "ada"};
  run::Run edition("run-1");
  edition.apply(created, s.now);
  protocol::WorkerHello hello;
  hello.worker = "a";
  hello.region = "Atlantis";
  EXPECT_THAT(edition.apply(WorkerJoined{hello, {}, false}, s.now).alerts, IsEmpty());
  EXPECT_TRUE(edition.snapshot().events.back().alert) << "but it is shown";
}

}  // namespace
}  // namespace fedwatt::run
