#include "plain/plain_commands.h"

#include <gmock/gmock.h>

#include <sstream>
#include <utility>

#include "fake_hub.h"
#include "fedwatt/protocol/codec.h"
#include "fedwatt/protocol/policy_text.h"
#include "plain/policy_command.h"
#include "plain/run_until_command.h"

namespace fedwatt::viewer {
namespace {

using protocol::HubToViewer;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class PlainCommands : public testing::Test {
 protected:
  int run(int (*command)(const CommandLine&, std::ostream&, std::ostream&), CommandLine line,
          const FakeHub& hub) {
    line.hub.url = hub.url();
    return command(line, out_, err_);
  }

  // The lines of --json: each one is a message, and all that a message has.
  std::vector<HubToViewer> messages() const {
    std::vector<HubToViewer> messages;
    std::istringstream lines(out_.str());
    for (std::string line; std::getline(lines, line);) {
      for (const auto& message : protocol::decode_hub_to_viewer_frame(line)) {
        if (!message) {
          ADD_FAILURE() << message.error().message << " in " << line;
          continue;
        }
        EXPECT_EQ(protocol::encode(*message), line);
        messages.push_back(*message);
      }
    }
    return messages;
  }

  std::ostringstream out_;
  std::ostringstream err_;
};

CommandLine about(const std::string& run) {
  CommandLine line;
  line.viewer_name = "anna@lab";
  line.run = run;
  line.reason = "grid is dirty";
  return line;
}

CommandLine json_about(const std::string& run) {
  CommandLine line = about(run);
  line.json = true;
  return line;
}

template <class Message>
std::vector<Message> only(const std::vector<HubToViewer>& messages) {
  std::vector<Message> found;
  for (const auto& message : messages) {
    if (const auto* one = std::get_if<Message>(&message)) found.push_back(*one);
  }
  return found;
}

TEST_F(PlainCommands, RunsAsJsonAreTheirMessages) {
  const FakeHub hub({"--rounds", "1000"});
  EXPECT_EQ(run(list_runs, json_about(""), hub), kExitOk);
  const auto sent = messages();
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(only<protocol::RunView>(sent).at(0).name, "digits");
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(PlainCommands, AnEmptyListIsAnAnswer) {
  const FakeHub hub({"--empty"});
  EXPECT_EQ(run(list_runs, about(""), hub), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("No runs yet"));
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(PlainCommands, WatchAsJsonHasTheSnapshotAndWhatFollowsUntilTheEnd) {
  const FakeHub hub({"--rounds", "3", "--round-s", "0.3"});
  EXPECT_EQ(run(watch_run, json_about("digits"), hub), kExitOk);
  const auto sent = messages();
  const auto snapshots = only<protocol::Snapshot>(sent);
  ASSERT_THAT(snapshots, SizeIs(1));
  const auto rounds = only<protocol::RoundView>(sent);
  EXPECT_EQ(snapshots[0].rounds.size() + rounds.size(), 3U);
  const bool ended_before = snapshots[0].run.state == protocol::RunState::kFinished;
  const auto runs = only<protocol::RunView>(sent);
  EXPECT_TRUE(ended_before || runs.at(runs.size() - 1).state == protocol::RunState::kFinished);
}

TEST_F(PlainCommands, WatchOfAnUnknownRunIsAnError) {
  const FakeHub hub({});
  EXPECT_EQ(run(watch_run, about("nothing"), hub), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("No run is called nothing"));
  EXPECT_THAT(out_.str(), IsEmpty());
}

TEST_F(PlainCommands, WaitingForARunThatHasEndedShowsItsClosingTable) {
  const FakeHub hub({"--rounds", "1", "--round-s", "0"});
  CommandLine line = about("digits");
  EXPECT_EQ(run(watch_run, line, hub), kExitOk);  // now it has ended
  out_.str("");
  line.wait_for_run = true;
  EXPECT_EQ(run(watch_run, line, hub), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("digits (r-7f3a21c0), finished"));
}

TEST_F(PlainCommands, ACommandThatAllAcknowledgeSucceeds) {
  const FakeHub hub({"--rounds", "1000", "--round-s", "0.05"});
  EXPECT_EQ(run(give_command, json_about("digits"), hub), kExitOk);
  const auto statuses = only<protocol::CommandStatus>(messages());
  ASSERT_FALSE(statuses.empty());
  EXPECT_EQ(statuses.back().outcome, protocol::CommandOutcome::kAcknowledged);
  EXPECT_EQ(statuses.back().issued_by, "anna@lab");
  EXPECT_EQ(statuses.back().reason, "grid is dirty");
}

TEST_F(PlainCommands, AWorkerThatDoesNotAcknowledgeInTimeIsStatus2) {
  const FakeHub hub({"--rounds", "1000", "--round-s", "0.05", "--silent-worker", "hospital-4"});
  CommandLine line = about("digits");
  line.timeout_s = 3;
  EXPECT_EQ(run(give_command, line, hub), kExitNotAcknowledged);
  EXPECT_THAT(out_.str(), HasSubstr("4 of 5 acknowledged"));
  EXPECT_THAT(out_.str(), HasSubstr("pending       hospital-4"));
}

TEST_F(PlainCommands, ARefusedCommandIsStatus1) {
  const FakeHub hub({});
  EXPECT_EQ(run(give_command, about("nothing"), hub), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("No run is called nothing"));
}

CommandLine policy_change(const std::string& policies) {
  CommandLine line = about("digits");
  line.change.policies = *protocol::parse_policies(policies);
  return line;
}

TEST_F(PlainCommands, ChangedPoliciesAreShownAsTheyAreInForce) {
  const FakeHub hub({"--rounds", "1000"});
  EXPECT_EQ(run(change_policies, policy_change("budget:limit_g=500,limit_j=3.6e6"), hub), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("budget     pause at 500 gCO2e or 3.60 MJ, warn at 80 %\n"));
  EXPECT_THAT(out_.str(), HasSubstr("overruled by anna@lab: the policies only say what they would "
                                    "do, until `fedwatt policy hand-back`"));

  CommandLine removal = json_about("digits");
  removal.change.policies.confirm.emplace().after_rounds = 7;
  removal.change.remove = {protocol::PolicyKind::kBudget};
  removal.change.hand_back = true;
  removal.dry_run = true;
  out_.str("");
  EXPECT_EQ(run(change_policies, removal, hub), kExitOk);
  const auto sent = only<protocol::PoliciesSet>(messages());
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(protocol::policy_text(sent[0].policies), "confirm:after_rounds=7,dry_run=true");
  EXPECT_EQ(sent[0].overruled_by, "");

  out_.str("");
  EXPECT_EQ(run(show_policies, about("digits"), hub), kExitOk);
  EXPECT_EQ(out_.str(), "confirm    pause after 7 rounds, until an operator resumes (dry run)\n");
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(PlainCommands, PoliciesOfAnUnknownRunAreAnError) {
  const FakeHub hub({});
  CommandLine change = policy_change("target:value=0.9");
  change.run = "nothing";
  EXPECT_EQ(run(change_policies, change, hub), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("No run is called nothing"));
  err_.str("");
  EXPECT_EQ(run(show_policies, about("nothing"), hub), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("No run is called nothing"));
  EXPECT_THAT(out_.str(), IsEmpty());
}

CommandLine until(std::vector<UntilCondition> conditions) {
  CommandLine line = about("digits");
  line.reason = "";
  line.until = std::move(conditions);
  return line;
}
using Until = UntilCondition::Kind;

TEST_F(PlainCommands, RunUntilARoundIsGoodEnough) {
  const FakeHub hub({"--rounds", "1000", "--round-s", "0.05"});
  // 0.87 - 0.38 exp(-0.2 (r - 1)): 0.6993 in the fifth round, 0.7302 in the sixth.
  EXPECT_EQ(run(run_until, until({{Until::kAccuracy, 0.7}}), hub), kExitOk);
  EXPECT_EQ(out_.str(), "digits (r-7f3a21c0): accuracy 0.7 reached: 73.0 % in round 6\n");
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(PlainCommands, RunUntilStopsTheRunAndSaysWhy) {
  const FakeHub hub({"--rounds", "1000", "--round-s", "0.05"});
  CommandLine line = until({{Until::kAccuracy, 0.99}, {Until::kRound, 2}});
  line.until_action = protocol::Action::kStop;
  EXPECT_EQ(run(run_until, line, hub), kExitOk);
  EXPECT_THAT(out_.str(), HasSubstr("digits (r-7f3a21c0): round "));
  EXPECT_THAT(out_.str(), HasSubstr("stop digits: 5 of 5 acknowledged"));

  // It has ended now, and the other condition never held.
  out_.str("");
  EXPECT_EQ(run(run_until, until({{Until::kAccuracy, 0.99}}), hub), kExitEndedWithout);
  EXPECT_THAT(err_.str(), HasSubstr("digits (r-7f3a21c0) has ended (stopped), and nothing"));
  EXPECT_THAT(out_.str(), IsEmpty());

  err_.str("");
  EXPECT_EQ(run(run_until, line, hub), kExitOk);
  EXPECT_THAT(err_.str(), HasSubstr("no command is given"));
}

TEST_F(PlainCommands, RunUntilAsJsonIsTheConditionThenTheCommand) {
  const FakeHub hub({"--rounds", "1000", "--round-s", "0.05"});
  CommandLine line = until({{Until::kRound, 1}});
  line.json = true;
  line.until_action = protocol::Action::kPause;
  EXPECT_EQ(run(run_until, line, hub), kExitOk);
  EXPECT_THAT(out_.str(), testing::StartsWith(R"({"condition":"round","limit":1.0,"value":1.0,)"));
  out_.str(out_.str().substr(out_.str().find('\n') + 1));
  const auto sent = messages();
  const auto statuses = only<protocol::CommandStatus>(sent);
  EXPECT_EQ(statuses.size(), sent.size());
  ASSERT_FALSE(statuses.empty());
  EXPECT_EQ(statuses.back().outcome, protocol::CommandOutcome::kAcknowledged);
  EXPECT_EQ(statuses.back().reason, "run-until: round 1 closed");
}

TEST_F(PlainCommands, RunUntilAWorkerDoesNotAcknowledgeIsStatus2) {
  const FakeHub hub({"--rounds", "1000", "--round-s", "0.05", "--silent-worker", "hospital-4"});
  CommandLine line = until({{Until::kRound, 1}});
  line.until_action = protocol::Action::kPause;
  line.timeout_s = 1;
  EXPECT_EQ(run(run_until, line, hub), kExitNotAcknowledged);
}

TEST_F(PlainCommands, RunUntilGivesUpWhenItIsTold) {
  const FakeHub hub({"--rounds", "1000", "--round-s", "0.05"});
  CommandLine line = until({{Until::kAccuracy, 0.99}});
  line.until_timeout_s = 0.3;
  EXPECT_EQ(run(run_until, line, hub), kExitTimedOut);
  EXPECT_THAT(err_.str(), HasSubstr("goes on, and in time nothing"));
  line.run = "later";
  line.wait_for_run = true;
  EXPECT_EQ(run(run_until, line, hub), kExitTimedOut);
  EXPECT_THAT(err_.str(), HasSubstr("later has not come in time"));
}

TEST_F(PlainCommands, RunUntilAnAccuracyThatCannotBe) {
  const FakeHub hub({"--rounds", "1000"});
  EXPECT_EQ(run(run_until, until({{Until::kTarget, 90}}), hub), kExitError);
  EXPECT_THAT(err_.str(), HasSubstr("0.9 for 90 %"));
}

TEST_F(PlainCommands, RunUntilWaitsForTheRun) {
  const FakeHub hub({"--rounds", "3", "--round-s", "0.05"});
  CommandLine line = until({{Until::kEnded, 0}});
  line.wait_for_run = true;
  EXPECT_EQ(run(run_until, line, hub), kExitOk);
  EXPECT_EQ(out_.str(), "digits (r-7f3a21c0): the run has ended: finished\n");
}

TEST_F(PlainCommands, RunUntilOutlivesALostConnection) {
  const FakeHub hub({"--rounds", "1000", "--round-s", "0.1", "--cut-in-round", "20"});
  EXPECT_EQ(run(run_until, until({{Until::kRound, 25}}), hub), kExitOk);
  EXPECT_EQ(out_.str(), "digits (r-7f3a21c0): round 25 closed\n");
  EXPECT_THAT(err_.str(), HasSubstr("trying again"));
}

TEST_F(PlainCommands, NoHubIsStatus3) {
  CommandLine line = about("digits");
  line.hub.url = "ws://127.0.0.1:1";  // a port that needs privileges, and that nobody uses
  EXPECT_EQ(list_runs(line, out_, err_), kExitNoHub);
  line.until = {{Until::kEnded, 0}};
  EXPECT_EQ(run_until(line, out_, err_), kExitNoHub);
  EXPECT_THAT(err_.str(), HasSubstr("start a hub with"));
  EXPECT_THAT(out_.str(), IsEmpty());
}

}  // namespace
}  // namespace fedwatt::viewer
