#include "session/fold.h"

#include <gtest/gtest.h>

#include <random>

#include "../run/scenario.h"
#include "session/outbox.h"

// What a full queue folds gives the hub's core the same rounds as the originals would have.

namespace fedwatt::session {
namespace {

using protocol::Phase;
using protocol::Report;

Report part(double cpu_j, Phase phase = Phase::kFit) {
  Report made;
  made.round = 3;
  made.phase = phase;
  made.duration_s = 2;
  made.energy_j.cpu_j = cpu_j;
  made.energy_source.cpu = "rapl";
  made.round_complete = false;
  return made;
}

TEST(Fold, AddsUpWhatOnePhaseSpent) {
  Report later = part(5);
  later.bytes_sent = 7;
  later.round_complete = true;
  later.started_at = Report().started_at + std::chrono::seconds(2);
  const auto sum = fold(part(3), later, FoldLevel::kSamePhase);
  ASSERT_TRUE(sum);
  EXPECT_EQ(sum->energy_j.cpu_j, 8);
  EXPECT_EQ(sum->energy_j.gpu_j, std::nullopt) << "not measured stays not measured";
  EXPECT_EQ(sum->energy_source.cpu, "rapl");
  EXPECT_EQ(sum->duration_s, 4);
  EXPECT_EQ(sum->started_at, Report().started_at);
  EXPECT_EQ(sum->bytes_sent, 7);
  EXPECT_EQ(sum->bytes_received, std::nullopt);
  EXPECT_EQ(sum->round_complete, true);
}

TEST(Fold, NeverMeasuredAndNotMeasuredNorTwoSources) {
  Report unmeasured = part(1);
  unmeasured.energy_j.cpu_j.reset();
  EXPECT_FALSE(fold(part(1), unmeasured, FoldLevel::kAcrossRounds));
  Report estimated = part(1);
  estimated.energy_source.cpu = "cpu_load";
  EXPECT_FALSE(fold(part(1), estimated, FoldLevel::kAcrossRounds));
  Report elsewhere = part(1);
  elsewhere.intensity_g_per_kwh = 50;
  EXPECT_FALSE(fold(part(1), elsewhere, FoldLevel::kAcrossRounds));
}

TEST(Fold, NotBeyondWhatAReportCanSay) {
  EXPECT_FALSE(fold(part(9e11), part(2e11), FoldLevel::kAcrossRounds));
  Report much = part(1);
  much.bytes_sent = 8'000'000'000'000'000;
  EXPECT_FALSE(fold(much, much, FoldLevel::kAcrossRounds));
}

TEST(Fold, OnlyAsFarAsItIsAllowed) {
  EXPECT_FALSE(fold(part(1), part(1, Phase::kIdle), FoldLevel::kSamePhase));
  EXPECT_TRUE(fold(part(1), part(1, Phase::kIdle), FoldLevel::kSameRound));
  Report with_results = part(1);
  with_results.metrics["accuracy"] = 0.5;
  EXPECT_FALSE(fold(with_results, with_results, FoldLevel::kSameRound));
  EXPECT_TRUE(fold(with_results, with_results, FoldLevel::kTwoResults));
  Report next = part(1);
  next.round = 4;
  EXPECT_FALSE(fold(part(1), next, FoldLevel::kTwoResults));
  EXPECT_TRUE(fold(part(1), next, FoldLevel::kAcrossRounds));
}

TEST(Fold, AcrossRoundsTheCostsAreKeptAndTheEarlierResultsGo) {
  Report earlier = part(1);
  earlier.metrics["accuracy"] = 0.5;
  earlier.num_examples = 10;
  earlier.round_complete = true;
  Report later = part(2);
  later.round = 4;
  const auto sum = fold(earlier, later, FoldLevel::kAcrossRounds);
  ASSERT_TRUE(sum);
  EXPECT_EQ(sum->round, 4);
  EXPECT_EQ(sum->energy_j.cpu_j, 3);
  EXPECT_TRUE(sum->metrics.empty());
  EXPECT_EQ(sum->num_examples, std::nullopt);
  EXPECT_EQ(sum->round_complete, false);
}

// Tells the hub's core of a report of the worker "w".
void tell(run::Scenario& hub, Report report, std::int64_t seq) {
  run::ReportReceived received;
  received.worker = "w";
  report.seq = seq;
  received.intensity_g_per_kwh = 3.6e6;  // a joule is a gram
  const auto& energy = report.energy_j;
  if (energy.cpu_j) received.emissions_g = *energy.cpu_j + energy.ram_j.value_or(0);
  received.report = std::move(report);
  hub.apply(std::move(received));
}

TEST(Fold, TwoResultsOfARoundAreMergedAsTheHubDoes) {
  const std::pair<Phase, Phase> phases[] = {
      {Phase::kFit, Phase::kEvaluate}, {Phase::kEvaluate, Phase::kFit}, {Phase::kFit, Phase::kFit}};
  for (const auto& [first, second] : phases) {
    Report a = part(1, first);
    a.metrics = {{"accuracy", 0.5}, {"loss", 2}};
    a.num_examples = 10;
    Report b = part(1, second);
    b.metrics = {{"accuracy", 0.75}, {"f1", 0.25}};
    run::Scenario one_by_one;
    run::Scenario folded;
    for (auto* hub : {&one_by_one, &folded}) hub->join("w");
    tell(one_by_one, a, 1);
    tell(one_by_one, b, 2);
    tell(folded, *fold(a, b, FoldLevel::kTwoResults), 1);
    EXPECT_EQ(folded.round(3).metrics, one_by_one.round(3).metrics);
    EXPECT_EQ(folded.round(3).num_examples, one_by_one.round(3).num_examples);
    EXPECT_EQ(folded.round(3).closed_by, one_by_one.round(3).closed_by);
  }
}

// ---- a whole queue, and the hub's core ----------------------------------------------------------

class FoldProperty : public ::testing::TestWithParam<unsigned> {
 protected:
  bool chance(double p) { return std::bernoulli_distribution(p)(random_); }
  int any(int most) { return std::uniform_int_distribution<>(0, most)(random_); }
  // So that sums are exact in whatever order.
  double quarters() { return any(1'000) / 4.0; }

  Report random_report(std::int64_t round, bool results) {
    static constexpr Phase kPhases[] = {Phase::kInit, Phase::kFit, Phase::kEvaluate, Phase::kIdle,
                                        Phase::kCommunicate};
    Report made;
    made.round = round;
    made.phase = kPhases[any(4)];
    made.started_at = run::Scenario::kStart + std::chrono::seconds(started_s_);
    made.duration_s = any(3);
    started_s_ += any(3);
    switch (any(2)) {
      case 0:
        made.energy_j.cpu_j = quarters();
        made.energy_source.cpu = "rapl";
        made.energy_j.ram_j = quarters();
        made.energy_source.ram = "model";
        break;
      case 1:
        made.energy_j.cpu_j = quarters();
        made.energy_source.cpu = "cpu_load";
        break;
      default:
        break;  // nothing was measured
    }
    if (chance(0.3)) made.bytes_sent = any(1'000);
    if (chance(0.3)) made.bytes_received = any(1'000);
    made.round_complete = results && chance(0.5);
    if (!results) return made;
    if (chance(0.7)) made.metrics["accuracy"] = any(8) / 8.0;
    if (chance(0.5)) made.metrics["loss"] = any(8);
    if (chance(0.7)) made.num_examples = any(100);
    if (chance(0.2)) made.round_complete.reset();
    return made;
  }

  std::mt19937 random_{GetParam()};
  int started_s_ = 0;
};

TEST_P(FoldProperty, GivesTheHubTheSameRounds) {
  run::Scenario originals;
  run::Scenario folded;
  for (auto* hub : {&originals, &folded}) hub->join_all({"w", "other"});
  Outbox outbox({.messages = 20});
  std::int64_t seq = 0;
  for (std::int64_t round = 1; round <= 4; ++round) {
    int results_left = 2;
    for (int parts = 5 + any(20); parts > 0; --parts) {
      const bool results = results_left > 0 && chance(0.15);
      if (results) --results_left;
      const Report report = random_report(round, results);
      tell(originals, report, ++seq);
      outbox.add(report);
    }
  }
  outbox.welcomed("run-1", 0);
  while (const auto next = outbox.next()) {
    tell(folded, std::get<Report>(next->numbered()), next->seq);
  }
  ASSERT_GT(outbox.counts().folded, 0U);
  ASSERT_EQ(outbox.counts().rounds_folded, 0U);
  ASSERT_EQ(outbox.counts().dropped, 0U);
  for (std::int64_t round = 1; round <= 4; ++round) {
    const auto was = originals.round(round);
    const auto is = folded.round(round);
    EXPECT_EQ(is.energy_by_component, was.energy_by_component) << round;
    EXPECT_EQ(is.energy_sources, was.energy_sources) << round;
    EXPECT_EQ(is.energy_gaps, was.energy_gaps) << round;
    EXPECT_EQ(is.emissions_g, was.emissions_g) << round;
    EXPECT_EQ(is.worker_s, was.worker_s) << round;
    EXPECT_EQ(is.started_at, was.started_at) << round;
    EXPECT_EQ(is.bytes_sent, was.bytes_sent) << round;
    EXPECT_EQ(is.bytes_received, was.bytes_received) << round;
    EXPECT_EQ(is.num_examples, was.num_examples) << round;
    EXPECT_EQ(is.metrics, was.metrics) << round;
    EXPECT_EQ(is.workers_reported, was.workers_reported) << round;
    EXPECT_EQ(is.closed_by, was.closed_by) << round;
  }
  const auto& was = originals.run.participants().at("w");
  const auto& is = folded.run.participants().at("w");
  EXPECT_EQ(is.energy_j, was.energy_j);
  EXPECT_EQ(is.emissions_g, was.emissions_g);
  EXPECT_EQ(is.energy_times_intensity, was.energy_times_intensity);
  EXPECT_EQ(is.reports_missing, 0) << "what was folded is there";
}

INSTANTIATE_TEST_SUITE_P(Seeds, FoldProperty, ::testing::Range(0U, 100U));

}  // namespace
}  // namespace fedwatt::session
