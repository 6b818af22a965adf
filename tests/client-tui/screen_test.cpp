#include "view/screen_view.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "input/controller.h"
#include "sample_run.h"
#include "snapshots.h"
#include "text/display_text.h"

namespace fedwatt::viewer {
namespace {

std::string picture_in(const Theme& theme, const ViewerModel& model, const UiState& ui, Size size) {
  return screen_text({model, ui, sample::at(sample::kNow), size, "ws://127.0.0.1:3000", theme});
}

std::vector<int> widths_of_lines(const std::string& text) {
  std::vector<int> widths;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) widths.push_back(display_width(line));
  return widths;
}

// Beside the picture it checks that the same in ASCII has no other sign and the same places.
std::string picture(const ViewerModel& model, const UiState& ui, Size size) {
  const std::string text = picture_in(Theme(), model, ui, size);
  const std::string ascii =
      picture_in(Theme(ThemeName::kTerminal, ColorDepth::k16, true), model, ui, size);
  EXPECT_TRUE(std::all_of(ascii.begin(), ascii.end(), [](char c) { return c >= '\n' && c <= '~'; }))
      << ascii;
  EXPECT_EQ(widths_of_lines(ascii), widths_of_lines(text)) << ascii;
  return text;
}

UiState run_screen() {
  UiState ui;
  ui.screen = ScreenName::kRun;
  ui.opened_run = ui.selected_run = "r-7f3a";
  return ui;
}

TEST(Screen, ListOfRuns) {
  const ViewerModel model = sample::model();
  expect_snapshot("runs_80x24", picture(model, {}, kSmall));
  expect_snapshot("runs_120x40", picture(model, {}, kMedium));
  expect_snapshot("runs_200x60", picture(model, {}, kLarge));
}

TEST(Screen, ListOfRunsSortedFilteredAndMarked) {
  const ViewerModel model = sample::model();
  UiState ui;
  ui.order = RunsOrder::kEmissions;
  ui.marked_runs = {"r-11c0", "r-02bd"};
  expect_snapshot("runs_by_emissions_80x24", picture(model, ui, kSmall));
  ui.order = RunsOrder::kAge;
  ui.runs_filter = "E";
  expect_snapshot("runs_filtered_120x40", picture(model, ui, kMedium));
  ui.runs_filter = "no such";
  expect_snapshot("runs_none_match_80x24", picture(model, ui, kSmall));
}

TEST(Screen, EmptyListSaysWhatToType) {
  ViewerModel model(sample::at(100));
  model.apply(sample::welcome(), sample::at(100));
  expect_snapshot("empty_80x24", picture(model, {}, kSmall));
  expect_snapshot("empty_120x40", picture(model, {}, kMedium));
}

TEST(Screen, NoHubYetSaysHowToStartOne) {
  ViewerModel model(sample::at(100));
  model.connection_lost("connection refused", false, sample::at(101));
  expect_snapshot("no_hub_80x24", picture(model, {}, kSmall));
}

TEST(Screen, OneRun) {
  const ViewerModel model = sample::model();
  expect_snapshot("run_80x24", picture(model, run_screen(), kSmall));
  expect_snapshot("run_120x40", picture(model, run_screen(), kMedium));
  expect_snapshot("run_200x60", picture(model, run_screen(), kLarge));
}

TEST(Screen, OneRunInAscii) {
  const Theme ascii(ThemeName::kTerminal, ColorDepth::k16, true);
  const ViewerModel model = sample::model();
  expect_snapshot("run_ascii_80x24", picture_in(ascii, model, run_screen(), kSmall));
}

TEST(Screen, OneRunWithItsPast) {
  const ViewerModel model = sample::model_with_past();
  UiState ui = run_screen();
  ui.workers_focused = true;
  ui.selected_worker = "hospital-2";
  expect_snapshot("run_past_80x24", picture(model, ui, kSmall));
  expect_snapshot("run_past_120x40", picture(model, ui, kMedium));
  expect_snapshot("run_past_200x60", picture(model, ui, kLarge));
}

TEST(Screen, AThousandWorkersScrollToTheSelectedOne) {
  ViewerModel model = sample::model();
  model.apply(sample::many_workers(1000), sample::at(100));
  UiState ui = run_screen();
  ui.opened_run = "r-many";
  ui.workers_focused = true;
  ui.selected_worker = "worker-0500";
  expect_snapshot("run_many_workers_120x40", picture(model, ui, kMedium));
  ui.workers_filter = "pl 99";
  expect_snapshot("run_filtered_workers_120x40", picture(model, ui, kMedium));
  ui.workers_filter = "nobody";
  expect_snapshot("run_no_worker_80x24", picture(model, ui, kSmall));
}

TEST(Screen, CommandsAndEvents) {
  ViewerModel model = sample::model();
  auto resume = sample::command("c-2");
  resume.action = protocol::Action::kResume;
  resume.workers = {"hospital-2"};
  resume.issued_at = sample::at(118);
  resume.outcome = protocol::CommandOutcome::kAcknowledged;
  resume.acknowledged = {"hospital-2"};
  resume.pending.clear();
  resume.offline.clear();
  model.apply(sample::command("c-1"), sample::at(101));
  model.apply(resume, sample::at(118));
  UiState ui = run_screen();
  ui.screen = ScreenName::kLog;
  expect_snapshot("log_80x24", picture(model, ui, kSmall));
  expect_snapshot("log_120x40", picture(model, ui, kMedium));
  ui.only_commands = true;
  ui.log_filter = "hospital";
  ui.first_log_line = 1;
  expect_snapshot("log_filtered_80x24", picture(model, ui, kSmall));
}

TEST(Screen, ReconnectingSaysSinceWhenAndKeepsTheFigures) {
  ViewerModel model = sample::model();
  model.connection_lost("connection refused", false, sample::at(113));
  expect_snapshot("reconnecting_80x24", picture(model, run_screen(), kSmall));
  expect_snapshot("reconnecting_120x40", picture(model, run_screen(), kMedium));
}

TEST(Screen, AStoreThatIsAwayIsSaidAboveTheFigures) {
  ViewerModel model = sample::model();
  const auto unavailable = protocol::StoreStatus::State::kUnavailable;
  model.apply(
      protocol::StoreStatus{unavailable, "the disk of runs.db is full: make room", sample::at(100)},
      sample::at(100));
  expect_snapshot("store_away_80x24", picture(model, run_screen(), kSmall));
  model.apply(protocol::StoreStatus{}, sample::at(101));
  expect_snapshot("run_80x24", picture(model, run_screen(), kSmall));
}

TEST(Screen, AnInsecureHubIsSaidAboveTheFigures) {
  ViewerModel model = sample::model();
  auto welcome = sample::welcome();
  welcome.insecure = true;
  model.apply(welcome, sample::at(100));
  const std::string text = picture(model, run_screen(), kSmall);
  EXPECT_NE(text.find("This hub is insecure: whoever reaches it may"), std::string::npos) << text;
  model.apply(sample::welcome(), sample::at(100));
  expect_snapshot("run_80x24", picture(model, run_screen(), kSmall));
}

TEST(Screen, CommandShowsWhoIsMissing) {
  ViewerModel model = sample::model();
  model.apply(sample::command("c-1"), sample::at(101));
  expect_snapshot("command_80x24", picture(model, run_screen(), kSmall));
  expect_snapshot("command_120x40", picture(model, run_screen(), kMedium));
}

TEST(Screen, APausedRunSaysWhichPolicyPausedItAndWhoseOrderOutranksTheOthers) {
  ViewerModel model = sample::model();
  auto run = sample::run();
  run.offset = 200;
  run.state = protocol::RunState::kPaused;
  run.directive = protocol::Directive::kPause;
  run.overruled_by = "ada";
  run.emissions_g = 0.512;
  run.policies.intensity = {300, 200, protocol::IntensityPolicy::Scope::kWorkers, true};
  run.edition = {"r-0000", "region FR", "ada"};
  model.apply(run, sample::at(101));
  auto pause = sample::command("policy-200");
  pause.issued_by = "policy budget";
  pause.reason = "512 mg of 500 mg used";
  model.apply(pause, sample::at(101));
  expect_snapshot("policies_80x24", picture(model, run_screen(), kSmall));
  expect_snapshot("policies_120x40", picture(model, run_screen(), kMedium));
  UiState ui = run_screen();
  handle_key(ui, model, {Key::Kind::kText, "r"});
  expect_snapshot("resume_dialog_80x24", picture(model, ui, kSmall));
}

TEST(Screen, PauseAsksFirst) {
  const ViewerModel model = sample::model();
  UiState ui = run_screen();
  handle_key(ui, model, {Key::Kind::kText, "p"});
  expect_snapshot("pause_dialog_80x24", picture(model, ui, kSmall));
  expect_snapshot("pause_dialog_120x40", picture(model, ui, kMedium));
}

TEST(Screen, StopAsksForTheName) {
  const ViewerModel model = sample::model();
  UiState ui = run_screen();
  handle_key(ui, model, {Key::Kind::kText, "s"});
  for (const char* letter : {"f", "a", "s"}) handle_key(ui, model, {Key::Kind::kText, letter});
  expect_snapshot("stop_dialog_80x24", picture(model, ui, kSmall));
}

TEST(Screen, TradeOff) {
  const ViewerModel model = sample::model_with_rivals();
  UiState ui;
  ui.screen = ScreenName::kTradeOff;
  ui.selected_run = "r-7f3a";
  ui.marked_runs = {"r-2b10"};
  expect_snapshot("trade_off_80x24", picture(model, ui, kSmall));
  expect_snapshot("trade_off_120x40", picture(model, ui, kMedium));
  expect_snapshot("trade_off_200x60", picture(model, ui, kLarge));
  ui.selected_run = "r-02bd";  // nothing else is judged by perplexity
  expect_snapshot("trade_off_one_80x24", picture(model, ui, kSmall));
  ui.selected_run = "r-9e01";  // has no figures yet
  expect_snapshot("trade_off_young_120x40", picture(model, ui, kMedium));
}

TEST(Screen, TradeOffWithoutRuns) {
  ViewerModel model(sample::at(100));
  model.apply(sample::welcome(), sample::at(100));
  UiState ui;
  ui.screen = ScreenName::kTradeOff;
  expect_snapshot("trade_off_empty_80x24", picture(model, ui, kSmall));
}

TEST(Screen, Compare) {
  const ViewerModel model = sample::model_with_rivals();
  UiState ui;
  ui.screen = ScreenName::kCompare;
  ui.marked_runs = {"r-7f3a", "r-2b10", "r-3c44"};
  expect_snapshot("compare_80x24", picture(model, ui, kSmall));
  expect_snapshot("compare_120x40", picture(model, ui, kMedium));
  expect_snapshot("compare_200x60", picture(model, ui, kLarge));
  ui.marked_runs = {"r-7f3a", "r-9e01", "r-02bd"};  // one has no round yet, one another metric
  ui.x_axis = XAxis::kRound;
  ui.y_axis = YAxis::kLoss;
  expect_snapshot("compare_young_80x24", picture(model, ui, kSmall));
}

TEST(Screen, CompareSaysHowToMark) {
  const ViewerModel model = sample::model_with_rivals();
  UiState ui;
  ui.screen = ScreenName::kCompare;
  ui.marked_runs = {"r-7f3a"};
  expect_snapshot("compare_one_80x24", picture(model, ui, kSmall));
}

TEST(Screen, HelpIsMadeFromTheKeymap) {
  const ViewerModel model = sample::model();
  UiState ui = run_screen();
  handle_key(ui, model, {Key::Kind::kText, "?"});
  expect_snapshot("help_80x24", picture(model, ui, kSmall));
}

}  // namespace
}  // namespace fedwatt::viewer
