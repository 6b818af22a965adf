#include "sample_run.h"

#include <cmath>

namespace fedwatt::viewer::sample {
namespace {

constexpr int kRounds = 12;
constexpr double kGramsPerRound = 0.0342;
constexpr double kJoulesPerRound = 48.2;

// Rises fast, then slowly; round 9 falls back a little.
double accuracy_of(int round) {
  return 0.86 - 0.36 * std::exp(-0.32 * (round - 1)) - (round == 9 ? 0.02 : 0);
}

}  // namespace

protocol::Timestamp at(double seconds) {
  return *protocol::parse_timestamp("2026-01-01T10:00:00.000Z") +
         std::chrono::milliseconds(std::llround(seconds * 1000));
}

protocol::RunView run(const std::string& id, const std::string& name) {
  protocol::RunView run;
  run.run_id = id;
  run.offset = 90;
  run.name = name;
  run.started_at = at(0);
  run.last_event_at = at(122);
  run.total_rounds = 50;
  run.round = kRounds + 1;
  run.rounds_closed = kRounds;
  run.accuracy = run.target_value = run.best_target_value = accuracy_of(kRounds);
  run.best_round = kRounds;
  run.gain = accuracy_of(kRounds) - accuracy_of(kRounds - 1);
  run.energy_j = kRounds * kJoulesPerRound;
  run.energy_sources = {"cpu_load"};
  run.energy_gaps = {"ram"};
  run.emissions_g = kRounds * kGramsPerRound;
  run.power_w = 38.2;
  run.workers_online = 4;
  run.workers_total = 5;
  run.forecast = {.last_round = 50,
                  .rounds_left = 50 - kRounds,
                  .energy_j = protocol::Estimate{2410, 2380, 2440},
                  .emissions_g = protocol::Estimate{1.71, 1.68, 1.74},
                  .wall_s = {},
                  .target_value = 0.859};
  run.carbon = {1.2, 0.01, 475};
  run.policies.budget = {.limit_g = 0.5, .limit_j = {}};
  run.policies.target = {.value = 0.9};
  return run;
}

protocol::WorkerView worker(const std::string& name) {
  protocol::WorkerView worker;
  worker.run_id = "r-7f3a";
  worker.offset = 90;
  worker.worker = name;
  worker.directive_state = protocol::DirectiveState::kRunning;
  worker.region = "FR";
  worker.round = kRounds;
  worker.phase = protocol::Phase::kFit;
  worker.accuracy = 0.812;
  worker.energy_j = 131.4;
  worker.emissions_g = 0.0921;
  worker.power_w = 9.41;
  worker.energy_source = {"cpu_load", "", ""};
  worker.intensity_g_per_kwh = 56;
  worker.intensity_source = "table:FR";
  worker.last_report_at = at(121);
  if (name == "hospital-2") worker.pue = 1.5;
  return worker;
}

protocol::RoundView round(int number) {
  protocol::RoundView round;
  round.run_id = "r-7f3a";
  round.offset = 6 * number;
  round.round = number;
  round.revision = number == 7 ? 2 : 1;
  round.closed_by = number == 7 ? protocol::ClosedBy::kDeadline : protocol::ClosedBy::kAllReported;
  round.accuracy = round.target_value = accuracy_of(number);
  round.accuracy_source = protocol::AccuracySource::kCoordinator;
  round.loss = 1.2 - accuracy_of(number);
  round.energy_j = kJoulesPerRound;
  round.energy_by_component.cpu_j = 0.83 * kJoulesPerRound;
  round.energy_by_component.gpu_j = 0.17 * kJoulesPerRound;
  round.energy_sources = {"cpu_load"};
  round.energy_gaps = {"ram"};
  round.emissions_g = kGramsPerRound;
  round.cumulative_energy_j = number * kJoulesPerRound;
  round.cumulative_emissions_g = number * kGramsPerRound;
  if (number > 1) {
    round.gain = accuracy_of(number) - accuracy_of(number - 1);
    round.gain_per_g = *round.gain / kGramsPerRound;
    if (*round.gain > 0) round.g_per_point = kGramsPerRound / (*round.gain * 100);
  }
  round.on_pareto_front = number != 9;
  round.workers_reported = number == 7 ? 3 : 4;
  round.workers_expected = 4;
  round.wall_s = 8.24;
  round.worker_s = 31.5;
  round.bytes_sent = 1'272'640;
  return round;
}

protocol::EventView event(int offset, const std::string& message) {
  protocol::EventView event;
  event.run_id = "r-7f3a";
  event.offset = offset;
  event.at = at(offset);
  event.kind = "round_closed";
  event.message = message;
  return event;
}

protocol::CommandStatus command(const std::string& id) {
  protocol::CommandStatus command;
  command.run_id = "r-7f3a";
  command.offset = 91;
  command.id = id;
  command.reason = "grid is dirty";
  command.issued_by = "anna@lab";
  command.issued_at = at(120);
  command.acknowledged = {"aggregator", "hospital-1", "hospital-2"};
  command.pending = {"hospital-3"};
  command.offline = {"hospital-4"};
  return command;
}

protocol::Snapshot snapshot() {
  protocol::Snapshot snapshot;
  snapshot.run = run();
  for (const char* name : {"hospital-1", "hospital-2", "hospital-3", "hospital-4"}) {
    snapshot.workers.push_back(worker(name));
  }
  snapshot.workers[1].region = "PL";
  snapshot.workers[1].intensity_source = "table:PL";
  snapshot.workers[1].intensity_g_per_kwh = 662;
  snapshot.workers[1].emissions_g = 1.09;
  snapshot.workers[2].energy_source = {"rapl", "nvml", ""};
  snapshot.workers[3].energy_source = {"", "", "", "external:plug"};
  snapshot.workers[3].state = protocol::WorkerState::kAway;
  snapshot.workers[3].last_report_at = at(40);
  auto coordinator = worker("aggregator");
  coordinator.role = protocol::Role::kCoordinator;
  coordinator.phase = protocol::Phase::kEvaluate;
  snapshot.workers.push_back(coordinator);
  for (int number = 1; number <= kRounds; ++number) snapshot.rounds.push_back(round(number));
  auto open = round(kRounds + 1);
  open.revision = 0;
  open.closed_by.reset();
  open.accuracy = open.target_value = open.gain = open.g_per_point = std::nullopt;
  open.loss = open.wall_s = std::nullopt;
  open.emissions_g = 0.0171;
  open.energy_j = 24.1;
  open.energy_by_component.cpu_j = 20;
  open.energy_by_component.gpu_j = 4.1;
  open.on_pareto_front = false;
  open.workers_reported = 1;
  snapshot.rounds.push_back(open);
  snapshot.events = {event(1, "run started"), event(40, "hospital-4 is away: connection lost"),
                     event(58, "round 7 closed at its deadline, hospital-4 has not reported"),
                     event(117, "410 mg of 500 mg used, 82 %"),
                     event(118, "round 12 closed: all 4 reported")};
  snapshot.events[3].kind = "policy";
  snapshot.events[3].alert = true;
  return snapshot;
}

protocol::ViewerWelcome welcome() { return {"0.1.0", at(100)}; }

std::vector<protocol::RunView> several_runs() {
  auto paused = run("r-11c0", "chest-xray");
  paused.state = protocol::RunState::kPaused;
  paused.started_at = at(-4000);
  paused.last_event_at = at(-100);
  paused.target = {"auc", protocol::Target::Goal::kMax};
  paused.target_value = paused.best_target_value = 0.9134;
  paused.emissions_g = 3204;
  paused.gain = -0.0021;
  paused.energy_j = 5.1e6;
  paused.energy_sources = {"nvml", "rapl"};
  paused.energy_gaps = {};
  paused.power_w = 412;
  paused.workers_online = paused.workers_total = 9;
  paused.policies.budget->limit_g = 5000;
  paused.emissions_after_best_share = 0.077;
  paused.forecast.reset();

  auto done = run("r-02bd", "keyboard-next-word 日本語キーボード予測");
  done.state = protocol::RunState::kFinished;
  done.started_at = at(-90'000);
  done.ended_at = at(-80'000);
  done.last_event_at = at(-80'000);
  done.round = done.rounds_closed = 50;
  done.target = {"perplexity", protocol::Target::Goal::kMin};
  done.target_value = done.best_target_value = 31.72;
  done.emissions_g = 412;
  done.gain = 0.14;
  done.energy_j = 2.9e6;
  done.energy_sources = {"model", "nvml"};
  done.energy_gaps = {};
  done.power_w = std::nullopt;
  done.workers_online = 0;
  done.policies = {};
  done.forecast.reset();
  done.emissions_after_best_share = 0.384;

  auto young = run("r-9e01", "digits");
  young.started_at = at(118);
  young.total_rounds = std::nullopt;
  young.round = 0;
  young.rounds_closed = 0;
  young.accuracy = young.target_value = young.best_target_value = std::nullopt;
  young.best_round = std::nullopt;
  young.gain = std::nullopt;
  young.energy_sources = {};
  young.energy_gaps = {};
  young.policies = {};
  young.forecast.reset();
  young.energy_j = young.emissions_g = young.power_w = std::nullopt;
  young.workers_online = young.workers_total = 1;
  return {run(), paused, done, young};
}

ViewerModel model() {
  ViewerModel model(at(100));
  model.apply(welcome(), at(100));
  for (const auto& summary : several_runs()) model.apply(summary, at(100));
  model.apply(snapshot(), at(100));
  return model;
}

protocol::Snapshot rival(const std::string& id, const std::string& name, double better,
                         double emissions_factor, int rounds) {
  protocol::Snapshot snapshot;
  snapshot.run = run(id, name);
  auto& view = snapshot.run;
  view.state = protocol::RunState::kFinished;
  view.started_at = at(-5000);
  view.ended_at = view.last_event_at = at(-5000 + 10.0 * rounds);
  view.total_rounds = view.round = view.best_round = view.rounds_closed = rounds;
  view.accuracy = view.target_value = view.best_target_value = accuracy_of(rounds) + better;
  view.energy_j = rounds * kJoulesPerRound * emissions_factor;
  view.emissions_g = rounds * kGramsPerRound * emissions_factor;
  view.power_w = std::nullopt;
  view.workers_online = 0;
  view.forecast.reset();
  view.policies = {};
  for (int number = 1; number <= rounds; ++number) {
    auto next = round(number);
    next.run_id = id;
    *next.target_value += better;
    *next.accuracy += better;
    *next.cumulative_emissions_g *= emissions_factor;
    *next.cumulative_energy_j *= emissions_factor;
    next.ended_at = view.started_at + std::chrono::seconds(10 * number);
    snapshot.rounds.push_back(next);
  }
  return snapshot;
}

ViewerModel model_with_rivals() {
  ViewerModel result = model();
  auto prox = rival("r-2b10", "fedprox", 0.006, 1.62, 12);
  prox.run.carbon.default_pue = 1.5;
  prox.run.total_rounds = 20;
  result.apply(prox, at(100));
  result.apply(rival("r-3c44", "scaffold 連合学習", -0.031, 0.55, 10), at(100));
  result.apply(rival("r-4d71", "fedyogi", -0.012, 1.31, 12), at(100));
  return result;
}

ViewerModel model_with_past() {
  constexpr int kReports = 40;
  ViewerModel model(at(100));
  model.apply(welcome(), at(100));
  auto first = snapshot();
  first.workers.clear();
  first.run.last_event_at = at(121 - 10.0 * kReports);
  model.apply(first, at(100));
  for (int number = 1; number <= kReports; ++number) {
    const double time_s = 121 - 10.0 * (kReports - number);
    auto sender = snapshot();
    for (auto& worker : sender.workers) {
      const int phase = static_cast<int>(&worker - sender.workers.data());
      const bool lately_away = worker.worker == "hospital-4" && number >= 20;
      const bool away = lately_away || (worker.worker == "hospital-3" && number / 3 == 10);
      worker.offset = 90 + number;
      worker.state = away ? protocol::WorkerState::kAway : protocol::WorkerState::kOnline;
      worker.reports = worker.last_seq = number;
      worker.round = 1 + number * (kRounds - 1) / kReports;
      worker.last_report_at = at(time_s);
      worker.power_w = 9.41 + 3 * std::sin(0.4 * number + phase);
      *worker.intensity_g_per_kwh += 10 * std::cos(0.2 * number);
      *worker.emissions_g *= static_cast<double>(number) / kReports;
      *worker.energy_j *= static_cast<double>(number) / kReports;
      if (away) {  // and so it reported nothing new
        const auto& before = model.find_run("r-7f3a")->workers.at(worker.worker);
        worker.last_report_at = before.last_report_at;
        worker.reports = worker.last_seq = before.reports;
        worker.energy_j = before.energy_j;
        worker.emissions_g = before.emissions_g;
      }
      model.apply(worker, at(100));
    }
    sender.run.offset = 90 + number;
    sender.run.last_event_at = at(time_s);
    sender.run.power_w = 38.2 + 8 * std::sin(0.3 * number);
    model.apply(sender.run, at(100));
  }
  return model;
}

protocol::Snapshot many_workers(int count) {
  protocol::Snapshot many;
  many.run = run("r-many", "many");
  many.run.workers_online = many.run.workers_total = count;
  for (int number = 1; number <= count; ++number) {
    std::string name = std::to_string(number);
    name.insert(0, name.size() < 4 ? 4 - name.size() : 0, '0');
    auto one = worker("worker-" + name);
    one.run_id = many.run.run_id;
    if (number % 2 == 0) one.region = "PL";
    many.workers.push_back(one);
  }
  return many;
}

}  // namespace fedwatt::viewer::sample
