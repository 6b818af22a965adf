#include "session/outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace fedwatt::session {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A report that is recognised by its round.
protocol::Report report(std::int64_t round, bool closes_round = true) {
  protocol::Report made;
  made.round = round;
  made.round_complete = closes_round;
  return made;
}

struct Sent {
  std::int64_t round;
  std::int64_t seq;  // 0 for a plan
  bool operator==(const Sent&) const = default;
};

void PrintTo(const Sent& sent, std::ostream* out) {
  *out << "{round " << sent.round << ", seq " << sent.seq << "}";
}

std::vector<Sent> send_all(Outbox& outbox) {
  std::vector<Sent> sent;
  while (const auto next = outbox.next()) {
    const auto message = next->numbered();
    if (const auto* made = std::get_if<protocol::Report>(&message)) {
      sent.push_back({made->round, made->seq});
    } else {
      sent.push_back({std::get<protocol::RoundPlan>(message).round, 0});
    }
  }
  return sent;
}

TEST(Outbox, SendsNothingBeforeTheWelcome) {
  Outbox outbox({.messages = 10});
  outbox.add(report(1));
  EXPECT_THAT(send_all(outbox), IsEmpty());
  EXPECT_EQ(outbox.waiting(), 1U);
  EXPECT_EQ(outbox.run_id(), "");
}

TEST(Outbox, NumbersFromOneInANewRun) {
  Outbox outbox({.messages = 10});
  outbox.add(report(1));
  outbox.welcomed("r", 0);
  outbox.add(report(2));
  EXPECT_THAT(send_all(outbox), ElementsAre(Sent{1, 1}, Sent{2, 2}));
  EXPECT_THAT(send_all(outbox), IsEmpty());
}

TEST(Outbox, AProcessThatStartedAnewGoesOnWhereTheHubSays) {
  Outbox outbox({.messages = 10});
  outbox.add(report(5));
  outbox.welcomed("r", 17);
  EXPECT_THAT(send_all(outbox), ElementsAre(Sent{5, 18}));
  EXPECT_EQ(outbox.counts().acknowledged, 0U);
}

TEST(Outbox, AnAckCoversAllUpToItAndOnlyWhatWasSent) {
  Outbox outbox({.messages = 10});
  outbox.welcomed("r", 0);
  for (int round = 1; round <= 3; ++round) outbox.add(report(round));
  send_all(outbox);
  outbox.add(report(4));
  outbox.acknowledged(2);
  EXPECT_EQ(outbox.counts().acknowledged, 2U);
  EXPECT_EQ(outbox.waiting(), 2U);
  outbox.acknowledged(1);    // late
  outbox.acknowledged(100);  // report 4 was never sent, so it cannot be meant
  EXPECT_EQ(outbox.counts().acknowledged, 3U);
  EXPECT_THAT(send_all(outbox), ElementsAre(Sent{4, 4}));
}

TEST(Outbox, BackInItsRunItSendsAgainWhatIsNotCommittedUnderTheOldNumbers) {
  Outbox outbox({.messages = 10});
  outbox.welcomed("r", 0);
  for (int round = 1; round <= 4; ++round) outbox.add(report(round));
  send_all(outbox);
  outbox.disconnected();
  outbox.add(report(5));
  EXPECT_THAT(send_all(outbox), IsEmpty());
  outbox.welcomed("r", 2);  // 1 and 2 were committed, their acks lost
  EXPECT_EQ(outbox.counts().acknowledged, 2U);
  EXPECT_THAT(send_all(outbox), ElementsAre(Sent{3, 3}, Sent{4, 4}, Sent{5, 5}));
}

TEST(Outbox, ReusesNoNumberEvenIfNothingArrived) {
  Outbox outbox({.messages = 10});
  outbox.welcomed("r", 0);
  outbox.add(report(1));
  send_all(outbox);
  outbox.rejected(1);
  outbox.disconnected();
  outbox.welcomed("r", 0);
  outbox.add(report(2));
  EXPECT_THAT(send_all(outbox), ElementsAre(Sent{2, 2}));
}

