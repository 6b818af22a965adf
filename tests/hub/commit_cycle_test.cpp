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
  CommitCycle cycle{
      committer,
      timers,
      {[this] { return tell("published"); }, [this](const StoreError&) { ++failures; }}};
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

TEST_F(CommitCycleTest, SaysWhenTooMuchIsWaiting) {
  add(1);
  cycle.go();
  std::int64_t offset = 1;
  while (!cycle.full() && offset < 1'000'000) add(++offset);
  EXPECT_LT(offset, 1'000'000);
  committer.succeed();
  EXPECT_FALSE(cycle.full());
}

}  // namespace
}  // namespace fedwatt::hub
