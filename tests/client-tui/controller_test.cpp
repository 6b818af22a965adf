#include "input/controller.h"

#include <gtest/gtest.h>

#include "input/keymap.h"
#include "sample_run.h"

namespace fedwatt::viewer {
namespace {

Key typed(const std::string& text) { return {Key::Kind::kText, text}; }

class Controller : public testing::Test {
 protected:
  std::optional<Effect> press(const Key& key) { return handle_key(ui_, model_, key); }
  std::optional<Effect> press(const std::string& text) { return press(typed(text)); }
  std::optional<Effect> press(Key::Kind kind) { return press(Key{kind, ""}); }

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
  EXPECT_EQ(press(Key::Kind::kEnter), Effect(OpenRun{"r-7f3a"}));
  EXPECT_EQ(ui_.screen, ScreenName::kRun);
  EXPECT_EQ(press(Key::Kind::kEscape), Effect(CloseRun{"r-7f3a"}));
  EXPECT_EQ(ui_.screen, ScreenName::kRuns);
  EXPECT_EQ(ui_.selected_run, "r-7f3a");
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

TEST_F(Controller, TheArrowsScrollTheFocusedTable) {
  open_run();
  press(Key::Kind::kDown);
  EXPECT_EQ(ui_.first_round, 1);
  press(Key::Kind::kTab);
  press("G");
  EXPECT_EQ(ui_.first_worker, 4);  // five workers
  press(Key::Kind::kPageUp);
  EXPECT_EQ(ui_.first_worker, 0);
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

TEST(Keymap, EveryBindingOfAScreenIsReachable) {
  for (const ScreenName screen : {ScreenName::kRuns, ScreenName::kRun}) {
    for (const Binding& binding : bindings_of(screen)) {
      bool reachable = false;
      for (int kind = 0; kind <= static_cast<int>(Key::Kind::kBackspace); ++kind) {
        reachable |= intent_of({static_cast<Key::Kind>(kind), ""}, screen) == binding.intent;
      }
      for (char c = ' '; c < 127; ++c) {
        reachable |= intent_of(typed(std::string(1, c)), screen) == binding.intent;
      }
      EXPECT_TRUE(reachable) << binding.keys;
    }
  }
}

TEST(Keymap, KeysOfAnotherScreenMeanNothing) {
  EXPECT_EQ(intent_of({Key::Kind::kEnter, ""}, ScreenName::kRun), std::nullopt);
  EXPECT_EQ(intent_of({Key::Kind::kEscape, ""}, ScreenName::kRuns), std::nullopt);
}

}  // namespace
}  // namespace fedwatt::viewer
