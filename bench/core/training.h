#pragma once

#include <cstdint>
#include <string>

#include "fedwatt/protocol/codec.h"
#include "fedwatt/run/run.h"

namespace fedwatt::bench {

// A training that goes as it should: each round every worker sends one report, and the round closes
// with the last of them.
class Training {
 public:
  static constexpr std::int64_t kTotalRounds = 1'000'000;

  explicit Training(std::int64_t workers) : workers_(workers) {}

  std::int64_t workers() const { return workers_; }

  // The events before the first report: the run's creation, and a hello of each worker.
  run::Event opening_event(std::int64_t index) const {
    if (index == 0) return run::RunCreated{"bench", {}, {}, {}};
    protocol::WorkerHello hello;
    hello.run = "bench";
    hello.worker = name(index - 1);
    hello.region = "FR";
    hello.total_rounds = kTotalRounds;
    return run::WorkerJoined{hello, 0.01};
  }
  std::int64_t opening_events() const { return workers_ + 1; }

  // The `index`-th report of the training, from 0.
  protocol::Report report(std::int64_t index) const {
    const std::int64_t round = index / workers_;
    protocol::Report report;
    report.seq = round + 1;
    report.round = round;
    report.phase = protocol::Phase::kEvaluate;
    report.started_at = at(index);
    report.duration_s = 12.3;
    report.energy_j.cpu_j = 410.2;
    report.energy_j.ram_j = 30.1;
    report.energy_source.cpu = "rapl";
    report.energy_source.ram = "model";
    report.num_examples = 520;
    const auto progress = static_cast<double>(round);
    report.metrics = {{"accuracy", progress / (progress + 10)}, {"loss", 10 / (progress + 10)}};
    report.bytes_sent = 1'234'567;
    report.bytes_received = 1'234'567;
    return report;
  }
  run::ReportReceived received(std::int64_t index, protocol::Report report) const {
    return {name(index % workers_), std::move(report), 56.0, "table:FR", 0.0068};
  }
  static protocol::Timestamp at(std::int64_t index) {
    return protocol::Timestamp(std::chrono::milliseconds(1'767'225'600'000 + index));
  }

 private:
  static std::string name(std::int64_t worker) { return "worker-" + std::to_string(worker); }

  std::int64_t workers_;
};

}  // namespace fedwatt::bench
