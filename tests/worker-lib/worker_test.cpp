#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "worker_at_hub.h"

namespace fedwatt {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using ::testing::HasSubstr;
using testing::kDeadline;
using testing::next;
using testing::options_for;
using testing::order;
using testing::PeerProcess;
using testing::quick;
using testing::settle;
using testing::train_round;

TEST(Worker, SaysHelloReportsAndSaysBye) {
  PeerProcess hub("fake_hub.py");
  WorkerImpl worker(options_for(hub.url()), quick());
  EXPECT_EQ(hub.next_line(), "connected /v1/worker");
  const json hello = next(hub, "hello");
  EXPECT_EQ(hello.at("run"), "digits");
  EXPECT_EQ(hello.at("worker"), "hospital-3");
  EXPECT_EQ(hello.at("role"), "worker");
  EXPECT_EQ(hello.at("total_rounds"), 20);
  EXPECT_EQ(hello.at("region"), "FR");
  EXPECT_EQ(hello.at("pue"), 1.2);
  EXPECT_EQ(hello.at("framework"), "by hand");
  EXPECT_TRUE(hello.at("sent_at").is_string());

  EXPECT_EQ(worker.checkpoint(1), Next::kContinue);
  worker.end_phase(worker.begin_phase(Phase::kFit));
  worker.end_phase(worker.begin_phase(Phase::kEvaluate));
  RoundResult result;
  result.accuracy = 0.81;
  result.num_examples = 520;
  worker.report(result);

  const json fit = next(hub, "report");
  EXPECT_EQ(fit.at("seq"), 1);
  EXPECT_EQ(fit.at("phase"), "fit");
  EXPECT_EQ(fit.at("round_complete"), false);
  EXPECT_FALSE(fit.at("energy_source").at("cpu").is_null());
  EXPECT_GE(fit.at("energy_j").at("cpu").get<double>(), 0);
  EXPECT_TRUE(fit.at("energy_j").at("gpu").is_null());
  const json evaluate = next(hub, "report");
  EXPECT_EQ(evaluate.at("seq"), 2);
  EXPECT_EQ(evaluate.at("phase"), "evaluate");
  EXPECT_EQ(evaluate.at("metrics"), json({{"accuracy", 0.81}}));
  EXPECT_EQ(evaluate.at("num_examples"), 520);
  EXPECT_EQ(evaluate.at("round_complete"), true);

  EXPECT_TRUE(worker.close(kDeadline, "finished"));
  EXPECT_EQ(next(hub, "bye").at("reason"), "finished");
  EXPECT_EQ(hub.line_with("disconnected"), "disconnected 1000");
  const WorkerStats stats = worker.stats();
  EXPECT_EQ(stats.reports_made, 2U);
  EXPECT_EQ(stats.reports_acknowledged, 2U);
  EXPECT_EQ(stats.reports_waiting, 0U);
  EXPECT_TRUE(worker.close(milliseconds(0), "again"));
}

TEST(Worker, ANewProcessGoesOnWithTheNumbersOfTheOneBefore) {
  PeerProcess hub("fake_hub.py", {"0", "17"});
  WorkerImpl worker(options_for(hub.url()), quick());
  train_round(worker, 4);
  EXPECT_EQ(next(hub, "report").at("seq"), 18);
}

TEST(Worker, ReportsMadeWhileTheHubIsAwayArriveWhenItComes) {
  int port = 0;
  {
    PeerProcess gone("fake_hub.py");
    port = gone.port();
  }
  WorkerImpl worker(options_for("ws://127.0.0.1:" + std::to_string(port)), quick());
  for (int round = 1; round <= 3; ++round) train_round(worker, round);
  EXPECT_FALSE(worker.flush(milliseconds(0)));
  EXPECT_EQ(worker.stats().reports_waiting, 3U);
  PeerProcess hub("fake_hub.py", {std::to_string(port)});
  EXPECT_TRUE(worker.flush(kDeadline));
  for (int round = 1; round <= 3; ++round) {
    const json report = next(hub, "report");
    EXPECT_EQ(report.at("seq"), round);
    EXPECT_EQ(report.at("round"), round);
  }
}

TEST(Worker, LosesNothingWhenTheConnectionIsCutBeforeTheAcks) {
  PeerProcess hub("fake_hub.py");
  WorkerImpl worker(options_for(hub.url()), quick());
  train_round(worker, 1);
  settle(worker);
  hub.tell("acks off");
  hub.line_with("did acks");
  train_round(worker, 2);
  train_round(worker, 3);
  hub.line_with("\"seq\": 3");
  hub.tell("acks on");
  hub.tell("drop");
  const json hello = next(hub, "hello");
  EXPECT_EQ(hello.at("run_id"), "run-1");
  EXPECT_EQ(next(hub, "report").at("seq"), 2);
  EXPECT_EQ(next(hub, "report").at("seq"), 3);
  EXPECT_TRUE(worker.close(kDeadline, "finished"));
  EXPECT_EQ(worker.stats().reports_acknowledged, 3U);
}

TEST(Worker, DoesNotSendAgainWhatTheHubCommittedBeforeItDied) {
  auto hub = std::make_unique<PeerProcess>("fake_hub.py");
  const int port = hub->port();
  WorkerImpl worker(options_for(hub->url()), quick());
  hub->tell("acks off");
  hub->line_with("did acks");
  train_round(worker, 1);
  train_round(worker, 2);
  hub->line_with("\"seq\": 2");
  hub.reset();
  PeerProcess back("fake_hub.py", {std::to_string(port), "1"});  // it had committed 1 of 2
  EXPECT_EQ(next(back, "report").at("seq"), 2);
  EXPECT_TRUE(worker.flush(kDeadline));
}

TEST(Worker, WaitsInItsCheckpointWhilePausedAndMeasuresIt) {
  PeerProcess hub("fake_hub.py");
  WorkerSettings settings = quick();
  settings.idle_report_every = milliseconds(20);
  WorkerImpl worker(options_for(hub.url()), settings);
  train_round(worker, 1);
  settle(worker);
  order(hub, "pause", "c-1");
  auto checkpoint = std::async(std::launch::async, [&] {
    // The order may still be on its way at the first checkpoints.
    std::int64_t round = 2;
    while (worker.checkpoint(round) == Next::kContinue && round < 1'000'000'000) {
      const WorkerStats stats = worker.stats();
      if (stats.reports_made > 1) break;  // it has idled
      ++round;
    }
    return round;
  });
  const json paused = next(hub, "directive_ack");
  EXPECT_EQ(paused.at("command"), "c-1");
  EXPECT_EQ(paused.at("state"), "paused");
  for (int stretch = 0; stretch < 3; ++stretch) {
    const json idle = next(hub, "report");
    EXPECT_EQ(idle.at("phase"), "idle");
    EXPECT_EQ(idle.at("round"), paused.at("round"));
    EXPECT_EQ(idle.at("round_complete"), false);
    EXPECT_GT(idle.at("duration_s"), 0);
  }
  EXPECT_EQ(checkpoint.wait_for(milliseconds(0)), std::future_status::timeout);
  order(hub, "run", "c-2");
  const json running = next(hub, "directive_ack");
  EXPECT_EQ(running.at("command"), "c-2");
  EXPECT_EQ(running.at("state"), "running");
  EXPECT_EQ(checkpoint.get(), paused.at("round").get<std::int64_t>());
}

TEST(Worker, APauseHoldsWhileTheHubIsAwayAndItsEndIsLearntFromTheWelcome) {
  auto hub = std::make_unique<PeerProcess>(
      "fake_hub.py",
      std::vector<std::string>{"0", "0", R"({"directive": "pause", "command": "c-1"})"});
  const int port = hub->port();
  WorkerImpl worker(options_for(hub->url()), quick());
  train_round(worker, 0);
  settle(worker);  // so the welcome has come
  auto checkpoint = std::async(std::launch::async, [&] { return worker.checkpoint(1); });
  EXPECT_EQ(next(*hub, "directive_ack").at("state"), "paused");
  hub.reset();
  {
    // It comes back and still wants the pause: that is acknowledged again.
    PeerProcess again("fake_hub.py",
                      {std::to_string(port), "0", R"({"directive": "pause", "command": "c-1"})"});
    EXPECT_EQ(next(again, "directive_ack").at("command"), "c-1");
    EXPECT_EQ(checkpoint.wait_for(milliseconds(0)), std::future_status::timeout);
  }
  PeerProcess lifted("fake_hub.py",
                     {std::to_string(port), "0", R"({"directive": "run", "command": "c-2"})"});
  EXPECT_EQ(checkpoint.get(), Next::kContinue);
  const json running = next(lifted, "directive_ack");
  EXPECT_EQ(running.at("command"), "c-2");
  EXPECT_EQ(running.at("state"), "running");
}

TEST(Worker, APauseThatIsLookedAtNowAndThenIsReportedLikeOneThatIsWaitedOut) {
  PeerProcess hub("fake_hub.py", {"0", "0", R"({"directive": "pause", "command": "c-1"})"});
  WorkerSettings settings = quick();
  settings.idle_report_every = milliseconds(20);
  WorkerImpl worker(options_for(hub.url()), settings);
  train_round(worker, 0);
  settle(worker);
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  std::uint64_t calls = 0;
  while (worker.stats().reports_made < 3 && std::chrono::steady_clock::now() < deadline) {
    EXPECT_EQ(worker.checkpoint_for(1, milliseconds(1)), Next::kStillPaused);
    ++calls;
  }
  EXPECT_EQ(worker.stats().reports_made, 3U);  // the round's, and two of 20 ms
  EXPECT_GT(calls, 2U);
  EXPECT_TRUE(worker.close(kDeadline, "interrupted"));  // with the rest of the pause
  EXPECT_EQ(worker.stats().reports_made, 4U);
  EXPECT_EQ(next(hub, "report").at("phase"), "fit");
  double waited_s = 0;
  for (int stretch = 0; stretch < 3; ++stretch) {
    const json idle = next(hub, "report");
    EXPECT_EQ(idle.at("phase"), "idle");
    EXPECT_EQ(idle.at("round"), 1);
    waited_s += idle.at("duration_s").get<double>();
  }
  EXPECT_GE(waited_s, 0.04);
}

TEST(Worker, WhatIsNotToBeMeasuredIsNull) {
  PeerProcess hub("fake_hub.py");
  WorkerOptions options = options_for(hub.url());
  options.measure = Measure::kNothing;
  WorkerImpl worker(options, quick());
  train_round(worker, 1);
  const json report = next(hub, "report");
  for (const char* component : {"cpu", "gpu", "ram"}) {
    EXPECT_TRUE(report.at("energy_j").at(component).is_null()) << component;
  }
}

TEST(Worker, AGapThatIsLongEnoughIsReported) {
  PeerProcess hub("fake_hub.py");
  WorkerSettings settings = quick();
  settings.shortest_gap_s = 0;
  WorkerImpl worker(options_for(hub.url()), settings);
  train_round(worker, 1);
  EXPECT_EQ(next(hub, "report").at("phase"), "init");
  EXPECT_EQ(next(hub, "report").at("phase"), "idle");
  EXPECT_EQ(next(hub, "report").at("phase"), "fit");
}

TEST(Worker, StopsAtItsCheckpoint) {
  PeerProcess hub("fake_hub.py", {"0", "0", R"({"directive": "stop", "command": "c-1"})"});
  WorkerImpl worker(options_for(hub.url()), quick());
  train_round(worker, 0);
  settle(worker);
  EXPECT_EQ(worker.checkpoint(1), Next::kStop);
  EXPECT_EQ(next(hub, "directive_ack").at("state"), "stopped");
  EXPECT_EQ(worker.checkpoint(2), Next::kStop);
  EXPECT_TRUE(worker.close(kDeadline, "stopped"));
  EXPECT_EQ(next(hub, "bye").at("reason"), "stopped");
}

TEST(Worker, UnderACoordinatorItSaysThatItIsInformedAndGoesOn) {
  PeerProcess hub("fake_hub.py");
  WorkerImpl worker(options_for(hub.url()), quick());
  train_round(worker, 1);
  settle(worker);
  order(hub, "pause", "c-1", "coordinator");
  const json informed = next(hub, "directive_ack");
  EXPECT_EQ(informed.at("command"), "c-1");
  EXPECT_EQ(informed.at("state"), "informed");
  EXPECT_EQ(worker.checkpoint(2), Next::kContinue);
}

TEST(Worker, ACloseInAnotherThreadEndsAPauseAndKeepsWhatItSpent) {
  PeerProcess hub("fake_hub.py", {"0", "0", R"({"directive": "pause", "command": "c-1"})"});
  WorkerImpl worker(options_for(hub.url()), quick());
  train_round(worker, 0);
  settle(worker);
  auto checkpoint = std::async(std::launch::async, [&] { return worker.checkpoint(1); });
  EXPECT_EQ(next(hub, "directive_ack").at("state"), "paused");
  EXPECT_TRUE(worker.close(kDeadline, "interrupted"));
  EXPECT_EQ(checkpoint.get(), Next::kStop);
  EXPECT_EQ(next(hub, "report").at("phase"), "idle");
}

TEST(Worker, ACoordinatorsPlanGoesBeforeItsRound) {
  PeerProcess hub("fake_hub.py");
  WorkerOptions options = options_for(hub.url());
  options.role = Role::kCoordinator;
  WorkerImpl worker(options, quick());
  worker.plan_round(1, {"hospital-1", "hospital-3", "bad\nname"});
  EXPECT_EQ(next(hub, "hello").at("role"), "coordinator");
  const json plan = next(hub, "round_plan");
  EXPECT_EQ(plan.at("round"), 1);
  EXPECT_EQ(plan.at("selected"), json({"hospital-1", "hospital-3"}));
  train_round(worker, 1);
  EXPECT_EQ(next(hub, "report").at("round"), 1);
  EXPECT_EQ(worker.stats().values_left_out, 1U);
}

TEST(Worker, CountsWhatTheHubRejectsAndWhatItLeavesOutItself) {
  PeerProcess hub("fake_hub.py");
  std::promise<std::string> said;
  WorkerOptions options = options_for(hub.url());
  options.log = [&](std::string_view line) {
    if (line.find("left out") != std::string_view::npos) said.set_value(std::string(line));
  };
  WorkerImpl worker(options, quick());
  hub.tell("reject 1");
  hub.line_with("did reject");
  train_round(worker, 1);
  train_round(worker, 2, 81);
  EXPECT_TRUE(worker.flush(kDeadline));
  const WorkerStats stats = worker.stats();
  EXPECT_TRUE(stats.connected);
  EXPECT_EQ(stats.reports_rejected, 1U);
  EXPECT_EQ(stats.reports_acknowledged, 1U);
  EXPECT_EQ(stats.values_left_out, 1U);
  EXPECT_THAT(said.get_future().get(), HasSubstr("accuracy"));
  next(hub, "report");
  EXPECT_TRUE(next(hub, "report").at("metrics").empty());
}

TEST(Worker, AFullQueueFoldsAndCounts) {
  WorkerOptions options = options_for("ws://127.0.0.1:1");
  options.queue_capacity = 5;
  WorkerImpl worker(options, quick());
  for (int round = 1; round <= 8; ++round) train_round(worker, round);
  EXPECT_EQ(worker.stats().reports_made, 8U);
  EXPECT_EQ(worker.stats().reports_waiting + worker.stats().reports_folded, 8U);
  EXPECT_LE(worker.stats().reports_waiting, 5U);
  EXPECT_EQ(worker.stats().reports_dropped, 0U);
  EXPECT_FALSE(worker.close(milliseconds(0), "finished"));
}

TEST(Worker, DoesNotWaitForAHubThatSaidNotToComeBack) {
  PeerProcess hub("fake_hub.py");
  WorkerImpl worker(options_for(hub.url()), quick());
  hub.tell("acks off");
  hub.line_with("did acks");
  train_round(worker, 1);
  next(hub, "report");
  hub.tell("close 3501");
  EXPECT_FALSE(worker.flush(std::chrono::hours(24)));
  EXPECT_FALSE(worker.close(std::chrono::hours(24), "finished"));
  EXPECT_EQ(worker.stats().reports_waiting, 1U);
}

TEST(Worker, AnOpenPhaseIsReportedAtTheEnd) {
  PeerProcess hub("fake_hub.py");
  WorkerImpl worker(options_for(hub.url()), quick());
  worker.checkpoint(1);
  worker.begin_phase(Phase::kFit);
  EXPECT_TRUE(worker.close(kDeadline, "finished"));
  EXPECT_EQ(next(hub, "report").at("phase"), "fit");
}

TEST(Worker, ASecondPhaseEndsTheFirst) {
  PeerProcess hub("fake_hub.py");
  WorkerImpl worker(options_for(hub.url()), quick());
  worker.checkpoint(1);
  const auto first = worker.begin_phase(Phase::kFit);
  const auto second = worker.begin_phase(Phase::kCommunicate);
  worker.end_phase(first);  // has ended already
  worker.end_phase(second);
  worker.end_phase(second);
  EXPECT_TRUE(worker.close(kDeadline, "finished"));
  EXPECT_EQ(worker.stats().reports_made, 2U);
  EXPECT_EQ(next(hub, "report").at("phase"), "fit");
  EXPECT_EQ(next(hub, "report").at("phase"), "communicate");
}

TEST(Worker, ItsThreadBlocksAllSignalsOfTheProgram) {
  WorkerImpl worker(options_for("ws://127.0.0.1:1"), quick());
  bool found = false;
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (!found && std::chrono::steady_clock::now() < deadline) {
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
      std::string name;
      std::getline(std::ifstream(task.path() / "comm") >> std::ws, name);
      if (name != "fedwatt-link") continue;
      std::ifstream status(task.path() / "status");
      for (std::string line; std::getline(status, line);) {
        if (line.rfind("SigBlk:", 0) != 0) continue;
        // SIGINT is bit 1, SIGTERM bit 14.
        const auto blocked = std::stoull(line.substr(7), nullptr, 16);
        EXPECT_EQ(blocked & 0x4002U, 0x4002U) << line;
        found = true;
      }
    }
  }
  EXPECT_TRUE(found);
}

TEST(Worker, ALogThatThrowsHarmsNothing) {
  PeerProcess hub("fake_hub.py");
  WorkerOptions options = options_for(hub.url());
  options.log = [](std::string_view) { throw std::runtime_error("of the test"); };
  WorkerImpl worker(options, quick());
  train_round(worker, 1);
  EXPECT_TRUE(worker.flush(kDeadline));
}

}  // namespace
}  // namespace fedwatt
