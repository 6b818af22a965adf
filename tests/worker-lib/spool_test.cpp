#include "session/spool.h"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>

#include "spool_folder.h"

namespace fedwatt::session {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SpoolTest : public fedwatt::testing::SpoolFolder {
 protected:
  static protocol::WorkerHello hello(const std::string& worker = "hospital-3") {
    protocol::WorkerHello hello;
    hello.run = "digits";
    hello.worker = worker;
    hello.session = "5f3a9c0d12e4b678";
    return hello;
  }
  Spool::Opened open(milliseconds retry_after = milliseconds(0)) {
    auto opened = Spool::open(folder(), hello(), logger(), retry_after);
    EXPECT_TRUE(opened) << opened.error();
    return opened ? *std::move(opened) : Spool::Opened();
  }
  std::string problem(const protocol::WorkerHello& whose = hello()) {
    auto opened = Spool::open(folder(), whose, logger());
    return opened ? "" : opened.error();
  }
  static void add(Outbox& outbox, int reports) {
    for (int made = 0; made < reports; ++made) {
      protocol::Report report;
      report.round = static_cast<std::int64_t>(outbox.last_ticket()) + 1;
      outbox.add(report);
    }
  }
  // As a process that is killed leaves it.
  void leave(int reports) {
    auto opened = open();
    Outbox outbox({});
    add(outbox, reports);
    opened.spool->begin_anew(hello(), outbox.snapshot());
    EXPECT_TRUE(opened.spool->is_whole());
  }
};

TEST_F(SpoolTest, WhatOneProcessLeftTheNextOneHas) {
  EXPECT_FALSE(open().hello) << "nothing was left yet";
  leave(3);
  const auto opened = open();
  ASSERT_TRUE(opened.hello);
  EXPECT_EQ(opened.hello->session, hello().session);
  EXPECT_EQ(opened.left.waiting.size(), 3U);
}

TEST_F(SpoolTest, OnlyWhatChangesIsWritten) {
  auto opened = open();
  Outbox outbox({});
  add(outbox, 100);
  opened.spool->begin_anew(hello(), outbox.snapshot());
  const auto before = fs::file_size(file());
  add(outbox, 1);
  opened.spool->add(outbox.take_changes());
  EXPECT_LT(fs::file_size(file()), before + 500);
  opened.spool->add(outbox.take_changes());  // nothing
  opened = {};
  EXPECT_EQ(open().left.waiting.size(), 101U);
}

TEST_F(SpoolTest, ItsSizeIsBoundedByWhatWaits) {
  auto opened = open();
  Outbox outbox({});
  outbox.welcomed("r", 0);
  std::uintmax_t largest = 0;
  for (int made = 0; made < 20'000; ++made) {
    add(outbox, 1);
    const auto sent = outbox.next();
    if (opened.spool->wants_all()) {
      opened.spool->begin_anew(hello(), outbox.snapshot());
    } else {
      opened.spool->add(outbox.take_changes());
    }
    outbox.acknowledged(sent->seq);
    if (made % 100 == 0) largest = std::max(largest, fs::file_size(file()));
  }
  EXPECT_GT(largest, 800'000U) << "so it was begun anew more than once";
  EXPECT_LT(largest, 1'100'000U);
  EXPECT_TRUE(opened.spool->is_whole());
}

TEST_F(SpoolTest, NothingIsLeftBehindWhereNothingWaits) {
  auto opened = open();
  Outbox outbox({});
  add(outbox, 1);
  opened.spool->begin_anew(hello(), outbox.snapshot());
  opened.spool->remove();
  opened = {};
  EXPECT_TRUE(is_empty());
}

TEST_F(SpoolTest, ASecondUserIsRefusedInThisProcessAndInAnother) {
  leave(1);
  auto opened = open();
  EXPECT_THAT(problem(), HasSubstr("is in use: this process uses it already"));
  EXPECT_EQ(problem(hello("hospital-4")), "") << "another worker has another one";
  const pid_t child = ::fork();
  if (child == 0) {
    const bool refused = problem().find("another process uses it") != std::string::npos;
    ::_exit(refused ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_FALSE(read_spool(file())) << "an import leaves it alone, too";
  opened = {};
  EXPECT_EQ(problem(), "");
  EXPECT_TRUE(read_spool(file()));
}

TEST_F(SpoolTest, ATornEndIsCutAndTold) {
  leave(2);
  std::ofstream(file(), std::ios::app | std::ios::binary) << "half a reco";
  EXPECT_EQ(open().left.waiting.size(), 2U);
  EXPECT_THAT(log(), HasSubstr("the last 11 bytes of the spool"));
  EXPECT_EQ(file(".damaged"), "");
}

TEST_F(SpoolTest, ADamagedOneIsPutAsideAndTheRestIsUsed) {
  leave(2);
  {
    std::fstream damaged(file(), std::ios::in | std::ios::out | std::ios::binary);
    damaged.seekp(30);
    damaged.put('~');
  }
  auto opened = open();
  EXPECT_FALSE(opened.hello);
  EXPECT_THAT(log(), HasSubstr("is damaged"));
  opened.spool->begin_anew(hello(), {});
  EXPECT_NE(file(".damaged"), "");
}

TEST_F(SpoolTest, AnEmptyOneHoldsNothing) {
  leave(1);
  fs::resize_file(file(), 0);
  EXPECT_FALSE(open().hello);
}

TEST_F(SpoolTest, AForeignFileUnderItsNameIsLeftAlone) {
  leave(1);
  const std::string path = file();
  std::ofstream(path, std::ios::trunc) << "something else";
  EXPECT_THAT(problem(), HasSubstr("was left as it is: it is no spool"));
  EXPECT_EQ(fs::file_size(path), 14U);
}

TEST_F(SpoolTest, AFolderThatCannotBeIsSaid) {
  std::ofstream(folder() + "/file") << "";
  EXPECT_THAT(Spool::open(folder() + "/file/below", hello(), logger()).error(),
              HasSubstr("cannot be made"));
}

// A limit on the size of files is a disk that is full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  void (*const handler_)(int);
  rlimit before_{};
};

TEST_F(SpoolTest, AFullDiskIsToldOnceAndEndsByItself) {
  auto opened = open();
  Spool& spool = *opened.spool;
  Outbox outbox({});
  add(outbox, 10);
  spool.begin_anew(hello(), outbox.snapshot());
  {
    const FullDisk full(fs::file_size(file()) + 100);
    for (int more = 0; more < 3; ++more) {
      add(outbox, 1);
      spool.add(outbox.take_changes());
      if (spool.wants_all()) spool.begin_anew(hello(), outbox.snapshot());
      EXPECT_FALSE(spool.is_whole());
    }
  }
  EXPECT_EQ(spool.failures(), 1U);
  EXPECT_THAT(log(), HasSubstr("cannot be written (File too large)"));
  EXPECT_EQ(read_spool(file()).has_value(), false) << "this process has it";
  ASSERT_TRUE(spool.wants_all());
  spool.begin_anew(hello(), outbox.snapshot());
  EXPECT_TRUE(spool.is_whole());
  EXPECT_THAT(log(), HasSubstr("is written again"));
  opened = {};
  EXPECT_EQ(open().left.waiting.size(), 13U);
}

TEST_F(SpoolTest, WhatWasWrittenBeforeTheDiskWasFullIsStillThere) {
  auto opened = open(std::chrono::hours(1));
  Outbox outbox({});
  add(outbox, 10);
  opened.spool->begin_anew(hello(), outbox.snapshot());
  {
    const FullDisk full(fs::file_size(file()) + 100);
    add(outbox, 1);
    opened.spool->add(outbox.take_changes());
  }
  EXPECT_FALSE(opened.spool->wants_all()) << "not at once";
  opened = {};
  EXPECT_EQ(open().left.waiting.size(), 10U);
}

TEST_F(SpoolTest, BeforeSomethingIsSentThatItCannotNoteItGoes) {
  leave(10);
  auto opened = open(std::chrono::hours(1));
  Outbox outbox({});
  outbox.restore(std::move(opened.left));
  {
    const FullDisk full(0);
    opened.spool->begin_anew(hello(), outbox.snapshot());
  }
  EXPECT_FALSE(opened.spool->is_whole());
  opened.spool->withdraw();
  opened = {};
  EXPECT_FALSE(open().hello) << "else they would be sent twice";
}

TEST_F(SpoolTest, AnImportGetsTheReportsNumbered) {
  leave(3);
  const auto left = read_spool(file());
  ASSERT_TRUE(left) << left.error();
  EXPECT_TRUE(is_spool(file()));
  std::vector<std::int64_t> numbers;
  for (const auto& each : left->messages) numbers.push_back(std::get<protocol::Report>(each).seq);
  EXPECT_THAT(numbers, ElementsAre(1, 2, 3));
  EXPECT_EQ(left->hello.session, hello().session);
}

}  // namespace
}  // namespace fedwatt::session
