#include <fedwatt/fedwatt.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <future>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "c_api_program.h"
#include "peer_process.h"

// The C functions of libfedwatt.so, as a C program or a foreign language calls them.

namespace {

using fedwatt::testing::kDeadline;
using fedwatt::testing::PeerProcess;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kDeadlineMs = std::chrono::milliseconds(kDeadline).count();
constexpr const char* kNoHub = "ws://127.0.0.1:1";

struct Free {
  void operator()(fedwatt_worker* worker) const { fedwatt_worker_free(worker); }
};
using WorkerPtr = std::unique_ptr<fedwatt_worker, Free>;

fedwatt_options options_for(const char* hub) {
  fedwatt_options options;
  fedwatt_options_init(&options, sizeof options);
  options.hub = hub;
  options.run = "digits";
  options.worker = "hospital-3";
  options.keep_log = 1;
  options.close_timeout_ms = 0;
  return options;
}

WorkerPtr open(const fedwatt_options& options) {
  char error[256];
  WorkerPtr worker(fedwatt_worker_open(&options, error, sizeof error));
  EXPECT_NE(worker, nullptr) << error;
  return worker;
}

std::string complaint_about(const fedwatt_options* options) {
  char error[256] = "not written";
  EXPECT_EQ(fedwatt_worker_open(options, error, sizeof error), nullptr);
  return error;
}

fedwatt_stats stats_of(const WorkerPtr& worker) {
  fedwatt_stats stats{};
  stats.size = sizeof stats;
  fedwatt_worker_get_stats(worker.get(), &stats);
  return stats;
}

void report(const WorkerPtr& worker, double accuracy) {
  fedwatt_result result{};
  result.size = sizeof result;
  result.accuracy = &accuracy;
  fedwatt_worker_report(worker.get(), &result);
}

std::string next_log_line(const WorkerPtr& worker) {
  char line[512];
  const std::size_t length = fedwatt_worker_next_log_line(worker.get(), line, sizeof line);
  EXPECT_EQ(length, std::strlen(line));
  return line;
}

// The log line with `text` in it; the library's thread writes them, so it may take a moment.
std::string log_line_with(const WorkerPtr& worker, const std::string& text) {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (std::chrono::steady_clock::now() < deadline) {
    const std::string line = next_log_line(worker);
    if (line.find(text) != std::string::npos) return line;
    if (line.empty()) std::this_thread::yield();
  }
  ADD_FAILURE() << "no line of the log says " << text;
  return "";
}

TEST(CApi, ACProgramTrains) {
  PeerProcess hub("fake_hub.py");
  const std::string url = hub.url();
  auto trained = std::async(std::launch::async, c_program_trains_one_round, url.c_str());
  const std::string report = hub.line_with("\"round_complete\": true");
  EXPECT_THAT(report, HasSubstr(R"("accuracy": 0.5)"));
  EXPECT_THAT(report, HasSubstr(R"("auc": 0.75)"));
  EXPECT_THAT(report, HasSubstr(R"("f1": 0.25)"));
  EXPECT_THAT(report, HasSubstr(R"("num_examples": 520)"));
  EXPECT_THAT(hub.line_with("bye"), HasSubstr("finished"));
  EXPECT_EQ(trained.get(), 1);
}

TEST(CApi, SaysItsVersions) {
  EXPECT_EQ(fedwatt_abi_version(), FEDWATT_ABI_VERSION);
  EXPECT_THAT(fedwatt_version(), ::testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
}

TEST(CApi, TheDefaultsAreThoseOfItsHeader) {
  fedwatt_options options;
  std::memset(&options, 0xff, sizeof options);
  fedwatt_options_init(&options, sizeof options);
  EXPECT_EQ(options.size, sizeof options);
  EXPECT_STREQ(options.hub, "ws://127.0.0.1:3000");
  EXPECT_STREQ(options.run, "");
  EXPECT_EQ(options.total_rounds, -1);
  EXPECT_EQ(options.pue, 0);
  EXPECT_EQ(options.measure, FEDWATT_MEASURE_PROCESS);
  EXPECT_EQ(options.queue_capacity, 10'000U);
  EXPECT_EQ(options.close_timeout_ms, 5'000);
  EXPECT_EQ(options.log, nullptr);
}

TEST(CApi, RefusesOptionsThatCannotWork) {
  const auto complaint = [](auto change) {
    fedwatt_options options = options_for(kNoHub);
    change(options);
    return complaint_about(&options);
  };
  EXPECT_THAT(complaint_about(nullptr), HasSubstr("fedwatt_options_init"));
  EXPECT_THAT(complaint([](auto& o) { o.run = nullptr; }), HasSubstr("run's name"));
  EXPECT_THAT(complaint([](auto& o) { o.worker = ""; }), HasSubstr("worker's name"));
  EXPECT_THAT(complaint([](auto& o) { o.hub = "localhost"; }), HasSubstr("ws://"));
  EXPECT_THAT(complaint([](auto& o) { o.role = 2; }), HasSubstr("role is 2"));
  EXPECT_THAT(complaint([](auto& o) { o.measure = -1; }), HasSubstr("measure is -1"));
  EXPECT_THAT(complaint([](auto& o) { o.target_goal = 7; }), HasSubstr("target_goal is 7"));
  EXPECT_THAT(complaint([](auto& o) { o.policies = "target"; }),
              HasSubstr("a policy (option policies) cannot be used: target.value is missing"));
  EXPECT_THAT(complaint([](auto& o) { o.target_metric = "\x01"; }), HasSubstr("target"));
  EXPECT_THAT(complaint([](auto& o) { o.total_rounds = -2; }), HasSubstr("-2"));
  EXPECT_THAT(complaint([](auto& o) { o.pue = 0.5; }), HasSubstr("0.5"));
  EXPECT_THAT(complaint([](auto& o) { o.queue_capacity = 0; }), HasSubstr("queue"));
}

TEST(CApi, RefusesASizeThatCannotBe) {
  for (const std::size_t size : {std::size_t{0}, sizeof(std::size_t), sizeof(fedwatt_options) - 1,
                                 std::size_t{4'104}, SIZE_MAX}) {
    fedwatt_options options = options_for(kNoHub);
    options.size = size;
    EXPECT_THAT(complaint_about(&options), HasSubstr("size")) << size;
  }
}

TEST(CApi, AnOlderCallersOptionsAreShorterAndTheRestIsDefault) {
  PeerProcess hub("fake_hub.py");
  const std::string url = hub.url();
  fedwatt_options options = options_for(url.c_str());
  options.size = offsetof(fedwatt_options, region);
  options.region = reinterpret_cast<const char*>(1);  // never to be read
  options.framework = reinterpret_cast<const char*>(1);
  options.log = reinterpret_cast<void (*)(void*, const char*)>(1);
  const WorkerPtr worker = open(options);
  EXPECT_THAT(hub.line_with("hello"), HasSubstr("hospital-3"));
}

TEST(CApi, ANewerCallersStructsAreLongerAndTheRestIsNotRead) {
  struct {
    fedwatt_options known;
    const char* unknown;
  } newer;
  fedwatt_options_init(&newer.known, sizeof newer);
  EXPECT_EQ(newer.unknown, nullptr);
  EXPECT_EQ(newer.known.size, sizeof newer);
  newer.known.hub = kNoHub;
  newer.known.run = "digits";
  newer.known.worker = "hospital-3";
  newer.known.keep_log = 1;
  newer.known.close_timeout_ms = 0;
  const WorkerPtr worker = open(newer.known);
  struct {
    fedwatt_stats known;
    std::uint64_t unknown;
  } stats{{}, 7};
  stats.known.size = sizeof stats;
  fedwatt_worker_checkpoint(worker.get(), 1);
  report(worker, 0.5);
  fedwatt_worker_get_stats(worker.get(), &stats.known);
  EXPECT_EQ(stats.known.size, sizeof stats);
  EXPECT_GE(stats.known.reports_made, 1U);
  EXPECT_EQ(stats.unknown, 7U);
}

TEST(CApi, AnOlderCallersStatsAreFilledAsFarAsTheyGo) {
  const WorkerPtr worker = open(options_for(kNoHub));
  fedwatt_worker_checkpoint(worker.get(), 1);
  report(worker, 0.5);
  fedwatt_stats stats{};
  stats.size = offsetof(fedwatt_stats, reports_waiting);
  stats.reports_waiting = 77;
  fedwatt_worker_get_stats(worker.get(), &stats);
  EXPECT_GE(stats.reports_made, 1U);
  EXPECT_EQ(stats.reports_waiting, 77U);
  stats.size = 1;
  stats.reports_made = 77;
  fedwatt_worker_get_stats(worker.get(), &stats);
  EXPECT_EQ(stats.reports_made, 77U);
}

TEST(CApi, AnErrorIsCutToItsBufferBetweenCharacters) {
  fedwatt_options options = options_for(kNoHub);
  options.run = "";
  char all[256];
  EXPECT_EQ(fedwatt_worker_open(&options, all, sizeof all), nullptr);
  char some[] = "123456789";
  EXPECT_EQ(fedwatt_worker_open(&options, some, 8), nullptr);
  EXPECT_EQ(std::string(some), std::string(all).substr(0, 7));
  EXPECT_EQ(some[8], '9');  // nothing is written behind its end
  EXPECT_EQ(fedwatt_worker_open(&options, nullptr, 8), nullptr);
  char untouched = 'x';
  EXPECT_EQ(fedwatt_worker_open(&options, &untouched, 0), nullptr);
  EXPECT_EQ(untouched, 'x');
}

TEST(CApi, ANullWorkerDoesNothing) {
  EXPECT_EQ(fedwatt_worker_checkpoint(nullptr, 1), FEDWATT_GO_ON);
  EXPECT_EQ(fedwatt_worker_checkpoint_for(nullptr, 1, 0), FEDWATT_GO_ON);
  EXPECT_EQ(fedwatt_worker_ordered(nullptr), FEDWATT_GO_ON);
  EXPECT_EQ(fedwatt_worker_begin_phase(nullptr, FEDWATT_FIT), 0U);
  fedwatt_worker_end_phase(nullptr, 1);
  fedwatt_worker_add_energy(nullptr, nullptr, nullptr);
  fedwatt_worker_report(nullptr, nullptr);
  fedwatt_worker_plan_round(nullptr, 1, nullptr, 0);
  fedwatt_stats stats{};
  stats.size = sizeof stats;
  stats.reports_made = 7;
  fedwatt_worker_get_stats(nullptr, &stats);
  EXPECT_EQ(stats.reports_made, 0U);
  fedwatt_worker_get_stats(nullptr, nullptr);
  EXPECT_EQ(fedwatt_worker_flush(nullptr, 0), 0);
  EXPECT_EQ(fedwatt_worker_close(nullptr, 0, nullptr), 0);
  char line[8] = "x";
  EXPECT_EQ(fedwatt_worker_next_log_line(nullptr, line, sizeof line), 0U);
  EXPECT_STREQ(line, "");
  fedwatt_worker_free(nullptr);
  fedwatt_options_init(nullptr, sizeof(fedwatt_options));
}

TEST(CApi, NullAndNonsenseInTheOtherArgumentsDoNoHarm) {
  const WorkerPtr worker = open(options_for(kNoHub));
  fedwatt_worker_checkpoint(worker.get(), -5);
  EXPECT_EQ(fedwatt_worker_begin_phase(worker.get(), 17), 0U);
  fedwatt_worker_end_phase(worker.get(), 12'345);
  fedwatt_worker_add_energy(worker.get(), nullptr, "plug");
  fedwatt_worker_plan_round(worker.get(), 1, nullptr, 3);
  const char* const names[] = {"hospital-1", nullptr};
  fedwatt_worker_plan_round(worker.get(), 1, names, 2);
  fedwatt_result result{};
  result.size = 3;
  fedwatt_worker_report(worker.get(), &result);
  // The round, the phase, the energy, a plan, the nameless worker and the result.
  EXPECT_EQ(stats_of(worker).values_left_out, 6U);
  fedwatt_worker_report(worker.get(), nullptr);
  EXPECT_GE(stats_of(worker).reports_made, 2U);
  EXPECT_EQ(fedwatt_worker_close(worker.get(), -1, nullptr), 0);
}

TEST(CApi, EnergyThatCannotBeIsLeftOutLoggedAndCounted) {
  PeerProcess hub("fake_hub.py");
  const std::string url = hub.url();
  const WorkerPtr worker = open(options_for(url.c_str()));
  fedwatt_worker_checkpoint(worker.get(), 1);
  const auto add = [&](double cpu_j, double ram_j, const char* source) {
    fedwatt_energy energy{};
    energy.size = sizeof energy;
    energy.cpu_j = &cpu_j;
    energy.ram_j = &ram_j;
    fedwatt_worker_add_energy(worker.get(), &energy, source);
  };
  add(std::nan(""), 1, "plug");
  EXPECT_THAT(log_line_with(worker, "left out"), HasSubstr("cpu_j"));
  add(2, -1, "plug");
  add(1e13, std::numeric_limits<double>::infinity(), "plug");
  add(3, 3, std::string(191, 'x').c_str());
  add(4, 4, nullptr);
  // 1 + 1 + 2 values, and two sources.
  EXPECT_EQ(stats_of(worker).values_left_out, 6U);
  report(worker, 0.5);
  const std::string sent = hub.line_with("\"round_complete\": true");
  EXPECT_THAT(sent, HasSubstr(R"("cpu": 2,)"));  // of the second reading
  EXPECT_THAT(sent, HasSubstr(R"("ram": 1,)"));  // of the first one
  EXPECT_THAT(sent, HasSubstr(R"("ram": "external:plug")"));
}

TEST(CApi, TheWholeMachinesEnergyStandsAlone) {
  PeerProcess hub("fake_hub.py");
  const std::string url = hub.url();
  const WorkerPtr worker = open(options_for(url.c_str()));
  fedwatt_worker_checkpoint(worker.get(), 1);
  const double joules = 250;
  fedwatt_energy energy{};
  energy.size = sizeof energy;
  energy.machine_j = &joules;
  energy.cpu_j = &joules;
  fedwatt_worker_add_energy(worker.get(), &energy, "plug");
  EXPECT_EQ(stats_of(worker).values_left_out, 1U);
  report(worker, 0.5);
  const std::string sent = hub.line_with("\"round_complete\": true");
  EXPECT_THAT(sent, HasSubstr(R"("machine": 250})"));
  EXPECT_THAT(sent, HasSubstr(R"("machine": "external:plug")"));
  EXPECT_THAT(sent, Not(HasSubstr(R"("cpu": 2)")));
}

TEST(CApi, AWaitThatMayEndBeforeThePauseDoesIsOnePause) {
  PeerProcess hub("fake_hub.py", {"0", "0", R"({"directive": "pause", "command": "c-1"})"});
  const std::string url = hub.url();
  const WorkerPtr worker = open(options_for(url.c_str()));
  fedwatt_worker_checkpoint(worker.get(), 0);
  report(worker, 0.5);
  EXPECT_EQ(fedwatt_worker_flush(worker.get(), kDeadlineMs), 1);  // so the order has come
  EXPECT_EQ(fedwatt_worker_ordered(worker.get()), FEDWATT_STILL_PAUSED);
  const std::uint64_t made = stats_of(worker).reports_made;
  for (int call = 0; call < 20; ++call) {
    EXPECT_EQ(fedwatt_worker_checkpoint_for(worker.get(), 1, 1), FEDWATT_STILL_PAUSED);
  }
  EXPECT_EQ(stats_of(worker).reports_made, made);
  EXPECT_THAT(hub.line_with("directive_ack"), HasSubstr("paused"));
  hub.tell(R"(send {"type": "directive", "directive": "run", "command": "c-2"})");
  EXPECT_EQ(fedwatt_worker_checkpoint_for(worker.get(), 1, kDeadlineMs), FEDWATT_GO_ON);
  EXPECT_EQ(stats_of(worker).reports_made, made + 1);
  EXPECT_THAT(hub.line_with(R"("phase": "idle")"), HasSubstr(R"("round": 1)"));
}

TEST(CApi, AStopIsSaidOfEveryCheckpoint) {
  PeerProcess hub("fake_hub.py", {"0", "0", R"({"directive": "stop", "command": "c-1"})"});
  const std::string url = hub.url();
  const WorkerPtr worker = open(options_for(url.c_str()));
  fedwatt_worker_checkpoint(worker.get(), 0);
  report(worker, 0.5);
  EXPECT_EQ(fedwatt_worker_flush(worker.get(), kDeadlineMs), 1);
  EXPECT_EQ(fedwatt_worker_ordered(worker.get()), FEDWATT_STOP);
  EXPECT_EQ(fedwatt_worker_checkpoint(worker.get(), 1), FEDWATT_STOP);
  EXPECT_EQ(fedwatt_worker_checkpoint_for(worker.get(), 1, 0), FEDWATT_STOP);
}

TEST(CApi, AfterItsCloseAWorkerDoesNothing) {
  PeerProcess hub("fake_hub.py", {"0", "0", R"({"directive": "pause", "command": "c-1"})"});
  const std::string url = hub.url();
  const WorkerPtr worker = open(options_for(url.c_str()));
  fedwatt_worker_checkpoint(worker.get(), 0);
  report(worker, 0.5);
  EXPECT_EQ(fedwatt_worker_close(worker.get(), kDeadlineMs, "finished"), 1);
  const std::uint64_t made = stats_of(worker).reports_made;
  EXPECT_EQ(fedwatt_worker_ordered(worker.get()), FEDWATT_STOP);  // nothing will end the pause
  EXPECT_EQ(fedwatt_worker_checkpoint(worker.get(), 1), FEDWATT_STOP);
  EXPECT_EQ(fedwatt_worker_checkpoint_for(worker.get(), 1, kDeadlineMs), FEDWATT_STOP);
  fedwatt_worker_end_phase(worker.get(), fedwatt_worker_begin_phase(worker.get(), FEDWATT_FIT));
  const double joules = 1;
  fedwatt_energy energy{};
  energy.size = sizeof energy;
  energy.cpu_j = &joules;
  fedwatt_worker_add_energy(worker.get(), &energy, "plug");
  report(worker, 0.5);
  const char* const names[] = {"hospital-1"};
  fedwatt_worker_plan_round(worker.get(), 2, names, 1);
  EXPECT_EQ(stats_of(worker).reports_made, made);
  EXPECT_EQ(stats_of(worker).connected, 0);
  EXPECT_EQ(fedwatt_worker_flush(worker.get(), kDeadlineMs), 1);
  EXPECT_EQ(fedwatt_worker_close(worker.get(), 0, "again"), 1);
}

TEST(CApi, InTheChildOfAForkAWorkerDoesNothing) {
  PeerProcess hub("fake_hub.py");
  const std::string url = hub.url();
  WorkerPtr worker = open(options_for(url.c_str()));
  fedwatt_worker_checkpoint(worker.get(), 1);
  const pid_t child = ::fork();
  if (child == 0) {
    report(worker, 0.1);
    char line[64];
    const bool good = fedwatt_worker_checkpoint(worker.get(), 2) == FEDWATT_GO_ON &&
                      fedwatt_worker_checkpoint_for(worker.get(), 2, 0) == FEDWATT_GO_ON &&
                      fedwatt_worker_ordered(worker.get()) == FEDWATT_GO_ON &&
                      fedwatt_worker_begin_phase(worker.get(), FEDWATT_FIT) == 0 &&
                      fedwatt_worker_flush(worker.get(), kDeadlineMs) == 0 &&
                      fedwatt_worker_close(worker.get(), kDeadlineMs, "child") == 0 &&
                      fedwatt_worker_next_log_line(worker.get(), line, sizeof line) == 0 &&
                      stats_of(worker).reports_made == 0;
    worker.reset();
    ::_exit(good ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  report(worker, 0.5);
  EXPECT_EQ(fedwatt_worker_close(worker.get(), kDeadlineMs, "finished"), 1);
  EXPECT_THAT(hub.line_with("\"round_complete\": true"), HasSubstr("0.5"));
}

TEST(CApi, KeepsTheNewestLinesOfItsLogAndCutsThemToTheBuffer) {
  const WorkerPtr worker = open(options_for(kNoHub));
  for (int round = -1'000; round < 0; ++round) fedwatt_worker_checkpoint(worker.get(), round);
  fedwatt_result result{};
  result.size = sizeof result;
  const double accuracy = 81;
  result.accuracy = &accuracy;
  fedwatt_worker_report(worker.get(), &result);  // its line comes last
  std::vector<std::string> lines;
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (std::chrono::steady_clock::now() < deadline) {
    const std::string line = next_log_line(worker);
    if (!line.empty()) lines.push_back(line);
    if (line.find("accuracy") != std::string::npos) break;
  }
  ASSERT_FALSE(lines.empty());
  EXPECT_THAT(lines.back(), HasSubstr("accuracy was left out"));

  fedwatt_worker_checkpoint(worker.get(), -1);
  fedwatt_worker_close(worker.get(), 0, "finished");
  char line[12] = "";
  EXPECT_EQ(fedwatt_worker_next_log_line(worker.get(), nullptr, 12), 0U);
  EXPECT_EQ(fedwatt_worker_next_log_line(worker.get(), line, 0), 0U);
  if (fedwatt_worker_next_log_line(worker.get(), line, sizeof line) > 0) {
    EXPECT_LT(std::strlen(line), sizeof line);
  }
}

TEST(CApi, LinesGoToTheProgramsOwnLog) {
  PeerProcess hub("fake_hub.py");
  const std::string url = hub.url();
  std::promise<std::string> connected;
  fedwatt_options options = options_for(url.c_str());
  options.log_context = &connected;
  options.log = [](void* context, const char* line) {
    if (std::strstr(line, "connected to the hub") != nullptr) {
      static_cast<std::promise<std::string>*>(context)->set_value(line);
    }
  };
  const WorkerPtr worker = open(options);
  EXPECT_THAT(connected.get_future().get(), HasSubstr("hospital-3 of run digits"));
  EXPECT_THAT(log_line_with(worker, "connected to the hub"), HasSubstr("digits"));  // kept, too
}

TEST(CApi, ItsSafeCallsAreSafeFromAnyThread) {
  PeerProcess hub("fake_hub.py");
  const std::string url = hub.url();
  const WorkerPtr worker = open(options_for(url.c_str()));
  std::atomic<bool> training = true;
  std::vector<std::thread> others;
  for (int thread = 0; thread < 3; ++thread) {
    others.emplace_back([&] {
      while (training) {
        stats_of(worker);
        next_log_line(worker);
        fedwatt_worker_ordered(worker.get());
        fedwatt_worker_flush(worker.get(), 0);
      }
    });
  }
  for (std::int64_t round = 1; round <= 100; ++round) {
    EXPECT_EQ(fedwatt_worker_checkpoint(worker.get(), round), FEDWATT_GO_ON);
    fedwatt_worker_end_phase(worker.get(), fedwatt_worker_begin_phase(worker.get(), FEDWATT_FIT));
    report(worker, 0.5);
  }
  std::thread closing([&] { fedwatt_worker_close(worker.get(), kDeadlineMs, "finished"); });
  EXPECT_EQ(fedwatt_worker_close(worker.get(), kDeadlineMs, "finished"), 1);
  closing.join();
  training = false;
  for (auto& other : others) other.join();
  EXPECT_GE(stats_of(worker).reports_acknowledged, 100U);
}

}  // namespace
