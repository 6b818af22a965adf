#include "fedwatt/hub/commit_cycle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes.h"

namespace fedwatt::hub {
namespace {

using store::StoreError;
using testing::ElementsAre;
using testing::IsEmpty;

class CommitCycleTest : public testing::Test {
 protected:
  void add(std::int64_t offset) { cycle.add({"run-1", offset, timers.time, run::RunAbandoned{}}); }
  Delivery tell(const std::string& what) {
    return [this, what] { told.push_back(what); };
  }

  FakeTimers timers;
  FakeCommitter committer;
  std::vector<std::string> told;
  int failures = 0;
  int statuses = 0;
  int rooms = 0;
  CommitCycle cycle{
      committer,
      timers,
      {[this] { return tell("published"); }, [this](const StoreError&) { ++failures; },
       [this] { ++statuses; }, [this] { ++rooms; }}};
};

TEST_F(CommitCycleTest, TellsNothingBeforeTheCommit) {
  add(1);
  cycle.after_commit(tell("ack"));
  cycle.go();
  EXPECT_THAT(told, IsEmpty());
  committer.succeed();
  EXPECT_THAT(told, ElementsAre("ack", "published"));
  EXPECT_TRUE(cycle.settled());
}

TEST_F(CommitCycleTest, WhatComesDuringACommitFormsTheNextBatch) {
  add(1);
  cycle.go();
  for (std::int64_t offset = 2; offset <= 5; ++offset) {
    add(offset);
    cycle.go();
  }
  EXPECT_EQ(committer.attempts, 1);
  committer.succeed();
  EXPECT_EQ(committer.attempts, 2);
  EXPECT_EQ(committer.under_way->size(), 4U);
}

TEST_F(CommitCycleTest, AReaderSeesTheStateOfItsBatchAndIsToldAfterIt) {
  add(1);
  cycle.go();
  add(2);
  int read_when = 0;
  cycle.read([&] {
    read_when = committer.attempts;
    return tell("answer");
  });
  cycle.go();
  EXPECT_EQ(read_when, 0);
  committer.succeed();
  EXPECT_EQ(read_when, 2) << "read when the batch with event 2 was sealed";
  EXPECT_THAT(told, ElementsAre("published"));
  committer.succeed();
  EXPECT_THAT(told, ElementsAre("published", "published", "answer"));
}

TEST_F(CommitCycleTest, AReaderOfASettledHubIsAnsweredAtOnce) {
  cycle.read([&] { return tell("answer"); });
  EXPECT_THAT(told, ElementsAre("answer"));
}

TEST_F(CommitCycleTest, KeepsABatchUntilTheStoreIsBack) {
  add(1);
  cycle.after_commit(tell("ack"));
  cycle.go();
  committer.fail(StoreError::Kind::kUnavailable);
  EXPECT_EQ(cycle.trouble(), "the disk is full");
  EXPECT_THAT(told, IsEmpty());
  timers.pass(std::chrono::seconds{1});
  ASSERT_TRUE(committer.under_way);
  committer.fail(StoreError::Kind::kUnavailable);
  timers.pass(std::chrono::seconds{1});
  committer.succeed();
  EXPECT_THAT(told, ElementsAre("ack", "published"));
  EXPECT_EQ(cycle.trouble(), "");
  EXPECT_EQ(committer.stored.size(), 1U);
  EXPECT_EQ(failures, 0);
}

TEST_F(CommitCycleTest, GivesUpOnAStoreThatRefuses) {
  add(1);
  cycle.after_commit(tell("ack"));
  cycle.go();
  committer.fail(StoreError::Kind::kConflict);
  EXPECT_EQ(failures, 1);
  EXPECT_THAT(told, IsEmpty());
}

TEST_F(CommitCycleTest, SaysWhenTooMuchIsWaitingAndWhenThereIsRoom) {
  add(1);
  cycle.go();
  std::int64_t offset = 1;
  while (!cycle.full() && offset < 1'000'000) add(++offset);
  EXPECT_LT(offset, 1'000'000);
  EXPECT_GE(cycle.waiting_bytes(), CommitCycle::kMostWaitingBytes);
  EXPECT_LT(cycle.waiting_bytes(), CommitCycle::kMostWaitingBytes + 10'000);
  EXPECT_EQ(rooms, 0);
  committer.succeed();
  EXPECT_FALSE(cycle.full());
  EXPECT_EQ(rooms, 1);
  committer.succeed();
  EXPECT_EQ(rooms, 1);
  EXPECT_EQ(cycle.in_flight_bytes(), 0U);
}

TEST_F(CommitCycleTest, WhatWaitsToBeToldCountsToo) {
  add(1);
  cycle.go();
  cycle.after_commit([] {}, CommitCycle::kMostWaitingBytes);
  EXPECT_TRUE(cycle.full());
  committer.succeed();
  EXPECT_FALSE(cycle.full());
}

TEST_F(CommitCycleTest, HoldsOnlySoManyBytesOfAnswers) {
  add(1);
  cycle.go();
  for (int i = 0; i < 5; ++i) {
    cycle.read([&, i] {
      return CommitCycle::Answer(tell(std::to_string(i)), CommitCycle::kMostAnswerBytes / 2);
    });
  }
  add(2);
  committer.succeed();
  EXPECT_EQ(cycle.answer_bytes(), CommitCycle::kMostAnswerBytes);
  EXPECT_EQ(cycle.waiting_readers(), 3U);
  add(3);
  committer.succeed();
  EXPECT_EQ(cycle.waiting_readers(), 1U);
  committer.succeed();
  EXPECT_EQ(cycle.answer_bytes(), 0U);
  EXPECT_THAT(told, ElementsAre("published", "published", "0", "1", "published", "2", "3", "4"))
      << "each once, in order";
}

TEST_F(CommitCycleTest, FindsTroubleByAskingAndItsEndByItself) {
  committer.check_error = StoreError{StoreError::Kind::kUnavailable, "read-only"};
  std::vector<std::string> answers;
  const auto note = [&](const auto& result) {
    answers.push_back(result ? "ready" : result.error().message);
  };
  cycle.check(note);
  cycle.check(note);
  EXPECT_THAT(answers, ElementsAre("read-only", "read-only"));
  EXPECT_EQ(committer.checks, 1) << "what is known is not asked again";
  EXPECT_EQ(statuses, 1);
  timers.pass(std::chrono::seconds{10});
  EXPECT_GT(committer.checks, 2);
  EXPECT_EQ(statuses, 1);

  // What comes meanwhile is committed when the time for the next try has come.
  add(1);
  cycle.go();
  EXPECT_EQ(committer.attempts, 0);
  timers.pass(std::chrono::seconds{10});
  EXPECT_EQ(committer.attempts, 1);
  committer.succeed();
  EXPECT_EQ(cycle.trouble(), "");
  EXPECT_EQ(statuses, 2);
  EXPECT_EQ(cycle.counts().outages, 1U);

  committer.check_error.reset();
  cycle.check(note);
  EXPECT_EQ(answers.back(), "ready");
}

}  // namespace
}  // namespace fedwatt::hub
