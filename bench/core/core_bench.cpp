#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>
#include <vector>

#include "fedwatt/store/store.h"
#include "training.h"

// What the core costs the hub: a report by itself and with what its viewers get, in short runs and
// in long ones, and a replay. bench/README.md says how to run it and how to read it.

namespace fedwatt::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string frame_of(const Training& training, std::int64_t index) {
  return protocol::encode(protocol::WorkerMessage(training.report(index)));
}

// Seconds that nlohmann's parser alone takes for a report: the measure of all others.
double bare_parse_s() {
  static const double kSeconds = [] {
    const std::string frame = frame_of(Training(10), 100);
    constexpr int kTimes = 50'000;
    double fastest = 1;
    for (int attempt = 0; attempt < 5; ++attempt) {
      const auto start = Clock::now();
      for (int i = 0; i < kTimes; ++i) benchmark::DoNotOptimize(nlohmann::json::parse(frame));
      fastest = std::min(fastest, seconds_since(start) / kTimes);
    }
    return fastest;
  }();
  return kSeconds;
}

void say(benchmark::State& state, double elapsed_s, std::int64_t reports) {
  const double each_s = elapsed_s / static_cast<double>(reports);
  state.counters["us_per_report"] = each_s * 1e6;
  state.counters["bare_parses"] = each_s / bare_parse_s();
  state.SetItemsProcessed(reports);
}

std::unique_ptr<run::Run> begun(const Training& training, std::int64_t rounds) {
  auto run = std::make_unique<run::Run>("run-1");
  for (std::int64_t i = 0; i < training.opening_events(); ++i) {
    run->apply(training.opening_event(i), Training::at(0));
  }
  for (std::int64_t i = 0; i < rounds * training.workers(); ++i) {
    run->apply(training.received(i, training.report(i)), Training::at(i));
  }
  run->view();  // the figures and the forecast of what was
  return run;
}

// Each iteration is one more round of a run that has had range(0) rounds of range(1) workers;
// `step` takes one report, as it came, into the run.
template <class Step>
void more_rounds(benchmark::State& state, const Step& step) {
  const Training training(state.range(1));
  const auto run = begun(training, state.range(0));
  std::int64_t index = state.range(0) * training.workers();
  std::int64_t reports = 0;
  double elapsed_s = 0;
  std::vector<std::string> frames;
  for ([[maybe_unused]] auto iteration : state) {
    frames.clear();
    for (std::int64_t i = 0; i < training.workers(); ++i) {
      frames.push_back(frame_of(training, index + i));
    }
    const auto start = Clock::now();
    for (const std::string& frame : frames) step(*run, training, index++, frame);
    const double round_s = seconds_since(start);
    state.SetIterationTime(round_s);
    elapsed_s += round_s;
    reports += training.workers();
  }
  say(state, elapsed_s, reports);
}

void take(run::Run& run, const Training& training, std::int64_t index, const std::string& frame) {
  auto decoded = protocol::decode_worker_frame(frame);
  run.apply(training.received(index, std::get<protocol::Report>(*std::move(decoded.front()))),
            Training::at(index));
}

void decode_and_apply(benchmark::State& state) { more_rounds(state, take); }

void apply_alone(benchmark::State& state) {
  more_rounds(state,
              [](run::Run& run, const Training& training, std::int64_t index, const std::string&) {
                run.apply(training.received(index, training.report(index)), Training::at(index));
              });
}

// What one commit of a single report brings its viewers, encoded once for all of them; with the
// forecast, which is computed anew when a round closes.
void apply_and_tell(benchmark::State& state) {
  more_rounds(state, [](run::Run& run, const Training& training, std::int64_t index,
                        const std::string& frame) {
    const std::int64_t before = run.offset();
    take(run, training, index, frame);
    for (const auto& message : run.changed_since(before)) {
      benchmark::DoNotOptimize(protocol::encode(message));
    }
  });
}

// The same where a commit brings a whole round, as under load.
void apply_a_round_and_tell(benchmark::State& state) {
  std::int64_t before = 0;
  more_rounds(state, [&before](run::Run& run, const Training& training, std::int64_t index,
                               const std::string& frame) {
    if (index % training.workers() == 0) before = run.offset();
    take(run, training, index, frame);
    if ((index + 1) % training.workers() != 0) return;
    for (const auto& message : run.changed_since(before)) {
      benchmark::DoNotOptimize(protocol::encode(message));
    }
  });
}

void lengths(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"rounds", "workers"})->UseManualTime()->Unit(benchmark::kMicrosecond);
  for (const std::int64_t rounds : {10, 1'000, 10'000}) bench->Args({rounds, 10});
  for (const std::int64_t rounds : {10, 1'000}) bench->Args({rounds, 1'000});
  bench->Iterations(50);
}

BENCHMARK(apply_alone)->Apply(lengths);
BENCHMARK(decode_and_apply)->Apply(lengths);
BENCHMARK(apply_and_tell)->Apply(lengths);
BENCHMARK(apply_a_round_and_tell)->Apply(lengths);

// ---- replays ------------------------------------------------------------------------------------

constexpr std::int64_t kReplayWorkers = 100;

void replay_from_memory(benchmark::State& state) {
  const Training training(kReplayWorkers);
  for ([[maybe_unused]] auto iteration : state) {
    const auto start = Clock::now();
    auto run = begun(training, state.range(0) / training.workers());
    const double elapsed_s = seconds_since(start);
    state.SetIterationTime(elapsed_s);
    say(state, elapsed_s, state.range(0));
  }
}
BENCHMARK(replay_from_memory)
    ->Arg(1'000'000)
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kSecond);

// A database of that many reports in a folder that goes with this object.
class StoredTraining {
 public:
  StoredTraining(const Training& training, std::int64_t reports) {
    std::string folder = (std::filesystem::temp_directory_path() / "core_bench_XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = folder;
    auto opened = store::open_store("sqlite:" + folder + "/bench.db");
    if (!opened) throw std::runtime_error(opened.error().message);
    store_ = *std::move(opened);
    const std::int64_t total = training.opening_events() + reports;
    std::vector<run::StoredEvent> batch;
    for (std::int64_t offset = 1; offset <= total; ++offset) {
      const std::int64_t report = offset - 1 - training.opening_events();
      batch.push_back({"run-1", offset, Training::at(offset),
                       report < 0 ? training.opening_event(offset - 1)
                                  : training.received(report, training.report(report))});
      if (batch.size() < 10'000 && offset < total) continue;
      const auto appended = store_->append(batch);
      if (!appended) throw std::runtime_error(appended.error().message);
      batch.clear();
    }
  }
  ~StoredTraining() {
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  StoredTraining(const StoredTraining&) = delete;
  StoredTraining& operator=(const StoredTraining&) = delete;

  store::Store& store() { return *store_; }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<store::Store> store_;
};

void replay_from_sqlite(benchmark::State& state) {
  StoredTraining stored(Training(kReplayWorkers), state.range(0));
  for ([[maybe_unused]] auto iteration : state) {
    const auto start = Clock::now();
    run::Run run("run-1");
    const auto replayed = stored.store().replay(
        [&run](run::StoredEvent&& event) { run.apply(event.event, event.at); });
    if (!replayed) throw std::runtime_error(replayed.error().message);
    run.view();
    const double elapsed_s = seconds_since(start);
    state.SetIterationTime(elapsed_s);
    say(state, elapsed_s, state.range(0));
  }
}
BENCHMARK(replay_from_sqlite)
    ->Arg(1'000'000)
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kSecond);

}  // namespace
}  // namespace fedwatt::bench

BENCHMARK_MAIN();
