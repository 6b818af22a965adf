#include "session/recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fedwatt::session {
namespace {

using protocol::Phase;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr double kShortest = 0.05;

// A recorder with a clock and a meter that the test moves. Times and energies are sums of powers of
// two, so that they add up exactly.
class RecorderTest : public ::testing::Test {
 protected:
  // `seconds` pass, in which the machine spends `cpu_j`.
  void pass(double seconds, double cpu_j) {
    now_s_ += seconds;
    meter_.energy_j.cpu_j = meter_.energy_j.cpu_j.value_or(0) + cpu_j;
  }
  void know_nothing() { known_ = false; }
  void know_again() { known_ = true; }
  void step_wall(double seconds) { wall_step_s_ += seconds; }

  static protocol::Timestamp wall(double seconds) {
    return protocol::Timestamp(
        std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1'000)));
  }

  Recorder::Instruments instruments() {
    return {.now =
                [this] {
                  return Instant{wall(now_s_ + wall_step_s_), now_s_};
                },
            .lap =
                [this] {
                  energy::Lap lap;
                  const double spent = std::exchange(meter_.energy_j.cpu_j, 0).value_or(0);
                  if (!known_) return lap;
                  lap.energy_j.cpu_j = spent;
                  lap.source.cpu = "rapl";
                  return lap;
                }};
  }

  void measure(Recorder::Reports reports) {
    for (auto& report : reports) reports_.push_back(std::move(report));
  }

  // A phase of `seconds` and `cpu_j`.
  void phase(Phase phase, double seconds, double cpu_j) {
    measure(recorder_.begin_phase(++id_, phase));
    pass(seconds, cpu_j);
    measure(recorder_.end_phase(id_));
  }
  void begin(std::int64_t round) { measure(recorder_.begin_round(round)); }
  void finish(std::map<std::string, double> metrics = {{"accuracy", 0.5}}) {
    measure(recorder_.finish_round({std::move(metrics), {}, {}, {}}));
  }

  // What was reported: "ROUND PHASE DURATION ENERGY", with ! for a report that completes its round.
  std::vector<std::string> told() const {
    static const char* const kNames[] = {"init", "fit", "evaluate", "idle", "communicate"};
    std::vector<std::string> lines;
    for (const auto& report : reports_) {
      std::ostringstream line;
      line << report.round << " " << kNames[static_cast<int>(report.phase)] << " "
           << report.duration_s << " ";
      if (report.energy_j.cpu_j) line << *report.energy_j.cpu_j;
      if (report.round_complete.value_or(false)) line << "!";
      lines.push_back(line.str());
    }
    return lines;
  }

  std::vector<protocol::Report> reports_;
  std::uint64_t id_ = 0;

 private:
  double now_s_ = 0;
  double wall_step_s_ = 0;
  bool known_ = true;
  energy::Lap meter_;

