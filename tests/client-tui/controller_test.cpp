#include "input/controller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "input/colon_commands.h"
#include "input/keymap.h"
#include "model/trade_off.h"
#include "sample_run.h"

namespace fedwatt::viewer {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr ScreenName kScreens[] = {ScreenName::kRuns,     ScreenName::kRun,     ScreenName::kWorker,
                                   ScreenName::kTradeOff, ScreenName::kCompare, ScreenName::kLog};

Key typed(const std::string& text) { return {Key::Kind::kText, text}; }

class Controller : public testing::Test {
 protected:
  std::optional<Effect> press(const Key& key) { return handle_key(ui_, model_, key); }
  std::optional<Effect> press(const std::string& text) { return press(typed(text)); }
  std::optional<Effect> press(Key::Kind kind) { return press(Key{kind, ""}); }

  // And Enter.
  std::optional<Effect> type_line(const std::string& line) {
    for (const char letter : line) press(std::string(1, letter));
    return press(Key::Kind::kEnter);
  }

  void open_run() {
    ui_.selected_run = "r-7f3a";
    press(Key::Kind::kEnter);
  }

  ViewerModel model_ = sample::model();
  UiState ui_;
};

TEST_F(Controller, MovesThroughTheListAndStaysInIt) {
  EXPECT_EQ(current_run(ui_, model_)->view.run_id, "r-9e01");  // the first
  press(Key::Kind::kUp);
  EXPECT_EQ(ui_.selected_run, "r-9e01");
  press("j");
  EXPECT_EQ(ui_.selected_run, "r-7f3a");
  press("G");
  press(Key::Kind::kDown);
  EXPECT_EQ(ui_.selected_run, "r-02bd");
}

TEST_F(Controller, OpensAndClosesARun) {
  ui_.selected_run = "r-7f3a";
  EXPECT_EQ(press(Key::Kind::kEnter), std::nullopt);
  EXPECT_EQ(ui_.screen, ScreenName::kRun);
  EXPECT_THAT(runs_in_full(ui_), ElementsAre("r-7f3a"));
  press(Key::Kind::kEscape);
  EXPECT_EQ(ui_.screen, ScreenName::kRuns);
  EXPECT_EQ(ui_.selected_run, "r-7f3a");
  EXPECT_THAT(runs_in_full(ui_), IsEmpty());
}

TEST_F(Controller, PauseTakesAnExplicitYes) {
  open_run();
  EXPECT_EQ(press("p"), std::nullopt);
  ASSERT_TRUE(ui_.confirmation);
  EXPECT_EQ(press("y"), Effect(GiveCommand{"r-7f3a", protocol::Action::kPause}));
  EXPECT_FALSE(ui_.confirmation);
}

TEST_F(Controller, EnterCancelsUnlessTheButtonWasMoved) {
  open_run();
  press("r");
  EXPECT_EQ(press(Key::Kind::kEnter), std::nullopt);
  EXPECT_FALSE(ui_.confirmation);
  press("r");
  press(Key::Kind::kTab);
  EXPECT_EQ(press(Key::Kind::kEnter), Effect(GiveCommand{"r-7f3a", protocol::Action::kResume}));
}

TEST_F(Controller, EscapeAndNoCancel) {
  open_run();
  press("p");
  EXPECT_EQ(press(Key::Kind::kEscape), std::nullopt);
  EXPECT_FALSE(ui_.confirmation);
  EXPECT_EQ(ui_.screen, ScreenName::kRun);
  press("p");
  EXPECT_EQ(press("n"), std::nullopt);
  EXPECT_FALSE(ui_.confirmation);
}

TEST_F(Controller, StopTakesTheWholeName) {
  open_run();
  press("s");
  EXPECT_EQ(press("y"), std::nullopt);  // a letter of a name, no answer
  press(Key::Kind::kBackspace);
  for (const char letter : std::string("fashion-mnis")) press(std::string(1, letter));
  EXPECT_EQ(press(Key::Kind::kEnter), std::nullopt);
  ASSERT_TRUE(ui_.confirmation);
  press("t");
  EXPECT_EQ(press(Key::Kind::kEnter), Effect(GiveCommand{"r-7f3a", protocol::Action::kStop}));
}

TEST_F(Controller, StopIsCancelledByEnterAlone) {
  open_run();
  press("s");
  EXPECT_EQ(press(Key::Kind::kEnter), std::nullopt);
  EXPECT_FALSE(ui_.confirmation);
}

TEST_F(Controller, BackspaceTakesAWholeCharacter) {
  open_run();
  press("s");
  press("a");
  press("語");
  press(Key::Kind::kBackspace);
  EXPECT_EQ(ui_.confirmation->typed, "a");
}

TEST_F(Controller, AnEndedRunTakesNoCommands) {
  ui_.selected_run = "r-02bd";
  press("p");
  EXPECT_FALSE(ui_.confirmation);
}

TEST_F(Controller, TheArrowsMoveInTheFocusedTable) {
  open_run();
  press(Key::Kind::kDown);
  EXPECT_EQ(ui_.first_round, 1);
  press(Key::Kind::kTab);
  press("G");
  EXPECT_EQ(ui_.selected_worker, "hospital-4");
  press(Key::Kind::kUp);
  EXPECT_EQ(ui_.selected_worker, "hospital-3");
  press(Key::Kind::kPageUp);
  EXPECT_EQ(ui_.selected_worker, "aggregator");  // the coordinator comes first
  EXPECT_EQ(ui_.first_round, 1);
}

TEST_F(Controller, AnyKeyClosesTheHelpAndQQuits) {
  press("?");
  EXPECT_TRUE(ui_.help);
  EXPECT_EQ(press("p"), std::nullopt);
  EXPECT_FALSE(ui_.help);
  EXPECT_FALSE(ui_.confirmation);
  EXPECT_EQ(press("q"), Effect(Quit{}));
}

TEST_F(Controller, NothingHappensWithoutRuns) {
  const ViewerModel empty(sample::at(0));
  for (const char* key : {"j", "k", "p", "r", "s", "G"}) {
    EXPECT_EQ(handle_key(ui_, empty, typed(key)), std::nullopt) << key;
  }
  EXPECT_EQ(handle_key(ui_, empty, {Key::Kind::kEnter, ""}), std::nullopt);
  EXPECT_FALSE(ui_.confirmation);
}

TEST_F(Controller, EscapeGoesBackTheWayItCame) {
  open_run();
  press("l");
  EXPECT_EQ(ui_.screen, ScreenName::kLog);
  press(Key::Kind::kEscape);
  EXPECT_EQ(ui_.screen, ScreenName::kRun);
  press(Key::Kind::kEnter);
  EXPECT_EQ(ui_.screen, ScreenName::kWorker);
  press(Key::Kind::kEscape);
  press("t");
  EXPECT_EQ(ui_.screen, ScreenName::kTradeOff);
  press(Key::Kind::kEnter);
  EXPECT_EQ(ui_.screen, ScreenName::kRun);
  press(Key::Kind::kEscape);
  EXPECT_EQ(ui_.screen, ScreenName::kRuns) << "not round in a circle";
}

TEST_F(Controller, TwoMarkedRunsAreComparedAndFollowed) {
  press("c");
  EXPECT_EQ(ui_.screen, ScreenName::kRuns);
  EXPECT_THAT(ui_.notice, HasSubstr("mark two runs"));
  press(" ");
  press(" ");
  EXPECT_THAT(ui_.marked_runs, ElementsAre("r-7f3a", "r-9e01"));
  press("c");
  EXPECT_EQ(ui_.screen, ScreenName::kCompare);
  EXPECT_EQ(ui_.notice, "");
  EXPECT_EQ(runs_in_full(ui_), ui_.marked_runs);
  press("u");
  EXPECT_THAT(ui_.marked_runs, IsEmpty());
}

TEST_F(Controller, AReadonlyViewerGivesNoCommands) {
  ui_.readonly = true;
  open_run();
  for (const char* key : {"p", "r", "s"}) press(key);
  EXPECT_FALSE(ui_.confirmation);
  type_line(":pause");
  EXPECT_FALSE(ui_.confirmation);
  EXPECT_THAT(ui_.notice, HasSubstr("--readonly"));
}

TEST_F(Controller, AFilterWorksWhileItIsTyped) {
  press("/");
  press("f");
  press("q");
  EXPECT_EQ(ui_.runs_filter, "fq");
  press(Key::Kind::kBackspace);
  press(Key::Kind::kEnter);
  EXPECT_EQ(ui_.runs_filter, "f");
  EXPECT_FALSE(ui_.prompt);
  press("/");
  EXPECT_EQ(ui_.prompt->typed, "f") << "it can be changed";
  press(Key::Kind::kEscape);
  EXPECT_EQ(ui_.runs_filter, "");
  press("/");
  press("f");
  press(Key::Kind::kEnter);
  press(Key::Kind::kEscape);
  EXPECT_EQ(ui_.runs_filter, "") << "Esc shows all runs again";
}

TEST_F(Controller, ACommandIsTypedAndCompleted) {
  type_line(":run fashion-mnist");
  EXPECT_EQ(ui_.screen, ScreenName::kRun);
  EXPECT_EQ(ui_.opened_run, "r-7f3a");
  press(":");
  press("t");
  press(Key::Kind::kTab);
  EXPECT_EQ(ui_.prompt->typed, "t") << "theme, or trade-off";
  press("r");
  press(Key::Kind::kTab);
  EXPECT_EQ(ui_.prompt->typed, "trade-off");
  press(Key::Kind::kEnter);
  EXPECT_EQ(ui_.screen, ScreenName::kTradeOff);
  type_line(":x ti");
  EXPECT_EQ(ui_.x_axis, XAxis::kEmissions);
  EXPECT_EQ(ui_.notice, "one of carbon, round, time, energy");
  type_line(":x time");
  EXPECT_EQ(ui_.x_axis, XAxis::kTime);
  type_line(":runs");
  EXPECT_EQ(ui_.screen, ScreenName::kRuns);
  EXPECT_EQ(type_line(":q"), Effect(Quit{}));
}

TEST_F(Controller, ACommandThatMakesNoSenseSaysWhy) {
  const std::pair<const char*, const char*> cases[] = {
      {":fly", "no command is called \"fly\""},
      {":run nobody", "no run is called \"nobody\""},
      {":r", "no command is called \"r\""},  // resume, run or runs
      {":export", "into which file?"},
      {":worker nobody", "no worker of this run"}};
  for (const auto& [line, why] : cases) {
    EXPECT_EQ(type_line(line), std::nullopt) << line;
    EXPECT_THAT(ui_.notice, HasSubstr(why));
  }
  press("j");
  EXPECT_EQ(ui_.notice, "") << "until the next key";
}

TEST_F(Controller, EveryCommandHasItsPlaceInTheList) {
  for (const ColonCommand& command : colon_commands()) {
    UiState ui;
    const auto all = completions(std::string(command.name), ui, model_);
    EXPECT_THAT(all, Contains(StartsWith(command.name)));
    obey(ui, model_, std::string(command.name));
    EXPECT_THAT(ui.notice, Not(HasSubstr("no command"))) << command.name;
  }
}

TEST_F(Controller, AThemeIsChosenByItsName) {
  EXPECT_EQ(type_line(":theme light"), Effect(ChooseTheme{ThemeName::kLight}));
  EXPECT_EQ(type_line(":theme pink"), std::nullopt);
  EXPECT_THAT(ui_.notice, HasSubstr("one of terminal, dark, light, none"));
}

TEST_F(Controller, AWorkersPageGoesOnToTheNextWorker) {
  open_run();
  press(Key::Kind::kEnter);
  EXPECT_EQ(ui_.screen, ScreenName::kWorker);
  press("j");
  EXPECT_EQ(ui_.selected_worker, "hospital-1") << "after the coordinator";
  press("k");
  EXPECT_EQ(ui_.selected_worker, "aggregator");
  EXPECT_EQ(ui_.first_round, 0);
}

TEST_F(Controller, TheTradeOffIsWalkedAlongItsCarbon) {
  ui_.selected_run = "r-7f3a";
  press("t");
  press("g");
  const std::string least = ui_.selected_run;
  press("j");
  press("k");
  EXPECT_EQ(ui_.selected_run, least);
  for (const auto& each : trade_off(model_, *current_run(ui_, model_)).runs) {
    EXPECT_TRUE(!each.has_place() || each.emissions_g >= model_.find_run(least)->view.emissions_g);
  }
}

TEST_F(Controller, TheLogIsKeptInAFile) {
  open_run();
  press("l");
  EXPECT_EQ(type_line(":export my log.jsonl"), Effect(SaveLog{"r-7f3a", "my log.jsonl"}));
}

TEST(Keymap, EveryBindingOfAScreenIsReachable) {
  for (const ScreenName screen : kScreens) {
    for (const Binding& binding : bindings_of(screen)) {
      bool reachable = false;
      for (int kind = 0; kind <= static_cast<int>(Key::Kind::kBackspace); ++kind) {
        reachable |= intent_of({static_cast<Key::Kind>(kind), ""}, screen) == binding.intent;
      }
      for (char c = ' '; c < 127; ++c) {
        reachable |= intent_of(typed(std::string(1, c)), screen) == binding.intent;
      }
      EXPECT_TRUE(reachable) << binding.effect;
    }
  }
}

TEST(Keymap, NoKeyMeansTwoThings) {
  for (const ScreenName screen : kScreens) {
    std::set<std::string_view> keys;
    for (const Binding& binding : bindings_of(screen)) {
      for (const auto key : binding.keys) {
        if (key.empty()) continue;
        EXPECT_TRUE(keys.insert(key).second) << key;
      }
    }
  }
}

TEST(Keymap, KeysOfAnotherScreenMeanNothing) {
  EXPECT_EQ(intent_of({Key::Kind::kEnter, ""}, ScreenName::kWorker), std::nullopt);
  EXPECT_EQ(intent_of(typed("o"), ScreenName::kRun), std::nullopt);
  EXPECT_EQ(intent_of(typed("Enter"), ScreenName::kRun), std::nullopt) << "typed, letter by letter";
}

}  // namespace
}  // namespace fedwatt::viewer
