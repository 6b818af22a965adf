#include "generated_history.h"

#include <chrono>
#include <utility>

#include "sample_events.h"

namespace fedwatt::store::testing {

using protocol::Phase;
using protocol::Role;
using protocol::Target;

GeneratedHistory::GeneratedHistory(std::uint64_t seed)
    : random_(seed), run_("run-" + std::to_string(seed)), now_(at_ms(0)) {
  begin();
  std::int64_t round = between(0, 1);
  for (std::int64_t left = between(3, 10); left > 0; --left) {
    play_round(round);
    round += chance(0.15) ? 2 : 1;
  }
  end();
  if (chance(0.4)) import_afterwards();
}

bool GeneratedHistory::chance(double probability) {
  return std::uniform_real_distribution<>(0, 1)(random_) < probability;
}

std::int64_t GeneratedHistory::between(std::int64_t low, std::int64_t high) {
  return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
}

template <class T>
T GeneratedHistory::one_of(const std::vector<T>& choices) {
  return choices[static_cast<std::size_t>(
      between(0, static_cast<std::int64_t>(choices.size()) - 1))];
}

void GeneratedHistory::begin() {
  const auto target = one_of<Target>({{"accuracy", Target::Goal::kMax},
                                      {"loss", Target::Goal::kMin},
                                      {"auc", Target::Goal::kMax}});
  target_ = target.metric;
  all_say_examples_ = chance(0.6);
  run::RunCreated created{"digits", target, {}, {1.1, 0.02, 475}};
  created.rules.deadline_ms = 40'000;
  created.rules.grace_ms = 20'000;
  apply(created);

  // Names whose order differs between languages, and between bytes and letters.
  const std::vector<std::string> names = {"b", "Z", "a", "ähre", "hospital-3", "B"};
  const auto workers = between(1, static_cast<std::int64_t>(names.size()));
  for (std::int64_t i = 0; i <= workers; ++i) {
    Peer peer;
    const bool coordinator = i == workers;
    if (coordinator && chance(0.5)) break;
    peer.hello.run = "digits";
    peer.hello.worker = coordinator ? "Coordinator" : names[static_cast<std::size_t>(i)];
    peer.hello.role = coordinator ? Role::kCoordinator : Role::kWorker;
    peer.hello.session = "session-" + std::to_string(i);
    peers_.push_back(peer);
    join(peers_.back());
  }
}

void GeneratedHistory::join(Peer& peer) {
  auto& hello = peer.hello;
  hello.region = one_of<std::string>({"", "FR", "DE"});
  hello.pue = chance(0.5) ? std::optional(1.2) : std::nullopt;
  hello.hardware.gpu = one_of<std::vector<std::string>>({{}, {"H200"}, {"H200", "H200"}});
  hello.total_rounds = chance(0.5) ? std::optional(between(5, 20)) : std::nullopt;
  // Halves of a millisecond, too.
  const auto offset_s = chance(0.6)
                            ? std::optional(static_cast<double>(between(-50'000, 50'000)) / 10'000)
                            : std::nullopt;
  peer.online = true;
  apply(run::WorkerJoined{hello, offset_s});
}

void GeneratedHistory::play_round(std::int64_t round) {
  costs_ = chance(0.25) ? one_of<Costs>({Costs::kNothing, Costs::kUnknown}) : Costs::kSome;
  if (peers_.back().hello.role == Role::kCoordinator && chance(0.4)) {
    std::vector<std::string> selected;
    for (const auto& peer : peers_) {
      if (peer.hello.role == Role::kWorker && chance(0.7)) selected.push_back(peer.hello.worker);
    }
    apply(run::RoundPlanned{peers_.back().hello.worker, {round, selected}});
    if (chance(0.1)) return;  // planned, and never reported
  }
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    Peer& peer = peers_[i];
    if (!peer.online && chance(0.6)) join(peer);
    if (!peer.online || chance(0.15)) {
      if (chance(0.7)) owed_.push_back({i, round});
      continue;
    }
    report_all(peer, round);
    if (chance(0.12)) {
      apply(run::WorkerDisconnected{peer.hello.worker});
      peer.online = false;
    } else if (chance(0.05)) {
      join(peer);  // another process of the same worker
    }
    let_time_pass();
  }
  while (!owed_.empty() && chance(0.4)) {
    const Owed owed = owed_.front();
    owed_.erase(owed_.begin());
    if (peers_[owed.peer].online) report_all(peers_[owed.peer], owed.round);
  }
}

void GeneratedHistory::report_all(Peer& peer, std::int64_t round) {
  for (auto left = between(1, 4); left > 0; --left) {
    if (chance(0.05)) ++peer.seq;  // dropped by the worker
    apply(report_of(peer, round));
  }
}

run::ReportReceived GeneratedHistory::report_of(Peer& peer, std::int64_t round) {
  run::ReportReceived received;
  received.worker = peer.hello.worker;
  auto& report = received.report;
  report.seq = ++peer.seq;
  report.round = round;
  report.phase = one_of<Phase>({Phase::kFit, Phase::kEvaluate, Phase::kFit, Phase::kEvaluate,
                                Phase::kInit, Phase::kIdle, Phase::kCommunicate});
  report.started_at = now_ - std::chrono::milliseconds(between(0, 20'000));
  report.duration_s = chance(0.1) ? 0 : static_cast<double>(between(1, 200'000)) / 10'000;
  const bool says_examples = peer.hello.role == Role::kWorker && all_say_examples_;
  if (says_examples || chance(0.6)) report.num_examples = chance(0.1) ? 0 : between(1, 1000);
  for (const std::string metric : {"accuracy", "loss", "auc"}) {
    if (!chance(metric == target_ ? 0.7 : 0.3)) continue;
    // Coarse values, so that some rounds are exactly as good as others.
    report.metrics[metric] = static_cast<double>(between(0, 8)) / (chance(0.5) ? 8 : 9);
  }
  if (chance(0.3)) report.round_complete = chance(0.5);
  if (chance(0.4)) report.bytes_sent = between(0, 1'000'000'000);
  if (chance(0.4)) report.bytes_received = between(0, 1'000'000'000);
  measure(received);
  return received;
}

void GeneratedHistory::measure(run::ReportReceived& received) {
  auto& report = received.report;
  auto& energy = report.energy_j;
  auto& source = report.energy_source;
  const auto some_j = [this] { return static_cast<double>(between(0, 1'000'000)) / 997; };
  if (chance(0.15)) {
    energy.machine_j = some_j();
    source.machine = "external:plug";
  } else {
    if (chance(0.7)) energy.cpu_j = chance(0.1) ? 0 : some_j();
    if (chance(0.5)) energy.gpu_j = some_j();
    if (chance(0.5)) energy.ram_j = some_j();
    if (energy.cpu_j) source.cpu = one_of<std::string>({"", "rapl", "cpu_load"});
    if (energy.gpu_j) source.gpu = "nvml";
    if (energy.ram_j) source.ram = "model";
  }
  received.intensity_g_per_kwh = static_cast<double>(between(10, 900));
  received.intensity_source = one_of<std::string>({"table:FR", "world", "report"});
  if (costs_ == Costs::kNothing) received.emissions_g = 0;
  if (costs_ == Costs::kSome && chance(0.9)) received.emissions_g = some_j() / 1000;
}

void GeneratedHistory::let_time_pass() {
  now_ += std::chrono::milliseconds(between(0, 15'000));
  for (auto due = run_.due(now_); !due.empty(); due = run_.due(now_)) {
    for (const auto& event : due) apply(event);
  }
}

void GeneratedHistory::apply(const run::Event& event) {
  if (run_.refuse(event)) return;
  log_.push_back({run_.run_id(), run_.offset() + 1, now_, event});
  const auto effects = run_.apply(event, now_);
  for (const auto& next : effects.follow_ups) apply(next);
}

void GeneratedHistory::end() {
  for (Peer& peer : peers_) {
    if (!peer.online) join(peer);
    let_time_pass();
  }
  for (const Peer& peer : peers_) apply(run::WorkerLeft{peer.hello.worker, "finished"});
}

void GeneratedHistory::import_afterwards() {
  Peer importer = chance(0.5) ? peers_.front() : Peer{};
  importer.hello.run = "digits";
  if (importer.hello.worker.empty()) importer.hello.worker = "offline";
  importer.hello.is_import = true;
  apply(run::WorkerJoined{importer.hello, {}});
  for (auto left = between(1, 4); left > 0; --left) report_all(importer, between(0, 12));
  apply(run::WorkerLeft{importer.hello.worker, "imported"});
}

}  // namespace fedwatt::store::testing
