#include "command_line.h"

#include <gmock/gmock.h>

#include "fedwatt/protocol/policy_text.h"

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
  EXPECT_EQ(line.hub.url, "ws://default:3000");
  EXPECT_EQ(line.viewer_name, "anna@lab");
}

TEST(CommandLine, ANameOpensThatRun) {
  const CommandLine line = parsed({"digits", "--hub", "ws://other:1"});
  EXPECT_EQ(line.verb, Verb::kWatch);
  EXPECT_EQ(line.run, "digits");
  EXPECT_EQ(line.hub.url, "ws://other:1");
}

TEST(CommandLine, OptionsStandBeforeOrAfterTheCommand) {
  EXPECT_EQ(parsed({"--hub", "ws://x:1", "runs"}).hub.url, "ws://x:1");
  EXPECT_EQ(parsed({"runs", "--hub", "ws://x:1"}).hub.url, "ws://x:1");
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

TEST(CommandLine, HowTheScreenLooks) {
  const CommandLine plain = parsed({});
  EXPECT_FALSE(plain.readonly);
  EXPECT_FALSE(plain.ascii);
  EXPECT_FALSE(plain.theme);
  const CommandLine line = parsed({"watch", "digits", "--readonly", "--theme", "light", "--ascii"});
  EXPECT_TRUE(line.readonly);
  EXPECT_TRUE(line.ascii);
  EXPECT_EQ(line.theme, ThemeName::kLight);
  EXPECT_TRUE(parsed({"--readonly"}).readonly);
  EXPECT_TRUE(parsed({"--unicode", "watch", "digits"}).unicode);
  EXPECT_EQ(parsed({"digits", "--theme", "none"}).theme, ThemeName::kNone);
  EXPECT_THAT(refused({"--theme", "pink"}).output, HasSubstr("light"));
  EXPECT_EQ(refused({"--ascii", "--unicode"}).status, kExitError);
}

TEST(CommandLine, TheEnvironmentCanHideTheCommands) {
  Defaults defaults = kDefaults;
  defaults.readonly = true;
  EXPECT_TRUE(parse_command_line({}, defaults)->readonly);
  EXPECT_TRUE(parse_command_line({"watch", "digits"}, defaults)->readonly);
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
  EXPECT_EQ(line.hub.url, "ws://hub:3000");
  EXPECT_EQ(parsed({"import", "a.jsonl", "--as", "a-before"}).import_as, "a-before");
  EXPECT_EQ(refused({"import"}).status, kExitError);
  EXPECT_THAT(refused({"import", "a", "b", "--as", "c"}).output, HasSubstr("one worker"));
}

TEST(CommandLine, Policies) {
  EXPECT_EQ(parsed({"policy", "show", "digits", "--json"}).verb, Verb::kShowPolicies);
  const CommandLine set = parsed({"policy", "set", "digits", "budget", "limit_g=500",
                                  "at_forecast=true", "--reason", "as agreed", "--dry-run"});
  EXPECT_EQ(set.verb, Verb::kChangePolicies);
  EXPECT_EQ(set.run, "digits");
  EXPECT_EQ(set.reason, "as agreed");
  EXPECT_TRUE(set.dry_run);
  EXPECT_EQ(protocol::policy_text(set.change.policies), "budget:limit_g=500,at_forecast=true");
  const CommandLine one_word =
      parsed({"policy", "set", "--hub", "ws://x:1", "digits", "target:value=0.9", "confirm"});
  EXPECT_EQ(one_word.hub.url, "ws://x:1");
  EXPECT_EQ(protocol::policy_text(one_word.change.policies), "confirm target:value=0.9");

  const CommandLine remove = parsed({"policy", "remove", "digits", "plateau", "budget"});
  EXPECT_EQ(remove.verb, Verb::kChangePolicies);
  EXPECT_THAT(remove.change.remove,
              ElementsAre(protocol::PolicyKind::kPlateau, protocol::PolicyKind::kBudget));
  EXPECT_FALSE(remove.change.hand_back);
  const CommandLine hand_back = parsed({"policy", "hand-back", "digits"});
  EXPECT_EQ(hand_back.verb, Verb::kChangePolicies);
  EXPECT_TRUE(hand_back.change.hand_back);
}

TEST(CommandLine, WrongPoliciesAreNamed) {
  EXPECT_THAT(refused({"policy", "set", "d", "budget", "limt_g=5"}).output,
              HasSubstr("budget.limt_g is not known here; known are: limit_g"));
  EXPECT_THAT(refused({"policy", "set", "d"}).output, HasSubstr("policy is required"));
  EXPECT_THAT(refused({"policy", "remove", "d", "budgt"}).output, HasSubstr("budgt"));
  EXPECT_EQ(refused({"policy"}).status, kExitError);
  const EarlyExit help = refused({"policy", "set", "--help"});
  EXPECT_EQ(help.status, kExitOk);
  for (const char* word : {"limit_g=GRAMS", "pause_above_g_per_kwh", "least_gain", "after_rounds",
                           "(0.8)", "fedwatt policy set digits budget limit_g=500"}) {
    EXPECT_THAT(help.output, HasSubstr(word));
  }
}

TEST(CommandLine, Recompute) {
  const CommandLine line = parsed({"recompute", "digits", "--intensity", "FR", "--pue", "1.2"});
  EXPECT_EQ(line.verb, Verb::kRecompute);
  EXPECT_EQ(line.run, "digits");
  EXPECT_EQ(line.intensity, "FR");
  EXPECT_EQ(line.recompute.pue, 1.2);
  EXPECT_EQ(line.recompute.network_kwh_per_gb, std::nullopt);
  EXPECT_EQ(line.timeout_s, 600);
  EXPECT_EQ(parsed({"recompute", "digits", "--intensity", "1", "--timeout", "5"}).timeout_s, 5);
  EXPECT_THAT(refused({"recompute", "digits"}).output, HasSubstr("--intensity is required"));
  EXPECT_THAT(refused({"recompute", "--help"}).output, HasSubstr("as if every worker had been"));
}

TEST(CommandLine, RunUntil) {
  using Kind = UntilCondition::Kind;
  const CommandLine line = parsed(
      {"run-until",     "digits", "--accuracy",   "0.9",    "--loss",    "-0.5", "--round",  "10",
       "--emissions-g", "500",    "--energy-kwh", "1.5",    "--wall-s",  "60",   "--target", "0.8",
       "--ended",       "--stop", "--reason",     "enough", "--timeout", "3600", "--wait"});
  EXPECT_EQ(line.verb, Verb::kRunUntil);
  EXPECT_EQ(line.run, "digits");
  EXPECT_THAT(line.until,
              testing::UnorderedElementsAre(
                  UntilCondition{Kind::kAccuracy, 0.9}, UntilCondition{Kind::kLoss, -0.5},
                  UntilCondition{Kind::kRound, 10}, UntilCondition{Kind::kEmissions, 500},
                  UntilCondition{Kind::kEnergy, 1.5}, UntilCondition{Kind::kWall, 60},
                  UntilCondition{Kind::kTarget, 0.8}, UntilCondition{Kind::kEnded, 0}));
  EXPECT_EQ(line.until_action, protocol::Action::kStop);
  EXPECT_EQ(line.reason, "enough");
  EXPECT_EQ(line.until_timeout_s, 3600);
  EXPECT_EQ(line.timeout_s, 30);
  EXPECT_TRUE(line.wait_for_run);
  EXPECT_FALSE(parsed({"run-until", "digits", "--ended"}).until_action);
}

TEST(CommandLine, RunUntilSaysWhatCannotBe) {
  const auto output = [](std::vector<std::string> conditions) {
    conditions.insert(conditions.begin(), {"run-until", "digits"});
    return refused(conditions).output;
  };
  EXPECT_THAT(output({"--accuracy", "90"}), HasSubstr("0.9 for 90 %"));
  EXPECT_THAT(output({}), HasSubstr("until what"));
  EXPECT_THAT(output({"--accuracy", "nan"}), HasSubstr("must be a number"));
  EXPECT_THAT(output({"--round", "1.5"}), HasSubstr("number of a round"));
  EXPECT_THAT(output({"--emissions-g", "-1"}), HasSubstr("negative"));
  EXPECT_THAT(output({"--ended", "--reason", "x"}), HasSubstr("--pause or --stop"));
  EXPECT_THAT(output({"--ended", "--stop", "--pause"}), HasSubstr("excludes"));
  EXPECT_THAT(refused({"run-until", "--help"}).output, HasSubstr("4  the run has ended"));
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

TEST(CommandLine, FiguresOfARun) {
  const CommandLine line = parsed({"figures", "digits", "--target", "0.85", "--at-carbon", "10",
                                   "--eta", "0.25", "--max-power-w", "1200", "--hub", "ws://x:1"});
  EXPECT_EQ(line.verb, Verb::kFigures);
  EXPECT_EQ(line.run, "digits");
  EXPECT_EQ(line.at_value, 0.85);
  EXPECT_EQ(line.at_carbon_g, 10);
  EXPECT_EQ(line.eta, 0.25);
  EXPECT_EQ(line.max_power_w, 1200);
  EXPECT_EQ(line.hub.url, "ws://x:1");
  EXPECT_FALSE(parsed({"figures", "digits"}).eta);
  EXPECT_THAT(refused({"figures", "digits", "--target", "much"}).output, HasSubstr("--target"));
}

TEST(CommandLine, RunsToCompare) {
  const CommandLine line = parsed({"compare", "a", "b", "c", "--at-value", "-0.5", "--csv"});
  EXPECT_EQ(line.verb, Verb::kCompare);
  EXPECT_THAT(line.compared, ElementsAre("a", "b", "c"));
  EXPECT_EQ(line.at_value, -0.5);
  EXPECT_TRUE(line.csv);
  EXPECT_EQ(refused({"compare", "a"}).status, kExitError);
  EXPECT_EQ(refused({"compare", "a", "b", "--csv", "--json"}).status, kExitError);
}

}  // namespace
}  // namespace fedwatt::viewer
