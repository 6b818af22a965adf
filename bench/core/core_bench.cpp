#include <benchmark/benchmark.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
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

// The processor's time of this program, so that others on the machine do not count.
class CpuClock {
 public:
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<CpuClock>;
  static constexpr bool is_steady = true;

  static time_point now() {
    std::timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time_point(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
  }
};
using Clock = CpuClock;
using WallClock = std::chrono::steady_clock;

template <class TimePoint>
double seconds_since(TimePoint start) {
  return std::chrono::duration<double>(TimePoint::clock::now() - start).count();
}

double peak_megabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
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
  for (const std::int64_t rounds : {10, 1'000}) bench->Args({rounds, 100});
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
    state.counters["peak_mb"] = peak_megabytes();
    state.SetIterationTime(elapsed_s);
    say(state, elapsed_s, state.range(0));
  }
}
BENCHMARK(replay_from_memory)
    ->Arg(1'000'000)
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kSecond);

// ---- stores -------------------------------------------------------------------------------------

// A new SQLite file in a folder that goes with this object, or the PostgreSQL database that
// FEDWATT_TEST_POSTGRES names, in which each gets a run of its own.
class BenchStore {
 public:
  explicit BenchStore(bool postgres) {
    static int runs = 0;
    run_id_ = "run-" + std::to_string(++runs);
    std::string address;
    if (postgres) {
      const char* const url = std::getenv("FEDWATT_TEST_POSTGRES");
      if (!url) throw std::runtime_error("FEDWATT_TEST_POSTGRES names no database");
      address = url;
    } else {
      std::string folder = (std::filesystem::temp_directory_path() / "core_bench_XXXXXX").string();
      if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no temporary folder");
      folder_ = folder;
      address = "sqlite:" + folder + "/bench.db";
    }
    auto opened = store::open_store(address);
    if (!opened) throw std::runtime_error(opened.error().message);
    store_ = *std::move(opened);
  }
  ~BenchStore() {
    static_cast<void>(store_->remove(run_id_));
    store_.reset();
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }
  BenchStore(const BenchStore&) = delete;
  BenchStore& operator=(const BenchStore&) = delete;

  store::Store& store() { return *store_; }

  // The next `count` events of the training.
  std::vector<run::StoredEvent> next(const Training& training, std::int64_t count) {
    std::vector<run::StoredEvent> events;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t report = offset_++ - training.opening_events();
      events.push_back({run_id_, offset_, Training::at(offset_),
                        report < 0 ? training.opening_event(offset_ - 1)
                                   : training.received(report, training.report(report))});
    }
    return events;
  }
  void append(const std::vector<run::StoredEvent>& events) {
    if (const auto appended = store_->append(events); !appended) {
      throw std::runtime_error(appended.error().message);
    }
  }

 private:
  std::string run_id_;
  std::filesystem::path folder_;
  std::unique_ptr<store::Store> store_;
  std::int64_t offset_ = 0;
};

// The workers' part of one commit of range(0) reports: `us_per_report` is the hub's processor time,
// `wall_us` what a report takes until it is durable.
void append(benchmark::State& state, bool postgres) {
  const Training training(100);
  BenchStore stored(postgres);
  stored.append(stored.next(training, training.opening_events()));
  double elapsed_s = 0;
  double wall_s = 0;
  std::int64_t reports = 0;
  for ([[maybe_unused]] auto iteration : state) {
    const auto events = stored.next(training, state.range(0));
    const auto start = Clock::now();
    const auto wall_start = WallClock::now();
    stored.append(events);
    const double batch_s = seconds_since(start);
    wall_s += seconds_since(wall_start);
    state.SetIterationTime(batch_s);
    elapsed_s += batch_s;
    reports += state.range(0);
  }
  state.counters["wall_us"] = wall_s / static_cast<double>(reports) * 1e6;
  say(state, elapsed_s, reports);
}

void append_to_sqlite(benchmark::State& state) { append(state, false); }
void append_to_postgres(benchmark::State& state) { append(state, true); }

void batches(benchmark::internal::Benchmark* bench) {
  bench->ArgName("batch")->UseManualTime()->Unit(benchmark::kMicrosecond);
  bench->Arg(1)->Arg(100)->Arg(1'000)->Iterations(200);
}
BENCHMARK(append_to_sqlite)->Apply(batches);
BENCHMARK(append_to_postgres)->Apply(batches);

// `seconds` until a hub would be ready, `peak_mb` the most memory that this program has had.
void replay(benchmark::State& state, bool postgres) {
  const Training training(kReplayWorkers);
  BenchStore stored(postgres);
  const std::int64_t total = training.opening_events() + state.range(0);
  constexpr std::int64_t kBatch = 10'000;
  for (std::int64_t done = 0; done < total; done += kBatch) {
    stored.append(stored.next(training, std::min(kBatch, total - done)));
  }
  for ([[maybe_unused]] auto iteration : state) {
    const auto start = Clock::now();
    const auto wall_start = WallClock::now();
    run::Run run("run-1");
    const auto replayed = stored.store().replay(
        [&run](run::StoredEvent&& event) { run.apply(event.event, event.at); });
    if (!replayed) throw std::runtime_error(replayed.error().message);
    run.view();
    state.counters["seconds"] = seconds_since(wall_start);
    state.counters["peak_mb"] = peak_megabytes();
    const double elapsed_s = seconds_since(start);
    state.SetIterationTime(elapsed_s);
    say(state, elapsed_s, state.range(0));
  }
}

void replay_from_sqlite(benchmark::State& state) { replay(state, false); }
void replay_from_postgres(benchmark::State& state) { replay(state, true); }

void replays(benchmark::internal::Benchmark* bench) {
  bench->Arg(1'000'000)->Iterations(1)->UseManualTime()->Unit(benchmark::kSecond);
}
BENCHMARK(replay_from_sqlite)->Apply(replays);
BENCHMARK(replay_from_postgres)->Apply(replays);

}  // namespace
}  // namespace fedwatt::bench

BENCHMARK_MAIN();
