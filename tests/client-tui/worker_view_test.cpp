#include "view/worker_view.h"

#include <gtest/gtest.h>

#include <sstream>

#include "sample_run.h"
#include "snapshots.h"
#include "text/display_text.h"
#include "text/format.h"
#include "text/worker_words.h"

namespace fedwatt::viewer {
namespace {

// What screen_view leaves for a view: all but the title and the footer.
Size inside(Size size) { return {size.width, size.height - 2}; }

std::string page(const ViewerModel& model, const UiState& ui, Size size,
                 const std::string& run_id = "r-7f3a") {
  const ViewContext context{model, ui, sample::at(sample::kNow), size, "ws://h", true};
  const Style style{Theme()};
  return element_text(worker_view(style, context, *model.find_run(run_id), size), size);
}

// A worker that has said all that there is to say.
ViewerModel model_with_details() {
  ViewerModel model = sample::model_with_past();
  auto worker = model.find_run("r-7f3a")->workers.at("hospital-3");
  worker.offset = 500;
  worker.hardware = {"AMD EPYC 9354 32-Core", {"NVIDIA H200", "NVIDIA H200"}, 135'000'000'000};
  worker.framework = "flower 1.13";
  worker.pue = 1.12;
  worker.clock_offset_s = 0.31;
  worker.reports_missing = 3;
  worker.last_seq = 43;
  worker.loss = 0.351;
  worker.metrics["f1"] = 0.802;
  worker.directive = protocol::Directive::kPause;
  worker.directive_state = std::nullopt;
  model.apply(worker, sample::at(100));
  model.apply(sample::command("c-1"), sample::at(101));
  return model;
}

TEST(WorkerPage, ShowsAllThatIsKnown) {
  const ViewerModel model = model_with_details();
  UiState ui;
  ui.selected_worker = "hospital-3";
  expect_snapshot("worker_80x24", page(model, ui, inside(kSmall)));
  expect_snapshot("worker_120x40", page(model, ui, inside(kMedium)));
  expect_snapshot("worker_200x60", page(model, ui, inside(kLarge)));
}

TEST(WorkerPage, WhatIsNotKnownIsADash) {
  ViewerModel model = sample::model();
  auto snapshot = sample::many_workers(1);
  auto& worker = snapshot.workers[0];
  worker = protocol::WorkerView{};
  worker.run_id = "r-many";
  worker.worker = "日本語の病院の計算機その一 日本語の病院の計算機その一";
  model.apply(snapshot, sample::at(100));
  expect_snapshot("worker_silent_80x24", page(model, {}, inside(kSmall), "r-many"));
  expect_snapshot("worker_silent_120x40", page(model, {}, inside(kMedium), "r-many"));
}

TEST(WorkerPage, WithoutAWorkerItSaysWhy) {
  const ViewerModel model = sample::model();
  UiState ui;
  ui.workers_filter = "nobody";
  EXPECT_NE(page(model, ui, {80, 22}).find("No worker matches /nobody"), std::string::npos);
  ViewerModel empty(sample::at(100));
  empty.apply(sample::run(), sample::at(100));
  EXPECT_NE(page(empty, {}, {80, 22}).find("No worker has said hello yet"), std::string::npos);
}

TEST(WorkerPage, EverySizeIsSafe) {
  const ViewerModel model = model_with_details();
  UiState ui;
  ui.selected_worker = "hospital-3";
  for (int width = 64; width <= 220; width += 13) {
    for (int height = 18; height <= 70; height += 3) {
      std::istringstream lines(page(model, ui, {width, height}));
      for (std::string line; std::getline(lines, line);) ASSERT_LE(display_width(line), width);
    }
  }
}

TEST(WorkerPage, NamesCannotWriteToTheTerminal) {
  ViewerModel model = sample::model();
  auto worker = sample::worker("evil\x1b[2J");
  worker.offset = 500;
  worker.framework = worker.region = worker.hardware.cpu = worker.energy_source.cpu =
      worker.intensity_source = "\x1b]0;x\x07";
  worker.hardware.gpu = {"\x1b[31m"};
  model.apply(worker, sample::at(100));
  UiState ui;
  ui.selected_worker = worker.worker;
  for (const Size size : {Size{80, 22}, Size{120, 38}}) {
    EXPECT_EQ(page(model, ui, size).find('\x1b'), std::string::npos);
    EXPECT_EQ(page(model, ui, size).find('\x07'), std::string::npos);
  }
}

TEST(WorkerWords, ADirectiveSaysWhetherItIsAcknowledged) {
  protocol::WorkerView worker;
  worker.directive = protocol::Directive::kPause;
  EXPECT_EQ(describe_directive(worker), "pause, not acknowledged");
  worker.directive_state = protocol::DirectiveState::kRunning;
  EXPECT_EQ(describe_directive(worker), "pause, still running");
  worker.directive_state = protocol::DirectiveState::kPaused;
  EXPECT_EQ(describe_directive(worker), "pause, acknowledged: paused");
  worker.directive_state = protocol::DirectiveState::kInformed;
  EXPECT_EQ(describe_directive(worker), "pause, informed: its coordinator acts on it");
}

TEST(WorkerWords, ASourceIsMeasuredOrEstimated) {
  EXPECT_EQ(describe_source("rapl"), "rapl, measured");
  EXPECT_EQ(describe_source("external:plug"), "external:plug, measured");
  EXPECT_EQ(describe_source("model"), "model, estimated");
  EXPECT_EQ(describe_source(""), kMissing);
}

TEST(WorkerWords, AClockIsBehindOrAhead) {
  protocol::WorkerView worker;
  EXPECT_EQ(describe_clock(worker), kMissing);
  worker.clock_offset_s = 0.25;  // the hub's clock minus the worker's
  EXPECT_EQ(describe_clock(worker), format_duration(0.25) + " behind the hub's");
  worker.clock_offset_s = -2;
  EXPECT_EQ(describe_clock(worker), format_duration(2) + " ahead of the hub's");
  worker.clock_offset_s = 0;
  EXPECT_EQ(describe_clock(worker), "exact");
}

TEST(WorkerWords, AWorkersPartInACommand) {
  const auto command = sample::command("c-1");
  EXPECT_EQ(describe_part_in(command, "hospital-1"), "acknowledged: pause by anna@lab");
  EXPECT_EQ(describe_part_in(command, "hospital-3"), "awaited: pause by anna@lab");
  EXPECT_EQ(describe_part_in(command, "hospital-4"), "offline: pause by anna@lab");
  EXPECT_EQ(describe_part_in(command, "somebody else"), "");
}

}  // namespace
}  // namespace fedwatt::viewer
