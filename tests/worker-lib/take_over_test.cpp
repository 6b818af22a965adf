#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "session/offline_file.h"
#include "session/outbox.h"

// A worker that is one process after the other: what one had to leave in its offline file, the next
// one takes out and sends.

namespace fedwatt::session {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

protocol::Report report(std::int64_t round) {
  protocol::Report made;
  made.round = round;
  made.round_complete = true;
  return made;
}

// Rounds and numbers of what is sent; a plan has the number 0.
std::vector<std::pair<std::int64_t, std::int64_t>> send_all(Outbox& outbox) {
  std::vector<std::pair<std::int64_t, std::int64_t>> sent;
  while (const auto message = outbox.next()) {
    const auto* made = std::get_if<protocol::Report>(&*message);
    sent.emplace_back(made ? made->round : std::get<protocol::RoundPlan>(*message).round,
                      made ? made->seq : 0);
  }
  return sent;
}

class TakeOverTest : public testing::Test {
 public:
  TakeOverTest() {
    std::string pattern = (fs::temp_directory_path() / "fedwatt-take-over-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    hello_.run = "digits";
    hello_.worker = "node-1";
    hello_.session = "the process before";
  }
  ~TakeOverTest() override { fs::remove_all(folder_); }

 protected:
  // Ends a process: what its outbox still holds goes to the file.
  void leave(Outbox& outbox) {
    protocol::WorkerHello hello = hello_;
    if (!outbox.run_id().empty()) hello.run_id = outbox.run_id();
    ASSERT_EQ(write_offline_file(path(), {hello, outbox.rest(), "until its next message"}), path());
  }
  // Begins the next one.
  void enter(Outbox& outbox) {
    const auto left = take_offline_file(path(), hello_);
    ASSERT_TRUE(left) << left.error();
    ASSERT_TRUE(*left);
    outbox.take_over((*left)->hello.run_id.value_or(""), (*left)->messages);
  }
  std::string path() const { return folder_ / "node-1.jsonl"; }

  fs::path folder_;
  protocol::WorkerHello hello_;
};

TEST_F(TakeOverTest, NothingWhereNothingWasLeft) {
  const auto left = take_offline_file(path(), hello_);
  ASSERT_TRUE(left);
  EXPECT_FALSE(*left);
}

TEST_F(TakeOverTest, ReportsThatTheHubNeverNumberedComeBeforeTheNewOnes) {
  Outbox first(100);
  first.add(protocol::RoundPlan{3, {"node-1"}});
  first.add(report(3));
  leave(first);
  Outbox second(100);
  enter(second);
  EXPECT_FALSE(fs::exists(path())) << "it is the second one's now";
  second.add(report(4));
  second.welcomed("r-1", 6);  // an even earlier process had sent six
  EXPECT_THAT(send_all(second), ElementsAre(std::pair(3, 0), std::pair(3, 7), std::pair(4, 8)));
}

TEST_F(TakeOverTest, GoesThroughAnyNumberOfProcesses) {
  for (int round = 1; round <= 3; ++round) {
    Outbox outbox(100);
    if (round > 1) enter(outbox);
    outbox.add(report(round));
    leave(outbox);
  }
  Outbox last(100);
  enter(last);
  EXPECT_EQ(last.waiting(), 3U);
  last.welcomed("r-1", 0);
  EXPECT_THAT(send_all(last), ElementsAre(std::pair(1, 1), std::pair(2, 2), std::pair(3, 3)));
}

TEST_F(TakeOverTest, WhatTheHubHadCommittedWithoutSayingSoIsNotSentAgain) {
  Outbox first(100);
  first.welcomed("r-1", 4);
  for (int round = 1; round <= 3; ++round) first.add(report(round));
  send_all(first);  // numbers 5, 6 and 7
  leave(first);
  Outbox second(100);
  enter(second);
  second.add(report(4));
  second.welcomed("r-1", 6);  // 5 and 6 had arrived
  EXPECT_THAT(send_all(second), ElementsAre(std::pair(3, 7), std::pair(4, 8)));
}

TEST_F(TakeOverTest, AHubThatLostItsDatabaseGetsThemUnderNewNumbers) {
  Outbox first(100);
  first.welcomed("r-1", 4);
  first.add(report(1));
  send_all(first);
  leave(first);
  Outbox second(100);
  enter(second);
  second.welcomed("r-2", 0);
  EXPECT_THAT(send_all(second), ElementsAre(std::pair(1, 1)));
}

TEST_F(TakeOverTest, AnothersFileIsLeftAlone) {
  Outbox first(100);
  first.add(report(1));
  leave(first);
  protocol::WorkerHello other = hello_;
  other.worker = "node-2";
  const auto left = take_offline_file(path(), other);
  ASSERT_FALSE(left);
  EXPECT_THAT(left.error(), HasSubstr("it is of worker node-1 of run digits"));
  EXPECT_TRUE(fs::exists(path()));
}

TEST_F(TakeOverTest, AFileThatIsNotWholeIsLeftAlone) {
  Outbox first(100);
  first.add(report(1));
  leave(first);
  fs::resize_file(path(), fs::file_size(path()) - 5);
  EXPECT_FALSE(take_offline_file(path(), hello_));
  std::ofstream(path()) << "not JSON";
  EXPECT_FALSE(take_offline_file(path(), hello_));
  std::ofstream(path(), std::ios::trunc).close();
  EXPECT_FALSE(take_offline_file(path(), hello_));
  EXPECT_TRUE(fs::exists(path()));
}

}  // namespace
}  // namespace fedwatt::session