TEST(Outbox, ASecondConnectionThatBreaksEarlyChangesNoNumbers) {
  Outbox outbox({.messages = 10});
  outbox.welcomed("r", 0);
  for (int round = 1; round <= 3; ++round) outbox.add(report(round));
  send_all(outbox);
  outbox.disconnected();
  outbox.welcomed("r", 0);
  EXPECT_TRUE(outbox.next());  // only the first went out again
  outbox.disconnected();
  outbox.welcomed("r", 1);
  EXPECT_THAT(send_all(outbox), ElementsAre(Sent{2, 2}, Sent{3, 3}));
}

TEST(Outbox, AnAckMayComeBeforeAllWasSentAgain) {
  Outbox outbox({.messages = 10});
  outbox.welcomed("r", 0);
  for (int round = 1; round <= 3; ++round) outbox.add(report(round));
  send_all(outbox);
  outbox.disconnected();
  outbox.welcomed("r", 0);
  outbox.next();
  outbox.acknowledged(2);  // what was on its way on the old connection was committed meanwhile
  EXPECT_THAT(send_all(outbox), ElementsAre(Sent{3, 3}));
}

TEST(Outbox, InAnotherRunEverythingThatWaitsIsNumberedAnew) {
  Outbox outbox({.messages = 10});
  outbox.welcomed("old", 0);
  for (int round = 1; round <= 3; ++round) outbox.add(report(round));
  send_all(outbox);
  outbox.acknowledged(1);
  outbox.disconnected();
  outbox.welcomed("new", 7);
  EXPECT_THAT(send_all(outbox), ElementsAre(Sent{2, 8}, Sent{3, 9}));
  EXPECT_EQ(outbox.counts().acknowledged, 1U);
  EXPECT_EQ(outbox.run_id(), "new");
}

TEST(Outbox, KeepsTheWindow) {
  Outbox outbox({.messages = 10, .window = 2});
  outbox.welcomed("r", 0);
  for (int round = 1; round <= 4; ++round) outbox.add(report(round));
  EXPECT_THAT(send_all(outbox), ElementsAre(Sent{1, 1}, Sent{2, 2}));
  outbox.acknowledged(1);
  EXPECT_THAT(send_all(outbox), ElementsAre(Sent{3, 3}));
  outbox.rejected(2);
  EXPECT_THAT(send_all(outbox), ElementsAre(Sent{4, 4}));
}

TEST(Outbox, ARejectedReportIsCountedAndNotSentAgain) {
  Outbox outbox({.messages = 10});
  outbox.welcomed("r", 0);
  for (int round = 1; round <= 3; ++round) outbox.add(report(round));
  send_all(outbox);
  outbox.rejected(2);
  outbox.rejected(2);
  outbox.rejected(99);
  EXPECT_EQ(outbox.counts().rejected, 1U);
  outbox.disconnected();
  outbox.welcomed("r", 0);
  EXPECT_THAT(send_all(outbox), ElementsAre(Sent{1, 1}, Sent{3, 3}));
  outbox.acknowledged(3);
  EXPECT_EQ(outbox.waiting(), 0U);
}

// A part of a round that took one second.
protocol::Report part(std::int64_t round, protocol::Phase phase = protocol::Phase::kFit,
                      const std::string& source = "rapl") {
  protocol::Report made = report(round, false);
  made.phase = phase;
  made.duration_s = 1;
  made.energy_j.cpu_j = 1;
  made.energy_source.cpu = source;
  return made;
}

// Rounds and seconds of what waits, in order.
std::vector<std::pair<std::int64_t, double>> waiting_in(Outbox& outbox) {
  std::vector<std::pair<std::int64_t, double>> waiting;
  for (const auto& message : outbox.rest()) {
    const auto* made = std::get_if<protocol::Report>(&message);
    waiting.emplace_back(made ? made->round : std::get<protocol::RoundPlan>(message).round,
                         made ? made->duration_s : -1);
  }
  return waiting;
}
using P = std::pair<std::int64_t, double>;

