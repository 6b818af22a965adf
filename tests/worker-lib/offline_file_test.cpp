#include "session/offline_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "fedwatt/protocol/codec.h"

namespace fedwatt::session {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class OfflineFileTest : public testing::Test {
 protected:
  OfflineFileTest() {
    std::string pattern = (fs::temp_directory_path() / "fedwatt-offline-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~OfflineFileTest() override {
    fs::permissions(folder_, fs::perms::owner_all);
    fs::remove_all(folder_);
  }

  std::string path(const std::string& name = "reports.jsonl") const { return folder_ / name; }

  static LeftOver left_over(int reports = 2) {
    LeftOver left;
    left.hello.run = "digits";
    left.hello.worker = "hospital-3";
    left.hello.session = "5f3a9c0d12e4b678";
    left.hello.token = "s3cret";
    left.messages.emplace_back(protocol::RoundPlan{1, {"hospital-3"}});
    for (int seq = 1; seq <= reports; ++seq) {
      protocol::Report report;
      report.seq = seq;
      left.messages.emplace_back(report);
    }
    left.bye = "finished";
    return left;
  }

  static std::vector<std::string> lines_of(const std::string& path) {
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }
  std::set<std::string> names() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) names.insert(entry.path().filename());
    return names;
  }

  fs::path folder_;
};

TEST_F(OfflineFileTest, IsJsonLinesOfTheWire) {
  const LeftOver left = left_over();
  ASSERT_EQ(write_offline_file(path(), left), path());
  std::vector<protocol::WorkerMessage> read;
  for (const auto& line : lines_of(path())) {
    const auto decoded = protocol::decode_worker_frame(line);
    ASSERT_EQ(decoded.size(), 1U) << line;
    ASSERT_TRUE(decoded[0]) << line << decoded[0].error().message;
    read.push_back(*decoded[0]);
  }
  protocol::WorkerHello hello = left.hello;
  hello.token.clear();
  EXPECT_THAT(
      read,
      ElementsAre(protocol::WorkerMessage(hello), std::get<protocol::RoundPlan>(left.messages[0]),
                  std::get<protocol::Report>(left.messages[1]),
                  std::get<protocol::Report>(left.messages[2]), protocol::Bye{"finished"}));
  EXPECT_THAT(names(), ElementsAre("reports.jsonl")) << "nothing else is left behind";
}

TEST_F(OfflineFileTest, HoldsNoToken) {
  ASSERT_TRUE(write_offline_file(path(), left_over()));
  for (const auto& line : lines_of(path())) EXPECT_THAT(line, Not(HasSubstr("s3cret")));
}

TEST_F(OfflineFileTest, NeverOverwrites) {
  EXPECT_EQ(write_offline_file(path(), left_over(1)), path());
  EXPECT_EQ(write_offline_file(path(), left_over(2)), path() + ".1");
  EXPECT_EQ(write_offline_file(path(), left_over(3)), path() + ".2");
  EXPECT_EQ(lines_of(path()).size(), 4U);  // hello, plan, report, bye
  EXPECT_EQ(lines_of(path() + ".1").size(), 5U);
  EXPECT_EQ(lines_of(path() + ".2").size(), 6U);
}

TEST_F(OfflineFileTest, LeavesThePartOfAnotherAlone) {
  std::ofstream(path() + ".part") << "half of a report";
  EXPECT_EQ(write_offline_file(path(), left_over()), path() + ".1");
  EXPECT_THAT(lines_of(path() + ".part"), ElementsAre("half of a report"));
}

TEST_F(OfflineFileTest, ManyWritersAtOnceEachHaveTheirOwn) {
  constexpr int kWriters = 16;
  std::atomic<int> written = 0;
  std::vector<std::thread> threads;
  threads.reserve(kWriters);
  for (int i = 0; i < kWriters; ++i) {
    threads.emplace_back([&] { written += write_offline_file(path(), left_over(50)) ? 1 : 0; });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(written, kWriters);
  const auto all = names();
  EXPECT_EQ(all.size(), static_cast<std::size_t>(kWriters));
  for (const auto& name : all) EXPECT_EQ(lines_of(path(name)).size(), 53U) << name;
}

TEST_F(OfflineFileTest, SaysWhyItCannotBeWritten) {
  const auto missing = write_offline_file(path("no/such/folder/file"), left_over());
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error(), HasSubstr("No such file or directory"));
}

TEST_F(OfflineFileTest, AFullDiskLeavesNothingBehind) {
  // As full: no file of this process may grow past a kilobyte.
  struct rlimit before {};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small { 1'024, before.rlim_max };
  ::setrlimit(RLIMIT_FSIZE, &small);
  const auto written = write_offline_file(path(), left_over(100));
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error(), HasSubstr("File too large"));
  EXPECT_THAT(names(), testing::IsEmpty());
}

TEST_F(OfflineFileTest, APlanThatNoFrameCanHoldIsLeftOut) {
  LeftOver left = left_over(1);
  const std::vector<std::string> many(10'000, std::string(100, 'w'));
  left.messages.emplace_back(protocol::RoundPlan{2, many});
  ASSERT_TRUE(write_offline_file(path(), left));
  EXPECT_EQ(lines_of(path()).size(), 4U);
}

TEST_F(OfflineFileTest, SaysHowToBringItIn) {
  const Kept kept = keep_offline(path(), left_over(2));
  EXPECT_EQ(kept.reports, 2U);
  EXPECT_EQ(kept.line,
            "2 reports did not reach the hub; `fedwatt import " + path() + "` brings them to one");
  EXPECT_THAT(keep_offline(path("it's mine"), left_over()).line,
              HasSubstr("'" + folder_.string() + "/it'\\''s mine'"));
}

TEST_F(OfflineFileTest, SaysWhatIsLostAndWhatWouldHaveKeptIt) {
  const Kept lost = keep_offline("", left_over(1));
  EXPECT_EQ(lost.reports, 0U);
  EXPECT_THAT(lost.line, StartsWith("1 report did not reach the hub and is lost;"));
  EXPECT_THAT(lost.line, HasSubstr("offline_file"));
  const Kept failed = keep_offline(path("no/file"), left_over(2));
  EXPECT_EQ(failed.reports, 0U);
  EXPECT_THAT(failed.line,
              StartsWith("2 reports did not reach the hub and are lost: cannot write"));
}

}  // namespace
}  // namespace fedwatt::session
