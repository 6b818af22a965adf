#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>

#include "worker_at_hub.h"

namespace fedwatt {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using ::testing::HasSubstr;
using testing::kDeadline;
using testing::next;
using testing::options_for;
using testing::PeerProcess;
using testing::quick;
using testing::train_round;

// A folder for one offline file, and what was logged.
class OfflineWorker : public ::testing::Test {
 protected:
  OfflineWorker() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fedwatt-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~OfflineWorker() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return folder_ / "reports.jsonl"; }
  WorkerOptions options(const std::string& url) {
    WorkerOptions options = options_for(url);
    options.offline_file = path();
    options.log = [this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      log_ += line;
      log_ += '\n';
    };
    return options;
  }
  std::string log() {
    const std::lock_guard lock(mutex_);
    return log_;
  }
  std::vector<json> lines() const {
    std::ifstream file(path());
    std::vector<json> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(json::parse(line));
    return lines;
  }

 private:
  std::filesystem::path folder_;
  std::mutex mutex_;
  std::string log_;  // guarded by mutex_
};

TEST_F(OfflineWorker, WhatNoHubTookIsInTheFile) {
  WorkerImpl worker(options("ws://127.0.0.1:1"), quick());
  train_round(worker, 1);
  train_round(worker, 2);
  EXPECT_FALSE(worker.close(milliseconds(0), "finished"));
  EXPECT_EQ(worker.stats().reports_offline, 2U);
  EXPECT_EQ(worker.stats().reports_waiting, 0U);
  const auto written = lines();
  ASSERT_EQ(written.size(), 4U);
  EXPECT_EQ(written[0].at("run_id"), nullptr);
  EXPECT_THAT(std::string(written[0].at("session")), ::testing::MatchesRegex("[0-9a-f]{16}"));
  EXPECT_EQ(written[1].at("seq"), 1);
  EXPECT_EQ(written[2].at("seq"), 2);
  EXPECT_EQ(written[3].at("reason"), "finished");
  EXPECT_THAT(log(), HasSubstr("2 reports did not reach the hub; `fedwatt import " + path()));
}

TEST_F(OfflineWorker, WhatTheHubHadSeenKeepsItsRunSessionAndNumbers) {
  PeerProcess hub("fake_hub.py");
  WorkerImpl worker(options(hub.url()), quick());
  const json hello = next(hub, "hello");
  train_round(worker, 1);
  EXPECT_TRUE(worker.flush(kDeadline));
  hub.tell("acks off");
  hub.line_with("did acks");
  train_round(worker, 2);
  const auto seq = next(hub, "report").at("seq");
  EXPECT_FALSE(worker.close(milliseconds(0), "finished"));
  const auto written = lines();
  ASSERT_EQ(written.size(), 3U);
  EXPECT_TRUE(written[0].at("run_id").is_string());
  EXPECT_EQ(written[0].at("session"), hello.at("session"));
  EXPECT_EQ(written[1].at("seq"), seq) << "which the hub may have, or not";
  EXPECT_EQ(written[1].at("round"), 2);
}

TEST_F(OfflineWorker, NothingIsWrittenWhereNothingIsLeft) {
  PeerProcess hub("fake_hub.py");
  WorkerImpl worker(options(hub.url()), quick());
  train_round(worker, 1);
  EXPECT_TRUE(worker.close(kDeadline, "finished"));
  EXPECT_FALSE(std::filesystem::exists(path()));
  EXPECT_EQ(worker.stats().reports_offline, 0U);
}

TEST_F(OfflineWorker, WithoutTheOptionTheLogSaysWhatIsLost) {
  WorkerOptions without = options("ws://127.0.0.1:1");
  without.offline_file.clear();
  WorkerImpl worker(without, quick());
  train_round(worker, 1);
  EXPECT_FALSE(worker.close(milliseconds(0), "finished"));
  EXPECT_THAT(log(), HasSubstr("1 report did not reach the hub and is lost"));
  EXPECT_THAT(log(), HasSubstr("offline_file"));
  EXPECT_EQ(worker.stats().reports_waiting, 1U);
}

}  // namespace
}  // namespace fedwatt