TEST(Outbox, FullItFoldsTheOldestOfOnePhaseFirst) {
  Outbox outbox({.messages = 4});
  outbox.add(part(1, protocol::Phase::kIdle));
  outbox.add(part(1, protocol::Phase::kFit));
  outbox.add(part(2, protocol::Phase::kFit));
  outbox.add(part(2, protocol::Phase::kFit));
  outbox.add(part(3));
  EXPECT_THAT(waiting_in(outbox), ElementsAre(P(1, 1), P(1, 1), P(2, 2), P(3, 1)));
  EXPECT_EQ(outbox.counts().folded, 1U);
  EXPECT_EQ(outbox.counts().dropped, 0U);
  EXPECT_EQ(outbox.waiting(), 4U);
}

TEST(Outbox, ThenThoseOfOneRoundThenPlansThenRoundsTheOldestFirst) {
  Outbox outbox({.messages = 3});
  outbox.add(part(1, protocol::Phase::kIdle));
  outbox.add(part(1, protocol::Phase::kFit));
  outbox.add(protocol::RoundPlan{2, {"w"}});
  outbox.add(part(2));
  EXPECT_THAT(waiting_in(outbox), ElementsAre(P(1, 2), P(2, -1), P(2, 1)));
}

TEST(Outbox, WhereNothingElseIsLeftPlansGoAndThenTheOldestRoundsAreOneReport) {
  Outbox outbox({.messages = 3});
  outbox.add(part(1));
  outbox.add(protocol::RoundPlan{2, {"w"}});
  outbox.add(part(2));
  outbox.add(part(3));
  EXPECT_EQ(outbox.counts().folded, 0U) << "only the plan went";
  outbox.add(part(4));
  outbox.add(part(5));
  EXPECT_EQ(outbox.counts().rounds_folded, 2U);
  outbox.welcomed("r", 0);
  EXPECT_THAT(send_all(outbox), ElementsAre(Sent{3, 1}, Sent{4, 2}, Sent{5, 3}));
}

TEST(Outbox, AFullQueueIsNotSearchedForEveryReport) {
  Outbox outbox({.messages = 800});
  for (int round = 1; round <= 801; ++round) outbox.add(part(round));
  EXPECT_EQ(outbox.waiting(), 700U);
  EXPECT_DOUBLE_EQ(waiting_in(outbox).front().second, 102);
}

