#include <gtest/gtest.h>

#include <sstream>

#include "sample_run.h"
#include "text/display_text.h"
#include "view/chart_scale.h"
#include "view/run_figures.h"
#include "view/run_layout.h"
#include "view/screen_view.h"

namespace fedwatt::viewer {
namespace {

TEST(ChartScale, TicksAreRoundNumbersInside) {
  const Scale scale = nice_scale(47.3, 87.9, 4);  // 40.6 / 4 = 10.15: the next step is 20
  EXPECT_EQ(scale.ticks, (std::vector<double>{60, 80}));
  EXPECT_EQ(scale.decimals, 0);
  EXPECT_DOUBLE_EQ(scale.position(47.3), 0);
  EXPECT_DOUBLE_EQ(scale.position(87.9), 1);
}

TEST(ChartScale, SmallStepsHaveTheDecimalsThatTellThemApart) {
  const Scale scale = nice_scale(0, 0.02, 4);  // 0.02 / 4 = 0.005
  ASSERT_EQ(scale.ticks.size(), 5U);           // 0, 0.005, 0.010, 0.015, 0.020
  EXPECT_NEAR(scale.ticks[3], 0.015, 1e-12);
  EXPECT_EQ(scale.decimals, 3);
}

TEST(ChartScale, OneValueGetsRoom) {
  const Scale scale = nice_scale(80, 80, 3);  // 10 % to either side
  EXPECT_DOUBLE_EQ(scale.low, 72);
  EXPECT_DOUBLE_EQ(scale.high, 88);
  EXPECT_DOUBLE_EQ(nice_scale(0, 0, 3).high, 1);
}

TEST(RunLayout, PartsFillTheScreenAtEverySize) {
  for (int width = kSmallestSize.width; width <= 220; width += 13) {
    for (int height = kSmallestSize.height - 4; height <= 80; ++height) {
      for (const std::size_t workers : {0U, 1U, 5U, 1000U}) {
        const RunLayout layout = lay_out_run({width, height}, workers);
        const int right = layout.workers + layout.events;
        const int below = layout.two_columns ? right : right + layout.rounds;
        EXPECT_EQ(layout.chart + (layout.source_line ? 1 : 0) + below, height)
            << width << "x" << height << " " << workers;
        if (layout.two_columns) {
          EXPECT_EQ(layout.rounds, right);
        }
        EXPECT_GE(layout.rounds, 2);
        EXPECT_GE(layout.workers, 1);
        EXPECT_GE(layout.events, 1);
      }
    }
  }
}

TEST(RunFigures, EmissionsAfterTheBestRound) {
  ViewerModel model = sample::model();
  EXPECT_DOUBLE_EQ(*emissions_after_best_g(*model.find_run("r-7f3a")), 0);  // the last is the best
  auto run = sample::run();
  run.offset = 400;
  run.best_round = 10;
  model.apply(run, sample::at(0));
  // Two rounds of 0.0342 g came after it.
  EXPECT_NEAR(*emissions_after_best_g(*model.find_run("r-7f3a")), 2 * 0.0342, 1e-12);
  run.best_round = std::nullopt;
  model.apply(run, sample::at(0));
  EXPECT_FALSE(emissions_after_best_g(*model.find_run("r-7f3a")));
}

TEST(Screen, WorkersTableShowsTheTargetMetric) {
  ViewerModel model(sample::at(100));
  auto snapshot = sample::snapshot();
  snapshot.run.target = {"auc", protocol::Target::Goal::kMax};
  snapshot.workers[0].metrics = {{"auc", 0.6789}};
  model.apply(snapshot, sample::at(100));
  UiState ui;
  ui.screen = ScreenName::kRun;
  ui.opened_run = "r-7f3a";
  const auto text = screen_text({model, ui, sample::at(125), {120, 40}, "ws://h", true});
  EXPECT_NE(text.find("0.679"), std::string::npos) << text;
}

// Every size shows every screen, and no line is wider or the picture higher than the terminal.
TEST(Screen, EverySizeIsSafe) {
  const ViewerModel model = sample::model();
  UiState run;
  run.screen = ScreenName::kRun;
  run.opened_run = "r-7f3a";
  UiState stop = run;
  stop.confirmation = Confirmation{protocol::Action::kStop, "r-7f3a", false, "fash"};
  UiState trade_off;
  trade_off.screen = ScreenName::kTradeOff;
  UiState compare;
  compare.screen = ScreenName::kCompare;
  compare.marked_runs = {"r-7f3a", "r-9e01"};
  compare.pointer = ScreenCell{20, 5};
  for (const UiState& ui : {UiState{}, run, stop, trade_off, compare}) {
    for (int width = 1; width <= 130; width += 3) {
      for (int height = 1; height <= 45; height += 2) {
        const auto text =
            screen_text({model, ui, sample::at(125), {width, height}, "ws://h", true});
        std::istringstream lines(text);
        int count = 0;
        for (std::string line; std::getline(lines, line); ++count) {
          ASSERT_LE(display_width(line), width) << width << "x" << height;
        }
        ASSERT_EQ(count, height);
      }
    }
  }
}

TEST(Screen, NamesCannotWriteToTheTerminal) {
  ViewerModel model(sample::at(100));
  model.apply(sample::welcome(), sample::at(100));
  auto snapshot = sample::snapshot();
  snapshot.run.name = "evil\x1b]0;title\x07\x1b[2J";
  snapshot.workers[0].intensity_source = "\x1b[31mred";
  snapshot.events.push_back(sample::event(119, "line\nbreak\x1b[H"));
  model.apply(snapshot, sample::at(100));
  UiState ui;
  for (const ScreenName screen : {ScreenName::kRuns, ScreenName::kRun}) {
    ui.screen = screen;
    ui.opened_run = "r-7f3a";
    ui.confirmation = Confirmation{protocol::Action::kStop, "r-7f3a", false, ""};
    const auto text = screen_text({model, ui, sample::at(125), {120, 40}, "ws://h", true});
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_EQ(text.find('\x07'), std::string::npos);
    EXPECT_NE(text.find("evil\uFFFD]0;title"), std::string::npos);
  }
}

}  // namespace
}  // namespace fedwatt::viewer
