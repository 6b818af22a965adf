#include "input/mouse.h"

#include <gtest/gtest.h>

#include "sample_run.h"

namespace fedwatt::viewer {
namespace {

class MouseTest : public testing::Test {
 protected:
  MouseTest() {
    hits_.add({{0, 79, 3, 3}, RunRow{"r-9e01"}});
    hits_.add({{0, 79, 4, 4}, RunRow{"r-7f3a"}});
  }

  std::optional<Effect> click(int x, int y) {
    return handle_mouse(ui_, model_, hits_, {Mouse::What::kClick, {x, y}});
  }

  ViewerModel model_ = sample::model();
  UiState ui_;
  HitMap hits_;
};

TEST_F(MouseTest, AClickSelectsAndASecondOneOpens) {
  click(10, 4);
  EXPECT_EQ(ui_.selected_run, "r-7f3a");
  EXPECT_EQ(ui_.screen, ScreenName::kRuns);
  click(20, 4);
  EXPECT_EQ(ui_.screen, ScreenName::kRun);
  EXPECT_EQ(ui_.opened_run, "r-7f3a");
}

TEST_F(MouseTest, AClickBesideEverythingDoesNothing) {
  const auto before = ui_.selected_run;
  EXPECT_EQ(click(10, 20), std::nullopt);
  EXPECT_EQ(ui_.selected_run, before);
}

TEST_F(MouseTest, WorkersAreSelectedAndOpenedLikewise) {
  ui_.screen = ScreenName::kRun;
  ui_.opened_run = "r-7f3a";
  hits_.clear();
  hits_.add({{0, 79, 9, 9}, WorkerRow{"hospital-2"}});
  click(1, 9);
  EXPECT_EQ(ui_.selected_worker, "hospital-2");
  EXPECT_TRUE(ui_.workers_focused);
  EXPECT_EQ(ui_.screen, ScreenName::kRun);
  click(1, 9);
  EXPECT_EQ(ui_.screen, ScreenName::kWorker);
}

TEST_F(MouseTest, TheWheelMovesAndThePointerIsKnown) {
  handle_mouse(ui_, model_, hits_, {Mouse::What::kWheelDown, {5, 6}});
  EXPECT_EQ(ui_.selected_run, "r-7f3a");
  EXPECT_EQ(ui_.pointer, (ScreenCell{5, 6}));
}

TEST_F(MouseTest, AQuestionIsNotAnsweredByAClick) {
  ui_.selected_run = "r-7f3a";
  handle_key(ui_, model_, {Key::Kind::kText, "p"});
  ASSERT_TRUE(ui_.confirmation);
  EXPECT_EQ(click(10, 3), std::nullopt);
  EXPECT_TRUE(ui_.confirmation);
  EXPECT_EQ(ui_.selected_run, "r-7f3a");
}

TEST_F(MouseTest, APointOfTheTradeOffSelectsItsRun) {
  ui_.screen = ScreenName::kTradeOff;
  hits_.add({{0, 40, 10, 20},
             PlotArea{[](ScreenCell) { return std::string("a point"); },
                      [](ScreenCell) { return std::string("r-02bd"); }}});
  click(12, 12);
  EXPECT_EQ(ui_.selected_run, "r-02bd");
  click(12, 12);
  EXPECT_EQ(ui_.opened_run, "r-02bd");
}

}  // namespace
}  // namespace fedwatt::viewer
