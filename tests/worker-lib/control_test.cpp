#include "session/control.h"

#include <gtest/gtest.h>

namespace fedwatt::session {
namespace {

using protocol::AppliesAt;
using protocol::Directive;
using protocol::DirectiveAck;
using protocol::DirectiveState;
using Verdict = Control::Verdict;

const auto kNoAck = std::optional<DirectiveAck>();

Control::Order order(Directive directive, const char* command,
                     AppliesAt applies_at = AppliesAt::kWorker) {
  return {directive, applies_at, command ? std::optional<std::string>(command) : std::nullopt};
}

DirectiveAck ack(const char* command, DirectiveState state,
                 std::optional<std::int64_t> round = std::nullopt) {
  return {command, state, round};
}

TEST(Control, GoesOnWithoutAnyOrder) {
  Control control;
  const auto step = control.at_checkpoint(1);
  EXPECT_EQ(step.verdict, Verdict::kGoOn);
  EXPECT_EQ(step.ack, kNoAck);
}

TEST(Control, AcknowledgesAPauseWhenItTakesHoldAndNotBefore) {
  Control control;
  EXPECT_EQ(control.order(order(Directive::kPause, "c-1")), kNoAck);
  const auto step = control.at_checkpoint(4);
  EXPECT_EQ(step.verdict, Verdict::kWait);
  EXPECT_EQ(step.ack, ack("c-1", DirectiveState::kPaused, 4));
}

TEST(Control, AcknowledgesAPauseOnceHoweverLongItWaits) {
  Control control;
  control.order(order(Directive::kPause, "c-1"));
  control.at_checkpoint(4);
  EXPECT_EQ(control.at_checkpoint(4).ack, kNoAck);
  EXPECT_EQ(control.at_checkpoint(4).verdict, Verdict::kWait);
}

TEST(Control, AResumeEndsThePauseAndIsAcknowledgedThen) {
  Control control;
  control.order(order(Directive::kPause, "c-1"));
  control.at_checkpoint(4);
  EXPECT_EQ(control.order(order(Directive::kRun, "c-2")), kNoAck);
  EXPECT_EQ(control.verdict(), Verdict::kGoOn);
  const auto step = control.at_checkpoint(4);
  EXPECT_EQ(step.verdict, Verdict::kGoOn);
  EXPECT_EQ(step.ack, ack("c-2", DirectiveState::kRunning, 4));
  EXPECT_EQ(control.at_checkpoint(5).ack, kNoAck);
}

TEST(Control, AResumeOfATrainingThatNeverPausedHoldsAtOnce) {
  Control control;
  control.at_checkpoint(3);
  EXPECT_EQ(control.order(order(Directive::kPause, "c-1")), kNoAck);
  EXPECT_EQ(control.order(order(Directive::kRun, "c-2")), ack("c-2", DirectiveState::kRunning, 3));
  const auto step = control.at_checkpoint(4);
  EXPECT_EQ(step.verdict, Verdict::kGoOn);
  EXPECT_EQ(step.ack, kNoAck);  // c-1 never took hold, c-2 was acknowledged
}

TEST(Control, StopsFromRunningAndFromAPause) {
  Control running;
  running.order(order(Directive::kStop, "c-1"));
  EXPECT_EQ(running.at_checkpoint(2).ack, ack("c-1", DirectiveState::kStopped, 2));
  EXPECT_EQ(running.at_checkpoint(3).verdict, Verdict::kStop);

  Control paused;
  paused.order(order(Directive::kPause, "c-1"));
  paused.at_checkpoint(2);
  paused.order(order(Directive::kStop, "c-2"));
  const auto step = paused.at_checkpoint(2);
  EXPECT_EQ(step.verdict, Verdict::kStop);
  EXPECT_EQ(step.ack, ack("c-2", DirectiveState::kStopped, 2));
}

TEST(Control, UnderACoordinatorItIsInformedAtOnceAndGoesOn) {
  Control control;
  control.at_checkpoint(7);
  for (const auto directive : {Directive::kPause, Directive::kStop, Directive::kRun}) {
    EXPECT_EQ(control.order(order(directive, "c-1", AppliesAt::kCoordinator)),
              ack("c-1", DirectiveState::kInformed, 7));
    const auto step = control.at_checkpoint(8);
    EXPECT_EQ(step.verdict, Verdict::kGoOn);
    EXPECT_EQ(step.ack, kNoAck);
    control.at_checkpoint(7);
  }
}

TEST(Control, AnOrderForTheCoordinatorLiftsAPauseOfThisWorker) {
  Control control;
  control.order(order(Directive::kPause, "c-1"));
  control.at_checkpoint(1);
  EXPECT_EQ(control.order(order(Directive::kPause, "c-2", AppliesAt::kCoordinator)),
            ack("c-2", DirectiveState::kInformed, 1));
  EXPECT_EQ(control.verdict(), Verdict::kGoOn);
}

TEST(Control, AWelcomeThatNamesTheCommandAgainIsAnsweredAgainIfItHolds) {
  Control control;
  control.order(order(Directive::kPause, "c-1"));
  EXPECT_EQ(control.order(order(Directive::kPause, "c-1")), kNoAck);  // not yet at the checkpoint
  control.at_checkpoint(4);
  EXPECT_EQ(control.order(order(Directive::kPause, "c-1")), ack("c-1", DirectiveState::kPaused, 4));
  EXPECT_EQ(control.at_checkpoint(4).ack, kNoAck);

  control.order(order(Directive::kStop, "c-2"));
  control.at_checkpoint(4);
  EXPECT_EQ(control.order(order(Directive::kStop, "c-2")), ack("c-2", DirectiveState::kStopped, 4));
}

TEST(Control, APauseThatWasLiftedWhileAwayIsLearntFromTheWelcome) {
  Control control;
  control.order(order(Directive::kPause, "c-1"));
  control.at_checkpoint(4);
  EXPECT_EQ(control.order(order(Directive::kRun, "c-2")), kNoAck);
  EXPECT_EQ(control.at_checkpoint(4).ack, ack("c-2", DirectiveState::kRunning, 4));
}

TEST(Control, WithoutACommandThereIsNothingToAcknowledge) {
  Control control;
  EXPECT_EQ(control.order(order(Directive::kRun, nullptr)), kNoAck);
  EXPECT_EQ(control.order(order(Directive::kPause, nullptr)), kNoAck);
  const auto step = control.at_checkpoint(1);
  EXPECT_EQ(step.verdict, Verdict::kWait);
  EXPECT_EQ(step.ack, kNoAck);
}

TEST(Control, ASecondPauseWhileWaitingIsAcknowledgedAtOnce) {
  Control control;
  control.order(order(Directive::kPause, "c-1"));
  control.at_checkpoint(4);
  EXPECT_EQ(control.order(order(Directive::kPause, "c-2")), ack("c-2", DirectiveState::kPaused, 4));
}

}  // namespace
}  // namespace fedwatt::session
