#include "import/importer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "import/offline_reader.h"
#include "offline_files.h"

namespace fedwatt::viewer {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// An importer whose connections end in the test.
class ImporterTest : public testing::Test {
 protected:
  void add(const std::string& name, const std::string& text) {
    auto file = check_offline_file(files.write(name, text));
    ASSERT_TRUE(file) << file.error();
    checked.push_back(*file);
  }
  void begin(const std::string& into = "", const std::string& as = "") {
    importer.emplace(checked, into, as, [this](std::size_t file, const std::string& frame) {
      const json sent = json::parse(frame);
      for (const auto& message : sent.is_array() ? sent : json::array({sent})) {
        all.emplace_back(file, message);
      }
    });
    for (std::size_t file = 0; file < checked.size(); ++file) importer->connected(file);
  }
  void answer(std::size_t file, const json& message) { importer->received(file, message.dump()); }
  void welcome(std::size_t file, const std::string& run_id = "r-1", std::int64_t last_seq = 0) {
    answer(file, {{"type", "welcome"},
                  {"run_id", run_id},
                  {"last_seq", last_seq},
                  {"directive", "run"},
                  {"server_time", "2026-01-01T00:00:00.000Z"}});
  }
  void ack(std::size_t file, std::int64_t seq) { answer(file, {{"type", "ack"}, {"seq", seq}}); }

  // What was sent since the last call, as "FILE type round-or-reason".
  std::vector<std::string> sent() {
    std::vector<std::string> what;
    for (const auto& [file, message] : std::exchange(all, {})) {
      std::string text = std::to_string(file) + " " + std::string(message.at("type"));
      if (message.contains("seq")) text += " " + message.at("seq").dump();
      if (message.contains("round")) text += " of " + message.at("round").dump();
      what.push_back(text);
    }
    return what;
  }

  OfflineFiles files;
  std::vector<ImportSource> checked;
  std::optional<Importer> importer;
  std::vector<std::pair<std::size_t, json>> all;
};

TEST_F(ImporterTest, SaysHelloForTheWorkerThenReportsThenBye) {
  add("a", hello_line("a", R"(,"sent_at":"2026-01-01T00:00:00.000Z")") + report_line(1, 1) + kBye);
  begin();
  const json hello = all.at(0).second;
  EXPECT_EQ(hello["import"], true);
  EXPECT_EQ(hello["session"], "s-a");
  EXPECT_EQ(hello["worker"], "a");
  EXPECT_EQ(hello["sent_at"], nullptr) << "the clock of long ago corrects nothing";
  EXPECT_THAT(sent(), ElementsAre("0 hello"));
  welcome(0);
  EXPECT_THAT(sent(), ElementsAre("0 report 1 of 1"));
  ack(0, 1);
  EXPECT_THAT(sent(), ElementsAre("0 bye"));
  EXPECT_FALSE(importer->over()) << "not before the hub has closed";
  importer->disconnected(0, "bye");
  EXPECT_TRUE(importer->over());
  const auto& outcome = importer->outcome(0);
  EXPECT_EQ(outcome.run_id, "r-1");
  EXPECT_EQ(outcome.added, 1);
  EXPECT_EQ(outcome.failure, "");
}

TEST_F(ImporterTest, FilesOfOneRunGoIntoTheFirstOnesRunAndAllAreWelcomedFirst) {
  add("a", hello_line("a") + report_line(1, 1) + kBye);
  add("b", hello_line("b") + report_line(1, 1) + kBye);
  begin();
  EXPECT_THAT(sent(), ElementsAre("0 hello"));
  welcome(0, "r-9");
  EXPECT_EQ(all.at(0).second["run_id"], "r-9");
  EXPECT_THAT(sent(), ElementsAre("1 hello"));
  welcome(1, "r-9");
  EXPECT_THAT(sent(), ElementsAre("0 report 1 of 1", "1 report 1 of 1"));
}

TEST_F(ImporterTest, AFileThatKnowsItsRunLeadsThoseThatDoNot) {
  add("a", hello_line("a") + kBye);
  add("b", hello_line("b", R"(,"run_id":"r-5")") + kBye);
  begin();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].second["run_id"], "r-5");
  EXPECT_EQ(all[1].second["run_id"], "r-5");
}

TEST_F(ImporterTest, GoesRoundByRoundOverAllFiles) {
  add("w", hello_line("w") + report_line(1, 1) + report_line(2, 2) + report_line(3, 3) + kBye);
  add("c", hello_line("c", R"(,"role":"coordinator")") + plan_line(1) + report_line(1, 1) +
               plan_line(2) + report_line(2, 2) + kBye);
  begin();
  welcome(0);
  welcome(1);
  // Round 3 is w's alone, and each file has a frame of its own.
  EXPECT_THAT(sent(), ElementsAre("0 hello", "1 hello", "0 report 1 of 1", "0 report 2 of 2",
                                  "0 report 3 of 3", "1 round_plan of 1", "1 report 1 of 1",
                                  "1 round_plan of 2", "1 report 2 of 2"));
  EXPECT_EQ(importer->settled(), 0);
  ack(0, 3);
  ack(1, 2);
  EXPECT_EQ(importer->settled(), importer->total());
  EXPECT_THAT(sent(), ElementsAre("0 bye", "1 bye"));
}

