#include "command_line.h"

#include <gmock/gmock.h>

namespace fedwatt::viewer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Verb = CommandLine::Verb;

const Defaults kDefaults{"ws://default:3000", "anna@lab"};

CommandLine parsed(const std::vector<std::string>& arguments) {
  const auto line = parse_command_line(arguments, kDefaults);
  EXPECT_TRUE(line) << (line ? "" : line.error().output);
  return line.value_or(CommandLine{});
}

EarlyExit refused(const std::vector<std::string>& arguments) {
  const auto line = parse_command_line(arguments, kDefaults);
  EXPECT_FALSE(line);
  return line ? EarlyExit{-1, ""} : line.error();
}

TEST(CommandLine, NothingOpensTheScreen) {
  const CommandLine line = parsed({});
  EXPECT_EQ(line.verb, Verb::kScreen);
  EXPECT_EQ(line.hub_url, "ws://default:3000");
  EXPECT_EQ(line.viewer_name, "anna@lab");
}

TEST(CommandLine, ANameOpensThatRun) {
  const CommandLine line = parsed({"digits", "--hub", "ws://other:1"});
  EXPECT_EQ(line.verb, Verb::kWatch);
  EXPECT_EQ(line.run, "digits");
  EXPECT_EQ(line.hub_url, "ws://other:1");
}

TEST(CommandLine, OptionsStandBeforeOrAfterTheCommand) {
  EXPECT_EQ(parsed({"--hub", "ws://x:1", "runs"}).hub_url, "ws://x:1");
  EXPECT_EQ(parsed({"runs", "--hub", "ws://x:1"}).hub_url, "ws://x:1");
  EXPECT_TRUE(parsed({"--json", "runs"}).json);
  EXPECT_TRUE(parsed({"runs", "--json"}).json);
  EXPECT_EQ(parsed({"runs"}).verb, Verb::kRuns);
}

TEST(CommandLine, Watch) {
  const CommandLine line = parsed({"watch", "digits", "--wait", "--plain"});
  EXPECT_EQ(line.verb, Verb::kWatch);
  EXPECT_EQ(line.run, "digits");
  EXPECT_TRUE(line.wait_for_run);
  EXPECT_TRUE(line.plain);
  EXPECT_FALSE(line.until_end_s);
  EXPECT_EQ(parsed({"watch", "runs"}).run, "runs");
}

TEST(CommandLine, UntilEndTakesSecondsOrNone) {
  EXPECT_EQ(parsed({"watch", "digits", "--until-end"}).until_end_s, 10);
  EXPECT_EQ(parsed({"watch", "digits", "--until-end", "--wait"}).until_end_s, 10);
  EXPECT_EQ(parsed({"watch", "digits", "--until-end", "2.5"}).until_end_s, 2.5);
  EXPECT_EQ(parsed({"digits", "--until-end", "0"}).until_end_s, 0);
  EXPECT_THAT(refused({"--until-end", "digits"}).output, HasSubstr("number of seconds"));
  EXPECT_EQ(refused({"watch", "digits", "--until-end", "-1"}).status, kExitError);
}

TEST(CommandLine, Commands) {
  const CommandLine line = parsed({"stop", "digits", "--worker", "a", "--worker", "b", "--reason",
                                   "wrong data", "--timeout", "5", "--name", "bea", "--json"});
  EXPECT_EQ(line.verb, Verb::kCommand);
  EXPECT_EQ(line.action, protocol::Action::kStop);
  EXPECT_EQ(line.run, "digits");
  EXPECT_THAT(line.workers, ElementsAre("a", "b"));
  EXPECT_EQ(line.reason, "wrong data");
  EXPECT_EQ(line.timeout_s, 5);
  EXPECT_EQ(line.viewer_name, "bea");
  EXPECT_TRUE(line.json);
  EXPECT_EQ(parsed({"pause", "d", "--reason", "x"}).action, protocol::Action::kPause);
  EXPECT_EQ(parsed({"resume", "d", "--reason", "x"}).action, protocol::Action::kResume);
  EXPECT_EQ(parsed({"pause", "d", "--reason", "x"}).timeout_s, 30);
}

TEST(CommandLine, Imports) {
  const CommandLine line = parsed(
      {"import", "a.jsonl", "b.jsonl", "--into", "digits", "--json", "--hub", "ws://hub:3000"});
  EXPECT_EQ(line.verb, Verb::kImport);
  EXPECT_THAT(line.files, ElementsAre("a.jsonl", "b.jsonl"));
  EXPECT_EQ(line.import_into, "digits");
  EXPECT_EQ(line.import_as, "");
  EXPECT_TRUE(line.json);
  EXPECT_EQ(line.hub_url, "ws://hub:3000");
  EXPECT_EQ(parsed({"import", "a.jsonl", "--as", "a-before"}).import_as, "a-before");
  EXPECT_EQ(refused({"import"}).status, kExitError);
  EXPECT_THAT(refused({"import", "a", "b", "--as", "c"}).output, HasSubstr("one worker"));
}

TEST(CommandLine, MistakesSayWhatIsWrong) {
  EXPECT_EQ(refused({"pause", "digits"}).status, kExitError);
  EXPECT_THAT(refused({"pause", "digits"}).output, HasSubstr("--reason"));
  EXPECT_THAT(refused({"watch"}).output, HasSubstr("run"));
  EXPECT_THAT(refused({"--nonsense"}).output, HasSubstr("--nonsense"));
  EXPECT_THAT(refused({"pause", "d", "--reason", "x", "--timeout", "-1"}).output,
              HasSubstr("--timeout"));
  EXPECT_THAT(refused({"--wait"}).output, HasSubstr("which one"));
}

TEST(CommandLine, HelpTeachesAndVersionIsOneLine) {
  const EarlyExit help = refused({"--help"});
  EXPECT_EQ(help.status, kExitOk);
  for (const char* word : {"Examples", "fedwatt pause digits", "Exit status", "FEDWATT_HUB"}) {
    EXPECT_THAT(help.output, HasSubstr(word));
  }
  EXPECT_EQ(refused({"--version"}).status, kExitOk);
  EXPECT_THAT(refused({"--version"}).output, testing::MatchesRegex("fedwatt [0-9.]+\n"));
}

}  // namespace
}  // namespace fedwatt::viewer