 protected:
  Recorder recorder_{instruments(), kShortest};
};

TEST_F(RecorderTest, ResultsGoWithTheLastMeasuredPhase) {
  begin(3);
  phase(Phase::kFit, 4, 40);
  EXPECT_THAT(told(), IsEmpty());  // its results may come
  phase(Phase::kEvaluate, 1, 5);
  EXPECT_THAT(told(), ElementsAre("3 fit 4 40"));
  measure(recorder_.finish_round({{{"accuracy", 0.8}}, 520, 7, 9}));
  EXPECT_THAT(told(), ElementsAre("3 fit 4 40", "3 evaluate 1 5!"));
  const protocol::Report& fit = reports_.front();
  EXPECT_TRUE(fit.metrics.empty());
  EXPECT_EQ(fit.round_complete, false);
  const protocol::Report& evaluate = reports_.back();
  EXPECT_EQ(evaluate.started_at, wall(4));
  EXPECT_EQ(evaluate.energy_j.gpu_j, std::nullopt);
  EXPECT_EQ(evaluate.energy_source.cpu, "rapl");
  EXPECT_EQ(evaluate.metrics.at("accuracy"), 0.8);
  EXPECT_EQ(evaluate.num_examples, 520);
  EXPECT_EQ(evaluate.bytes_sent, 7);
  EXPECT_EQ(evaluate.bytes_received, 9);
}

TEST_F(RecorderTest, ARoundWithoutAPhaseIsOneFit) {
  begin(1);
  pass(2, 20);
  finish();
  EXPECT_THAT(told(), ElementsAre("1 fit 2 20!"));
  EXPECT_EQ(reports_[0].started_at, wall(0));
  EXPECT_EQ(reports_[0].metrics.at("accuracy"), 0.5);
}

TEST_F(RecorderTest, ResultsAreReportedThoughNothingWasMeasured) {
  begin(1);
  finish();
  EXPECT_THAT(told(), ElementsAre("1 fit 0 0!"));
}

TEST_F(RecorderTest, TheGapsOfARoundAreOneIdleBeforeTheReportThatCompletesIt) {
  begin(1);
  pass(1, 2);
  phase(Phase::kFit, 4, 40);
  pass(2, 4);
  phase(Phase::kEvaluate, 1, 5);
  pass(0.5, 1);
  finish();
  // 1 + 2 + 0.5 s and 2 + 4 + 1 J
  EXPECT_THAT(told(), ElementsAre("1 fit 4 40", "1 idle 3.5 7", "1 evaluate 1 5!"));
  EXPECT_EQ(reports_[1].started_at, wall(0));  // its first gap
}

TEST_F(RecorderTest, AShortGapBelongsToThePhaseThatFollows) {
  begin(1);
  phase(Phase::kFit, 4, 40);
  pass(0.03125, 1);
  phase(Phase::kEvaluate, 1, 5);
  finish();
  EXPECT_THAT(told(), ElementsAre("1 fit 4 40", "1 evaluate 1.03125 6!"));
  EXPECT_EQ(reports_[1].started_at, wall(4));
}

TEST_F(RecorderTest, ATightLoopMakesNoReportOfItsGaps) {
  for (std::int64_t round = 1; round <= 3; ++round) {
    begin(round);
    pass(0.0078125, 1);
    phase(Phase::kFit, 1, 10);
    pass(0.0078125, 1);
    finish();
    pass(0.0078125, 1);
  }
  // From the second round on with the three gaps before its fit.
  EXPECT_THAT(told(), ElementsAre("1 fit 1.00781 11!", "2 fit 1.02344 13!", "3 fit 1.02344 13!"));
}

TEST_F(RecorderTest, WhatFollowsTheResultsBelongsToTheNextRound) {
  begin(1);
  phase(Phase::kFit, 1, 10);
  finish();
  pass(2, 3);
  phase(Phase::kCommunicate, 1, 4);
  EXPECT_THAT(told(), ElementsAre("1 fit 1 10!"));
  pass(4, 5);
  begin(2);
  EXPECT_THAT(told(), ElementsAre("1 fit 1 10!", "2 communicate 1 4"));
  pass(0.25, 1);
  phase(Phase::kFit, 1, 10);
  finish();
  // 2 + 4 + 0.25 s and 3 + 5 + 1 J
  EXPECT_THAT(told(),
              ElementsAre("1 fit 1 10!", "2 communicate 1 4", "2 idle 6.25 9", "2 fit 1 10!"));
}

TEST_F(RecorderTest, ARoundWithoutAPhaseDoesNotIncludeTheWaitBeforeIt) {
  begin(1);
  finish();
  pass(2, 3);
  begin(2);
  pass(1, 10);
  finish();
  EXPECT_THAT(told(), ElementsAre("1 fit 0 0!", "2 idle 2 3", "2 fit 1 10!"));
}

TEST_F(RecorderTest, WhatComesBeforeTheFirstRoundBelongsToItAndIsInit) {
  pass(1, 2);
  phase(Phase::kCommunicate, 1, 4);
  pass(2, 3);
  EXPECT_THAT(told(), IsEmpty());
  begin(5);
  EXPECT_THAT(told(), ElementsAre("5 init 3 5", "5 communicate 1 4"));
}

TEST_F(RecorderTest, APauseIsAnIdleOfItsOwn) {
  begin(6);
  recorder_.pause();
  recorder_.pause();
  EXPECT_TRUE(recorder_.paused());
  pass(64, 2);
  measure(recorder_.report_pause());
  pass(0.03125, 1);  // however short
  measure(recorder_.resume());
  measure(recorder_.resume());
  EXPECT_FALSE(recorder_.paused());
  phase(Phase::kFit, 1, 10);
  finish();
  EXPECT_THAT(told(), ElementsAre("6 idle 64 2", "6 idle 0.03125 1", "6 fit 1 10!"));
  EXPECT_EQ(reports_[0].round_complete, false);
}

TEST_F(RecorderTest, APauseThatIsOverAtOnceIsNoReport) {
  begin(1);
  recorder_.pause();
  measure(recorder_.resume());
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(RecorderTest, APauseEndsWithAPhaseAnotherRoundOrTheTraining) {
  begin(1);
  recorder_.pause();
  pass(1, 2);
  phase(Phase::kFit, 1, 10);
  EXPECT_THAT(told(), ElementsAre("1 idle 1 2"));
  recorder_.pause();
  pass(1, 3);
  begin(2);
  recorder_.pause();
  pass(1, 4);
  measure(recorder_.close());
  EXPECT_THAT(told(), ElementsAre("1 idle 1 2", "1 idle 1 3", "1 fit 1 10", "2 idle 1 4"));
}

TEST_F(RecorderTest, ARoundWithoutResultsStillReportsWhatItSpent) {
  begin(1);
  phase(Phase::kFit, 1, 4);
  pass(1, 2);
  begin(2);
  EXPECT_THAT(told(), ElementsAre("1 idle 1 2", "1 fit 1 4"));
  pass(1, 3);
  begin(3);
  EXPECT_THAT(told(), ElementsAre("1 idle 1 2", "1 fit 1 4", "2 fit 1 3"));
}

TEST_F(RecorderTest, BeginningTheRoundThatIsUnderWayOnlyEndsAPhase) {
  begin(1);
  measure(recorder_.begin_phase(1, Phase::kFit));
  pass(1, 4);
  begin(1);
  pass(1, 2);
  finish();
  EXPECT_THAT(told(), ElementsAre("1 idle 1 2", "1 fit 1 4!"));
}

TEST_F(RecorderTest, TheEndReleasesWhatWasHeldBack) {
  begin(1);
  phase(Phase::kFit, 1, 4);
  pass(1, 2);
  measure(recorder_.close());
  EXPECT_THAT(told(), ElementsAre("1 idle 1 2", "1 fit 1 4"));
}

TEST_F(RecorderTest, TheEndOfARoundWithoutAPhaseIsItsFit) {
  begin(1);
  pass(1, 2);
  measure(recorder_.close());
  EXPECT_THAT(told(), ElementsAre("1 fit 1 2"));
}

TEST_F(RecorderTest, TheEndAfterTheLastResultsIsAnIdleOnlyIfItIsLong) {
  begin(1);
  finish();
  pass(0.03125, 1);
  measure(recorder_.close());
  EXPECT_THAT(told(), ElementsAre("1 fit 0 0!"));
}

TEST_F(RecorderTest, TheEndEndsAnOpenPhase) {
  begin(1);
  measure(recorder_.begin_phase(1, Phase::kFit));
  pass(1, 4);
  measure(recorder_.close());
  EXPECT_THAT(told(), ElementsAre("1 fit 1 4"));
}

TEST_F(RecorderTest, ATrainingThatNeverBeginsARoundIsRoundZeroAndHoldsBackABoundedNumber) {
  for (int count = 0; count < 200; ++count) phase(Phase::kFit, 1, 4);
  const std::size_t before = reports_.size();
  EXPECT_GE(before, 200U - 65);
  finish({});
  EXPECT_EQ(reports_.size(), 200U);
  EXPECT_EQ(told().front(), "0 fit 1 4");
  EXPECT_EQ(told().back(), "0 fit 1 4!");
}

TEST_F(RecorderTest, MoreResultsOfARoundAreAnEvaluationOfTheirOwn) {
  begin(1);
  finish();
  pass(1, 2);
  finish({{"accuracy", 0.6}});
  EXPECT_THAT(told(), ElementsAre("1 fit 0 0!", "1 evaluate 1 2!"));
  EXPECT_EQ(reports_[1].metrics.at("accuracy"), 0.6);
}

TEST_F(RecorderTest, AStepOfTheWallsClockChangesNoDuration) {
  begin(1);
  step_wall(1'000);
  measure(recorder_.begin_phase(1, Phase::kFit));
  pass(3, 4);
  step_wall(-990);
  measure(recorder_.end_phase(1));
  finish();
  EXPECT_THAT(told(), ElementsAre("1 fit 3 4!"));
}

TEST_F(RecorderTest, ASecondPhaseEndsTheFirst) {
  begin(1);
  measure(recorder_.begin_phase(1, Phase::kFit));
  pass(1, 2);
  measure(recorder_.begin_phase(2, Phase::kCommunicate));
  pass(1, 3);
  measure(recorder_.end_phase(1));  // has ended already
  pass(1, 4);
  measure(recorder_.end_phase(2));
  measure(recorder_.end_phase(2));
  finish();
  EXPECT_THAT(told(), ElementsAre("1 fit 1 2", "1 communicate 2 7!"));
}

TEST_F(RecorderTest, GapsThatWereMeasuredInDifferentWaysAreNotAddedUp) {
  begin(1);
  pass(1, 2);
  phase(Phase::kFit, 1, 4);
  know_nothing();
  pass(1, 3);
  measure(recorder_.begin_phase(9, Phase::kEvaluate));
  know_again();
  pass(1, 5);
  finish();
  EXPECT_THAT(told(), ElementsAre("1 idle 1 2", "1 fit 1 4", "1 idle 1 ", "1 evaluate 1 5!"));
}

class AddedEnergyTest : public RecorderTest {
 protected:
  static energy::Lap cpu(double joules, const std::string& name = "external:plug") {
    energy::Lap lap;
    lap.energy_j.cpu_j = joules;
    lap.source.cpu = name;
    return lap;
  }
};

TEST_F(AddedEnergyTest, TakesTheMetersPlaceInThePhaseThatIsOpen) {
  begin(1);
  measure(recorder_.begin_phase(1, Phase::kFit));
  recorder_.add_energy(cpu(8));
  recorder_.add_energy(cpu(16));
  pass(1, 4);
  measure(recorder_.end_phase(1));
  phase(Phase::kEvaluate, 1, 5);
  finish();
  EXPECT_THAT(told(), ElementsAre("1 fit 1 24", "1 evaluate 1 5!"));
  EXPECT_EQ(reports_[0].energy_source.cpu, "external:plug");
  EXPECT_EQ(reports_[1].energy_source.cpu, "rapl");
}

TEST_F(AddedEnergyTest, BetweenPhasesItGoesToTheOneThatEnded) {
  begin(1);
  phase(Phase::kFit, 1, 4);
  pass(1, 2);
  recorder_.add_energy(cpu(8));
  finish();
  EXPECT_THAT(told(), ElementsAre("1 idle 1 2", "1 fit 1 8!"));
}

TEST_F(AddedEnergyTest, BeforeAnyPhaseItGoesToTheNextReport) {
  begin(1);
  recorder_.add_energy(cpu(8));
  pass(1, 4);
  finish();
  recorder_.add_energy(cpu(16));
  begin(2);
  phase(Phase::kFit, 1, 4);
  finish();
  EXPECT_THAT(told(), ElementsAre("1 fit 1 8!", "2 fit 1 16!"));
}

TEST_F(AddedEnergyTest, IsReportedEvenIfNothingFollows) {
  begin(1);
  finish();
  recorder_.add_energy(cpu(8));
  measure(recorder_.close());
  EXPECT_THAT(told(), ElementsAre("1 fit 0 0!", "1 idle 0 8"));
}

TEST_F(AddedEnergyTest, TheWholeMachinesFigureStandsAlone) {
  begin(1);
  measure(recorder_.begin_phase(1, Phase::kFit));
  recorder_.add_energy(cpu(8));
  energy::Lap plug;
  plug.energy_j.machine_j = 100;
  plug.source.machine = "external:plug";
  recorder_.add_energy(plug);
  pass(1, 4);
  finish();
  ASSERT_EQ(reports_.size(), 1U);
  protocol::ComponentEnergy only;
  only.machine_j = 100;
  EXPECT_EQ(reports_[0].energy_j, only);
  protocol::EnergySources from;
  from.machine = "external:plug";
  EXPECT_EQ(reports_[0].energy_source, from);
}

}  // namespace
}  // namespace fedwatt::session
