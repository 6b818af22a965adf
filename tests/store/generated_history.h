#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "fedwatt/run/run.h"

namespace fedwatt::store::testing {

// A training that goes wrong in most ways in which one can: workers that vanish and come back with
// another clock, reports that are late, skipped or partial, rounds that nobody measured or that
// cost nothing, and at its end perhaps an import. The same seed gives the same history.
//
// It has ended; so every round is closed.
class GeneratedHistory {
 public:
  explicit GeneratedHistory(std::uint64_t seed);

  run::Run& run() { return run_; }
  const std::vector<run::StoredEvent>& log() const { return log_; }
  int late_reports() const { return late_reports_; }

 private:
  struct Peer {
    protocol::WorkerHello hello;
    std::int64_t seq = 0;
    bool online = false;
  };
  struct Owed {
    std::size_t peer = 0;
    std::int64_t round = 0;
  };

  // ---- chance ----
  bool chance(double probability);
  std::int64_t between(std::int64_t low, std::int64_t high);
  template <class T>
  T one_of(const std::vector<T>& choices);

  // ---- what happens ----
  void begin();
  void play_round(std::int64_t round);
  void report_all(Peer& peer, std::int64_t round);
  void end();
  void import_afterwards();

  void join(Peer& peer);
  void apply(const run::Event& event);
  void let_time_pass();
  run::ReportReceived report_of(Peer& peer, std::int64_t round);
  void measure(run::ReportReceived& received);

  std::mt19937_64 random_;
  run::Run run_;
  std::vector<run::StoredEvent> log_;
  protocol::Timestamp now_;
  std::vector<Peer> peers_;
  std::vector<Owed> owed_;  // reports that come late
  bool all_say_examples_ = false;
  std::string target_;
  enum class Costs { kSome, kNothing, kUnknown } costs_ = Costs::kSome;  // of the round
  int late_reports_ = 0;
};

}  // namespace fedwatt::store::testing
