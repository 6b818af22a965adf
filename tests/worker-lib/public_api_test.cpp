// Compiled as C++17 against libfedwatt.so alone, as a user's program is.

#include <fedwatt/worker.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <locale>
#include <stdexcept>
#include <type_traits>

#include "peer_process.h"

namespace {

static_assert(__cplusplus == 201703L, "the public header is C++17");
static_assert(!std::is_copy_constructible_v<fedwatt::Worker>);
static_assert(std::is_nothrow_move_constructible_v<fedwatt::PhaseScope>);

using fedwatt::testing::kDeadline;
using fedwatt::testing::PeerProcess;

fedwatt::WorkerOptions options_for(const std::string& url) {
  fedwatt::WorkerOptions options{url, "digits", "hospital-3"};
  options.log = [](std::string_view) {};
  return options;
}

void train(fedwatt::Worker& worker) {
  for (int round = 1; round <= 3; ++round) {
    if (worker.checkpoint(round) == fedwatt::Next::kStop) break;
    { auto fit = worker.phase(fedwatt::Phase::kFit); }
    worker.report({0.5, 1.25, 520});
  }
}

TEST(PublicApi, TheExampleOfItsHeaderWorks) {
  PeerProcess hub("fake_hub.py");
  {
    fedwatt::Worker worker(options_for(hub.url()));
    train(worker);
  }  // flushes
  for (int round = 1; round <= 3; ++round) {
    const std::string report = hub.line_with("\"round_complete\": true");
    EXPECT_NE(report.find("\"round\": " + std::to_string(round)), std::string::npos) << report;
    EXPECT_NE(report.find("\"accuracy\": 0.5"), std::string::npos) << report;
  }
  EXPECT_NE(hub.line_with("bye").find("finished"), std::string::npos);
}

TEST(PublicApi, RefusesOptionsThatCannotWork) {
  EXPECT_THROW(fedwatt::Worker({"ws://127.0.0.1:3000", "", "w"}), std::invalid_argument);
  EXPECT_THROW(fedwatt::Worker({"127.0.0.1", "r", "w"}), std::invalid_argument);
}

TEST(PublicApi, TheDestructorWaitsNoLongerThanItMay) {
  fedwatt::WorkerOptions options = options_for("ws://127.0.0.1:1");
  options.close_timeout = std::chrono::milliseconds(1);
  fedwatt::Worker worker(options);
  train(worker);
  EXPECT_GE(worker.stats().reports_waiting, 3U);  // more on a machine so slow that it idles
}

TEST(PublicApi, AScopeCanMoveAndEndEarly) {
  PeerProcess hub("fake_hub.py");
  fedwatt::Worker worker(options_for(hub.url()));
  worker.checkpoint(1);
  auto fit = worker.phase(fedwatt::Phase::kFit);
  auto moved = std::move(fit);
  moved.end();
  moved.end();
  moved = worker.phase(fedwatt::Phase::kEvaluate);
  moved = worker.phase(fedwatt::Phase::kCommunicate);
  EXPECT_TRUE(worker.close(kDeadline));
  for (const char* phase : {"fit", "evaluate", "communicate"}) {
    EXPECT_NE(hub.line_with("\"phase\": \"" + std::string(phase) + "\""), "");
  }
}

TEST(PublicApi, EveryOptionReachesTheHub) {
  PeerProcess hub("fake_hub.py");
  fedwatt::WorkerOptions options = options_for(hub.url());
  options.role = fedwatt::Role::kCoordinator;
  options.total_rounds = 20;
  options.region = "FR";
  options.pue = 1.5;
  options.framework = "by hand";
  options.target = {"perplexity", fedwatt::Target::Goal::kMin};
  fedwatt::Worker worker(options);
  const std::string hello = hub.line_with("hello");
  for (const char* part :
       {R"("run": "digits")", R"("worker": "hospital-3")", R"("role": "coordinator")",
        R"("total_rounds": 20)", R"("region": "FR")", R"("pue": 1.5)", R"("framework": "by hand")",
        R"("target": {"metric": "perplexity", "goal": "min"})"}) {
    EXPECT_NE(hello.find(part), std::string::npos) << part << " in " << hello;
  }
}

TEST(PublicApi, WhatATrainingMeasuredItselfIsReportedUnderItsName) {
  PeerProcess hub("fake_hub.py");
  fedwatt::WorkerOptions options = options_for(hub.url());
  options.measure = fedwatt::Measure::kNothing;
  fedwatt::Worker worker(options);
  worker.checkpoint(1);
  worker.add_energy({12.5, {}, 2.5}, "codecarbon");
  fedwatt::RoundResult result;
  result.metrics = {{"auc", 0.75}, {"f1", 0.5}};
  worker.report(result);
  const std::string report = hub.line_with("\"round_complete\": true");
  for (const char* part : {R"("cpu": 12.5)", R"("ram": 2.5)", R"("cpu": "external:codecarbon")",
                           R"("auc": 0.75)", R"("f1": 0.5)"}) {
    EXPECT_NE(report.find(part), std::string::npos) << part << " in " << report;
  }
}

TEST(PublicApi, KnowsWhatIsOrderedAndCanWaitForAWhileOnly) {
  PeerProcess hub("fake_hub.py", {"0", "0", R"({"directive": "pause", "command": "c-1"})"});
  fedwatt::Worker worker(options_for(hub.url()));
  worker.checkpoint(0);
  worker.report({0.5});
  EXPECT_TRUE(worker.flush(kDeadline));  // so the order has come
  EXPECT_EQ(worker.ordered(), fedwatt::Next::kStillPaused);
  EXPECT_EQ(worker.checkpoint_for(1, std::chrono::milliseconds(0)), fedwatt::Next::kStillPaused);
  EXPECT_EQ(worker.checkpoint_for(1, std::chrono::milliseconds(1)), fedwatt::Next::kStillPaused);
  EXPECT_NE(hub.line_with("directive_ack").find("paused"), std::string::npos);
  hub.tell(R"(send {"type": "directive", "directive": "run", "command": "c-2"})");
  EXPECT_EQ(worker.checkpoint_for(1, kDeadline), fedwatt::Next::kContinue);
  EXPECT_EQ(worker.ordered(), fedwatt::Next::kContinue);
}

TEST(PublicApi, TheChildOfAForkDoesNothingAndTheParentGoesOn) {
  PeerProcess hub("fake_hub.py");
  fedwatt::Worker* worker = new fedwatt::Worker(options_for(hub.url()));
  worker->checkpoint(1);
  auto fit = worker->phase(fedwatt::Phase::kFit);
  const pid_t child = ::fork();
  if (child == 0) {
    fit.end();
    worker->report({0.1});
    const bool went_on = worker->checkpoint(2) == fedwatt::Next::kContinue;
    const bool flushed = worker->flush(kDeadline) || worker->close(kDeadline);
    delete worker;
    ::_exit(went_on && !flushed ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  fit.end();
  worker->report({0.5});
  EXPECT_TRUE(worker->close(kDeadline));
  delete worker;
  const std::string report = hub.line_with("\"round_complete\": true");
  EXPECT_NE(report.find("\"accuracy\": 0.5"), std::string::npos) << report;
}

struct CommaForPoint : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

// The C library's German, for printf and strtod, made on the spot: few test machines have it.
class GermanCLocale {
 public:
  GermanCLocale() {
    std::string name = ::testing::TempDir() + "fedwatt-locale-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    const std::string command = "localedef -i de_DE -f UTF-8 '" + folder_ + "/de_DE.UTF-8'";
    EXPECT_EQ(std::system(command.c_str()), 0) << "Debian's package `locales` is missing";
    ::setenv("LOCPATH", folder_.c_str(), 1);
    EXPECT_NE(std::setlocale(LC_ALL, "de_DE.UTF-8"), nullptr);
    EXPECT_STREQ(std::localeconv()->decimal_point, ",");
  }
  ~GermanCLocale() {
    std::setlocale(LC_ALL, "C");
    ::unsetenv("LOCPATH");
    std::filesystem::remove_all(folder_);
  }
  GermanCLocale(const GermanCLocale&) = delete;
  GermanCLocale& operator=(const GermanCLocale&) = delete;

 private:
  std::string folder_;
};

TEST(PublicApi, NumbersAreRightUnderAGermanLocale) {
  const std::locale before = std::locale::global(std::locale(std::locale(), new CommaForPoint));
  const GermanCLocale german;
  PeerProcess hub("fake_hub.py");
  {
    fedwatt::WorkerOptions options = options_for(hub.url());
    options.pue = 1.25;
    options.total_rounds = 20'000;
    fedwatt::Worker worker(options);
    train(worker);
    EXPECT_TRUE(worker.flush(kDeadline));
  }
  std::locale::global(before);
  const std::string hello = hub.line_with("hello");
  EXPECT_NE(hello.find("\"pue\": 1.25"), std::string::npos) << hello;
  EXPECT_NE(hello.find("\"total_rounds\": 20000"), std::string::npos) << hello;
  const std::string report = hub.line_with("report");
  EXPECT_NE(report.find("\"loss\": 1.25"), std::string::npos) << report;
}

TEST(PublicApi, ExportsTheFunctionsOfItsCHeaderAndNothingElse) {
  const std::string names = "nm -D --defined-only '" FEDWATT_LIBRARY
                            "' | awk '{print $3}' | LC_ALL=C sort | tr '\\n' ' '";
  FILE* symbols = ::popen(names.c_str(), "r");
  ASSERT_NE(symbols, nullptr);
  std::array<char, 4096> exported{};
  const std::size_t size = std::fread(exported.data(), 1, exported.size(), symbols);
  EXPECT_EQ(::pclose(symbols), 0);
  EXPECT_EQ(std::string(exported.data(), size),
            "fedwatt_abi_version fedwatt_options_init fedwatt_version fedwatt_worker_add_energy "
            "fedwatt_worker_begin_phase fedwatt_worker_checkpoint fedwatt_worker_checkpoint_for "
            "fedwatt_worker_close fedwatt_worker_end_phase fedwatt_worker_flush "
            "fedwatt_worker_free fedwatt_worker_get_stats fedwatt_worker_next_log_line "
            "fedwatt_worker_open fedwatt_worker_ordered fedwatt_worker_plan_round "
            "fedwatt_worker_report ");
}

}  // namespace