TEST(Outbox, IsBoundedInBytes) {
  Outbox outbox({.messages = 1'000'000, .bytes = 100'000});
  for (int round = 1; round <= 5'000; ++round) {
    outbox.add(part(round));
    ASSERT_LE(outbox.bytes(), 100'000U);
  }
  double seconds = 0;
  for (const auto& [round, each_s] : waiting_in(outbox)) seconds += each_s;
  EXPECT_DOUBLE_EQ(seconds, 5'000);
  EXPECT_GT(outbox.waiting(), 50U);
}

TEST(Outbox, NeverFoldsWhatTheHubMayHaveSeen) {
  Outbox outbox({.messages = 2});
  outbox.welcomed("r", 0);
  outbox.add(part(1));
  outbox.add(part(1));
  send_all(outbox);
  outbox.disconnected();
  for (int more = 0; more < 4; ++more) outbox.add(part(1));
  EXPECT_EQ(outbox.waiting(), 4U) << "a last handful has room beside what was sent";
  outbox.welcomed("r", 0);
  EXPECT_THAT(send_all(outbox), ElementsAre(Sent{1, 1}, Sent{1, 2}, Sent{1, 3}, Sent{1, 4}));
}

TEST(Outbox, WhatCannotBeFoldedIsDroppedAndItsNumberSkipped) {
  Outbox outbox({.messages = 2});
  outbox.add(part(1, protocol::Phase::kFit, "rapl"));
  outbox.add(part(2, protocol::Phase::kFit, "model"));
  outbox.add(part(3, protocol::Phase::kFit, "external:plug"));
  EXPECT_EQ(outbox.counts().dropped, 1U);
  outbox.welcomed("r", 0);
  EXPECT_THAT(send_all(outbox), ElementsAre(Sent{2, 2}, Sent{3, 3}));
}

TEST(Outbox, APlanGoesBetweenItsReportsAndLeavesWithTheNextAck) {
  Outbox outbox({.messages = 10});
  outbox.add(protocol::RoundPlan{1, {"a"}});
  outbox.add(report(1));
  outbox.add(protocol::RoundPlan{2, {"a"}});
  outbox.welcomed("r", 0);
  EXPECT_THAT(send_all(outbox), ElementsAre(Sent{1, 0}, Sent{1, 1}, Sent{2, 0}));
  outbox.disconnected();
  outbox.welcomed("r", 0);  // nothing arrived
  EXPECT_THAT(send_all(outbox), ElementsAre(Sent{1, 0}, Sent{1, 1}, Sent{2, 0}));
  outbox.disconnected();
  outbox.welcomed("r", 1);  // the report did, and so the plan before it
  EXPECT_THAT(send_all(outbox), ElementsAre(Sent{2, 0}));
  EXPECT_EQ(outbox.waiting(), 0U);
  EXPECT_EQ(outbox.counts().made, 1U);
}

TEST(Outbox, IsSettledUpToATicketWhenItsReportsAreGone) {
  Outbox outbox({.messages = 10});
  EXPECT_TRUE(outbox.settled(outbox.last_ticket()));
  outbox.welcomed("r", 0);
  outbox.add(report(1));
  const auto first = outbox.last_ticket();
  outbox.add(report(2));
  send_all(outbox);
  EXPECT_FALSE(outbox.settled(first));
  outbox.acknowledged(1);
  EXPECT_TRUE(outbox.settled(first));
  EXPECT_FALSE(outbox.settled(outbox.last_ticket()));
  outbox.rejected(2);
  EXPECT_TRUE(outbox.settled(outbox.last_ticket()));
}

TEST(Outbox, APlanAloneNeedsNoCommit) {
  Outbox outbox({.messages = 10});
  outbox.add(protocol::RoundPlan{1, {}});
  EXPECT_TRUE(outbox.settled(outbox.last_ticket()));
}

// ---- what is left at the end --------------------------------------------------------------------

std::vector<Sent> rest_of(Outbox& outbox) {
  std::vector<Sent> rest;
  for (const auto& message : outbox.rest()) {
    if (const auto* made = std::get_if<protocol::Report>(&message)) {
      rest.push_back({made->round, made->seq});
    } else {
      rest.push_back({std::get<protocol::RoundPlan>(message).round, 0});
    }
  }
  return rest;
}

TEST(Outbox, WhatNoHubEverTookIsNumberedFromOne) {
  Outbox outbox({.messages = 10});
  outbox.add(protocol::RoundPlan{1, {"w"}});
  outbox.add(report(1));
  outbox.add(report(2));
  EXPECT_THAT(rest_of(outbox), ElementsAre(Sent{1, 0}, Sent{1, 1}, Sent{2, 2}));
  EXPECT_THAT(rest_of(outbox), ElementsAre(Sent{1, 0}, Sent{1, 1}, Sent{2, 2})) << "asked again";
}

TEST(Outbox, WhatWasSentKeepsItsNumberAndTheRestGetsTheNext) {
  Outbox outbox({.messages = 10});
  outbox.welcomed("r-1", 7);
  outbox.add(report(1));
  outbox.add(report(2));
  send_all(outbox);
  outbox.acknowledged(8);
  outbox.disconnected();
  outbox.add(report(3));
  EXPECT_THAT(rest_of(outbox), ElementsAre(Sent{2, 9}, Sent{3, 10}));
}

}  // namespace
}  // namespace fedwatt::session