TEST_F(ImporterTest, NoFileRunsAheadOfTheOthersByMoreThanAWindow) {
  std::string quick = hello_line("quick");
  for (int seq = 1; seq <= 1'000; ++seq) quick += report_line(seq, 1 + seq);
  add("quick", quick + kBye);
  add("slow", hello_line("slow") + report_line(1, 1) + report_line(2, 900) + kBye);
  begin();
  welcome(0);
  welcome(1);
  EXPECT_EQ(sent().size(), 2U + 256U + 1U);  // hellos, a window, slow's round 1
  ack(0, 256);
  EXPECT_EQ(sent().size(), 256U);
}

TEST_F(ImporterTest, WhatTheHubHasIsNotSentAgain) {
  add("c", hello_line("c", R"(,"role":"coordinator")") + plan_line(1) + report_line(1, 1) +
               plan_line(2) + report_line(2, 2) + plan_line(3) + report_line(3, 3) + kBye);
  begin();
  sent();
  welcome(0, "r-1", 2);
  EXPECT_THAT(sent(), ElementsAre("0 round_plan of 3", "0 report 3 of 3"));
  EXPECT_EQ(importer->outcome(0).already_there, 2);
  ack(0, 3);
  EXPECT_EQ(importer->outcome(0).added, 1);
}

TEST_F(ImporterTest, AFileThatIsThereWholeOnlySaysByeAgain) {
  add("a", hello_line("a") + report_line(1, 1) + kBye);
  begin();
  sent();
  welcome(0, "r-1", 1);
  EXPECT_THAT(sent(), ElementsAre("0 bye"));
  EXPECT_EQ(importer->outcome(0).already_there, 1);
}

TEST_F(ImporterTest, RefusedReportsAreCountedWithTheirReasonsAndTheRestGoesOn) {
  add("a", hello_line("a") + report_line(1, 1) + report_line(2, 2) + kBye);
  begin();
  welcome(0);
  answer(0, {{"type", "error"}, {"code", "too_many"}, {"message", "no more rounds"}, {"seq", 2}});
  ack(0, 1);
  EXPECT_EQ(importer->outcome(0).added, 1);
  EXPECT_EQ(importer->outcome(0).refused, 1);
  EXPECT_THAT(importer->outcome(0).reasons, ElementsAre("report 2: no more rounds"));
  EXPECT_EQ(sent().back(), "0 bye");
}

TEST_F(ImporterTest, OneRefusedHelloSendsNothingOfAnyFile) {
  add("a", hello_line("a") + report_line(1, 1) + kBye);
  add("b", hello_line("b") + report_line(1, 1) + kBye);
  begin();
  welcome(0);
  sent();
  answer(1, {{"type", "error"}, {"code", "worker_came_back"}, {"message", "another process"}});
  EXPECT_TRUE(importer->over());
  EXPECT_THAT(sent(), IsEmpty());
  EXPECT_EQ(importer->outcome(1).failure, "another process");
  EXPECT_THAT(importer->outcome(0).failure,
              AllOf(HasSubstr("nothing of it was sent"), HasSubstr("b")));
  EXPECT_FALSE(importer->outcome(1).hub_lost);
}

TEST_F(ImporterTest, NumbersBeginAtOneUnderAnotherNameOrInAnotherRun) {
  const auto text =
      hello_line("a", R"(,"run_id":"r-1")") + report_line(41, 1) + report_line(43, 2) + kBye;
  add("a", text);
  begin("", "a-before");
  EXPECT_EQ(all.at(0).second["worker"], "a-before");
  welcome(0);
  EXPECT_THAT(sent(), ElementsAre("0 hello", "0 report 1 of 1", "0 report 3 of 2"));
  begin("r-2");
  welcome(0, "r-2", 1);  // the second time
  EXPECT_THAT(sent(), ElementsAre("0 hello", "0 report 3 of 2"));
  begin();
  welcome(0, "r-1", 40);
  EXPECT_THAT(sent(), ElementsAre("0 hello", "0 report 41 of 1", "0 report 43 of 2"));
}

TEST_F(ImporterTest, ALostHubIsSaidAndTheOtherFileGoesOn) {
  add("a", hello_line("a") + report_line(1, 1) + kBye);
  add("b", hello_line("b") + report_line(1, 1) + kBye);
  begin();
  welcome(0);
  welcome(1);
  importer->disconnected(0, "the hub closed with 1001");
  EXPECT_THAT(importer->outcome(0).failure, HasSubstr("give the same command again"));
  EXPECT_TRUE(importer->outcome(0).hub_lost);
  sent();
  ack(1, 1);
  EXPECT_THAT(sent(), ElementsAre("1 bye"));
}

TEST_F(ImporterTest, AConnectionThatDidNotComeAboutIsNoLoss) {
  add("a", hello_line("a") + kBye);
  importer.emplace(checked, "", "", [](std::size_t, const std::string&) {});
  importer->disconnected(0, "connection refused");
  EXPECT_FALSE(importer->over()) << "it tries again";
  importer->give_up("no hub answers");
  EXPECT_TRUE(importer->over());
  EXPECT_TRUE(importer->outcome(0).hub_lost);
}

TEST_F(ImporterTest, AFileThatChangedMeanwhileIsNotGoneOnWith) {
  add("a", hello_line("a") + report_line(1, 1) + report_line(2, 2) + kBye);
  begin();
  files.write("a", hello_line("a") + report_line(1, 1) + "{");
  welcome(0);
  EXPECT_THAT(importer->outcome(0).failure, HasSubstr("line 3"));
  EXPECT_THAT(importer->outcome(0).failure, HasSubstr("changed"));
}

}  // namespace
}  // namespace fedwatt::viewer
