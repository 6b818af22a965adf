#include "input/log_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedwatt/protocol/codec.h"
#include "sample_run.h"

namespace fedwatt::viewer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

protocol::EventView event(int offset, double at, const std::string& kind,
                          const std::string& message) {
  auto made = sample::event(offset, message);
  made.at = sample::at(at);
  made.kind = kind;
  return made;
}

class LogLines : public testing::Test {
 protected:
  LogLines() {
    auto snapshot = sample::snapshot();
    snapshot.run.offset = 300;
    model_.apply(snapshot.run, sample::at(100));
    auto pause = sample::command("c-1");
    pause.issued_at = sample::at(200);
    model_.apply(pause, sample::at(200));
    model_.apply(event(301, 199, "round_closed", "round 13 closed"), sample::at(200));
    model_.apply(event(302, 200, "command", "pause by ada"), sample::at(200));
    model_.apply(event(303, 201, "worker_lost", "hospital-4 is lost"), sample::at(201));
  }

  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (const auto& line : log_lines(model_, *model_.find_run("r-7f3a"), ui_)) {
      if (line.at() < sample::at(190)) continue;  // the sample's own
      all.push_back(line.command ? "command " + line.command->id : line.event->message);
    }
    return all;
  }

  ViewerModel model_ = sample::model();
  UiState ui_;
};

TEST_F(LogLines, CommandsStandWhereTheyWereGivenAndOnce) {
  EXPECT_THAT(texts(), ElementsAre("round 13 closed", "command c-1", "hospital-4 is lost"));
}

TEST_F(LogLines, CommandsAloneOrWhatHasTheLettersThatAreAskedFor) {
  ui_.only_commands = true;
  EXPECT_THAT(texts(), ElementsAre("command c-1"));
  ui_.only_commands = false;
  ui_.log_filter = "HOSPITAL";
  EXPECT_THAT(texts(), ElementsAre("hospital-4 is lost"));
  ui_.log_filter = "pause";
  EXPECT_THAT(texts(), ElementsAre("command c-1"));
}

TEST_F(LogLines, WhatIsKeptIsWhatTheHubTold) {
  const auto lines = log_export_lines(model_, *model_.find_run("r-7f3a"));
  ASSERT_GE(lines.size(), 3U);
  for (const auto& line : lines) {
    for (const auto& message : protocol::decode_hub_to_viewer_frame(line)) {
      EXPECT_TRUE(message) << line;
    }
  }
  EXPECT_THAT(lines.back(), HasSubstr("hospital-4 is lost"));
}

}  // namespace
}  // namespace fedwatt::viewer
