#include "session/conversation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace fedwatt::session {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ConversationTest : public ::testing::Test {
 protected:
  ConversationTest()
      : state_({.messages = 1'000}),
        conversation_(state_, {hello(), nullptr}, send(), log(), clock()) {}

  static protocol::WorkerHello hello() {
    protocol::WorkerHello hello;
    hello.run = "digits";
    hello.worker = "a";
    return hello;
  }
  Conversation::Send send() {
    return [this](std::string frame) { frames_.push_back(json::parse(frame)); };
  }
  Conversation::Log log() {
    return [this](std::string_view line) { lines_.emplace_back(line); };
  }
  static Conversation::WallClock clock() {
    return [] { return protocol::Timestamp(std::chrono::milliseconds(1'500)); };
  }

  void connect(const std::string& run_id = "r-1", int last_seq = 0) {
    conversation_.on_up();
    welcome(run_id, last_seq);
  }
  void welcome(const std::string& run_id, int last_seq) {
    conversation_.on_frame(json{{"type", "welcome"},
                                {"run_id", run_id},
                                {"last_seq", last_seq},
                                {"directive", "run"},
                                {"server_time", "2026-01-01T00:00:00.000Z"}}
                               .dump());
  }
  void make_reports(int count) {
    for (int made = 0; made < count; ++made) state_.outbox.add(protocol::Report());
    conversation_.pump();
  }

  SharedState state_;
  std::vector<json> frames_;
  std::vector<std::string> lines_;
  Conversation conversation_;
};

TEST_F(ConversationTest, BeginsWithHelloAndNothingElseBeforeTheWelcome) {
  make_reports(1);
  conversation_.on_up();
  conversation_.acknowledge({"c-1", protocol::DirectiveState::kPaused, 1});
  conversation_.say_bye("finished");
  ASSERT_EQ(frames_.size(), 1U);
  EXPECT_EQ(frames_[0].at("type"), "hello");
  EXPECT_EQ(frames_[0].at("sent_at"), "1970-01-01T00:00:01.500Z");
  EXPECT_TRUE(frames_[0].at("run_id").is_null());
  welcome("r-1", 0);
  ASSERT_EQ(frames_.size(), 2U);
  EXPECT_EQ(frames_[1].at("type"), "report");
  EXPECT_TRUE(state_.welcomed);
}

TEST_F(ConversationTest, ComesBackToItsVeryRun) {
  connect("r-1");
  conversation_.on_down({"the connection broke", 0, false, {}});
  EXPECT_FALSE(state_.welcomed);
  conversation_.on_up();
  EXPECT_EQ(frames_.back().at("run_id"), "r-1");
}

TEST_F(ConversationTest, JoinsByNameAHubThatDoesNotKnowItsRun) {
  connect("r-1");
  conversation_.on_down({"the connection broke", 0, false, {}});
  conversation_.on_up();
  conversation_.on_frame(R"({"type":"error","code":"unknown_run","message":"no such run"})");
  EXPECT_EQ(frames_.back().at("type"), "hello");
  EXPECT_TRUE(frames_.back().at("run_id").is_null());
  const auto greetings = frames_.size();
  conversation_.on_frame(R"({"type":"error","code":"unknown_run","message":"no such run"})");
  EXPECT_EQ(frames_.size(), greetings);  // it has nothing more to offer
}

TEST_F(ConversationTest, PutsReportsThatWaitIntoFramesThatTheHubTakes) {
  make_reports(500);
  connect();
  std::size_t reports = 0;
  for (std::size_t frame = 1; frame < frames_.size(); ++frame) {
    EXPECT_LT(frames_[frame].dump().size(), 64U * 1024);
    reports += frames_[frame].is_array() ? frames_[frame].size() : 1;
  }
  EXPECT_EQ(reports, 256U);  // the window
  EXPECT_LT(frames_.size(), 20U);
  conversation_.on_frame(R"({"type":"ack","seq":256})");
  EXPECT_EQ(state_.outbox.counts().acknowledged, 256U);
  EXPECT_EQ(frames_.back().back().at("seq"), 500);
}

TEST_F(ConversationTest, LeavesOutAPlanThatTheHubWouldRefuse) {
  connect();
  protocol::RoundPlan plan{1, {}};
  plan.selected.assign(1'000, std::string(100, 'x'));
  state_.outbox.add(plan);
  make_reports(1);
  EXPECT_EQ(frames_.back().at("type"), "report");
  EXPECT_THAT(lines_.back(), HasSubstr("left out"));
}

TEST_F(ConversationTest, CountsARejectionAndLogsWhy) {
  connect();
  make_reports(2);
  conversation_.on_frame(
      R"({"type":"error","code":"invalid_report","message":"accuracy 1.7 is too much","seq":1})");
  EXPECT_EQ(state_.outbox.counts().rejected, 1U);
  EXPECT_THAT(lines_.back(), HasSubstr("accuracy 1.7 is too much"));
  conversation_.on_frame(R"({"type":"error","code":"whatever","message":"about nothing"})");
  EXPECT_EQ(state_.outbox.counts().rejected, 1U);
}

TEST_F(ConversationTest, SurvivesWhateverTheHubSends) {
  connect();
  const auto before = frames_.size();
  for (const char* frame : {"", "nonsense", "{}", "[]", "[1,2]", R"({"type":"ack"})", "\xff\xfe",
                            R"({"type":"ack","seq":"x"})", R"({"type":"unheard_of"})",
                            R"({"type":"welcome"})", R"({"type":"directive","directive":"fly"})"}) {
    EXPECT_NO_THROW(conversation_.on_frame(frame)) << frame;
  }
  EXPECT_EQ(frames_.size(), before);
  EXPECT_TRUE(state_.welcomed);
}

TEST_F(ConversationTest, ObeysAnOrderAndAcknowledgesWhatHoldsAtOnce) {
  connect();
  conversation_.on_frame(
      R"({"type":"directive","directive":"pause","command":"c-1","applies_at":"coordinator"})");
  EXPECT_EQ(frames_.back().at("type"), "directive_ack");
  EXPECT_EQ(frames_.back().at("state"), "informed");
  const auto before = frames_.size();
  conversation_.on_frame(R"({"type":"directive","directive":"stop","command":"c-2"})");
  EXPECT_EQ(frames_.size(), before);  // not before the checkpoint
  EXPECT_EQ(state_.control.verdict(), Control::Verdict::kStop);
}

TEST_F(ConversationTest, LogsEachReasonOfALossOnce) {
  conversation_.on_down({"cannot reach it", 0, false, {}});
  conversation_.on_down({"cannot reach it", 0, false, {}});
  EXPECT_EQ(lines_.size(), 1U);
  conversation_.on_down({"closed with 3501", 3501, true, {}});
  EXPECT_EQ(lines_.size(), 2U);
  EXPECT_THAT(lines_.back(), HasSubstr("not trying again"));
  EXPECT_TRUE(state_.gone_for_good);
  EXPECT_THAT(frames_, IsEmpty());
}

}  // namespace
}  // namespace fedwatt::session
