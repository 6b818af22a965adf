#pragma once

#include <string>
#include <vector>

#include "fedwatt/run/run.h"

namespace fedwatt::run {

// A run being told what happens, in as few words as possible; and the log of it, to replay.
class Scenario {
 public:
  using Role = protocol::Role;

  explicit Scenario(RoundRules rules = {}, protocol::Target target = {}) {
    apply(RunCreated{"digits", std::move(target), rules, {}});
  }

  // What a report says; the rest has harmless values.
  struct Says {
    std::optional<double> accuracy{};
    std::optional<std::int64_t> num_examples{};
    std::optional<double> cpu_j{};
    std::optional<double> emissions_g{};
    protocol::Phase phase = protocol::Phase::kFit;
    std::optional<bool> round_complete{};
    double duration_s = 10;
    double started_s = 0;  // after kStart
  };

  void apply(Event event) {
    orders.clear();
    record(std::move(event));
  }
  void wait_s(double seconds) {
    now += std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1000)};
  }
  // Applies what the clock decides.
  void tick() {
    for (auto events = run.due(now); !events.empty(); events = run.due(now)) {
      for (const auto& event : events) apply(event);
    }
  }

  void join(const std::string& worker, Role role = Role::kWorker,
            std::optional<double> clock_offset_s = {}) {
    protocol::WorkerHello hello;
    hello.run = "digits";
    hello.worker = worker;
    hello.role = role;
    apply(WorkerJoined{hello, clock_offset_s});
  }
  // Another process says whose reports these are: for a worker of that name and session.
  static WorkerJoined importer(const std::string& worker, const std::string& session,
                               Role role = Role::kWorker) {
    protocol::WorkerHello hello;
    hello.run = "digits";
    hello.worker = worker;
    hello.role = role;
    hello.session = session;
    hello.is_import = true;
    return {hello, {}};
  }
  void import(const std::string& worker, const std::string& session, Role role = Role::kWorker) {
    apply(importer(worker, session, role));
  }
  void join_all(const std::vector<std::string>& workers) {
    for (const auto& worker : workers) join(worker);
  }
  void disconnect(const std::string& worker) { apply(WorkerDisconnected{worker}); }
  void leave(const std::string& worker) { apply(WorkerLeft{worker, "finished"}); }
  void plan(const std::string& coordinator, std::int64_t round, std::vector<std::string> selected) {
    apply(RoundPlanned{coordinator, {round, std::move(selected)}});
  }
  void report(const std::string& worker, std::int64_t round, const Says& says) {
    apply(report_event(worker, round, says));
  }
  void command(const std::string& id, protocol::Action action,
               std::optional<std::vector<std::string>> workers = {}) {
    apply(CommandIssued{{id, "digits", action, std::move(workers), "because"}, "ada"});
  }
  void acknowledge(const std::string& worker, const std::string& command,
                   protocol::DirectiveState state = protocol::DirectiveState::kPaused) {
    apply(DirectiveAcknowledged{worker, {command, state, {}}});
  }

  ReportReceived report_event(const std::string& worker, std::int64_t round,
                              const Says& says) const {
    ReportReceived received;
    received.worker = worker;
    const auto participant = run.participants().find(worker);
    received.report.seq =
        participant == run.participants().end() ? 1 : participant->second.last_seq + 1;
    received.report.round = round;
    received.report.phase = says.phase;
    received.report.started_at =
        kStart + std::chrono::milliseconds{static_cast<std::int64_t>(says.started_s * 1000)};
    received.report.duration_s = says.duration_s;
    received.report.energy_j.cpu_j = says.cpu_j;
    received.report.energy_source.cpu = says.cpu_j ? "rapl" : "";
    received.report.num_examples = says.num_examples;
    if (says.accuracy) received.report.metrics["accuracy"] = *says.accuracy;
    received.report.round_complete = says.round_complete;
    received.intensity_g_per_kwh = 100;
    received.intensity_source = "report";
    received.emissions_g = says.emissions_g;
    return received;
  }

  protocol::RoundView round(std::int64_t number) {
    for (const auto& view : run.rounds()) {
      if (view.round == number) return view;
    }
    return {};
  }
  protocol::CommandStatus status(const std::string& id) const {
    return run.control().find(id)->status;
  }
  std::vector<std::string> kinds() {
    std::vector<std::string> kinds;
    for (const auto& event : run.snapshot().events) kinds.push_back(event.kind);
    return kinds;
  }

  // Applies the event and what follows from it, as the hub does.
  void record(Event event) {
    log.push_back({"run-1", run.offset() + 1, now, event});
    auto effects = run.apply(event, now);
    orders.insert(orders.end(), effects.orders.begin(), effects.orders.end());
    alerts.insert(alerts.end(), effects.alerts.begin(), effects.alerts.end());
    for (auto& follow_up : effects.follow_ups) record(std::move(follow_up));
  }

  static constexpr Timestamp kStart = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
  Timestamp now = kStart;
  Run run{"run-1"};
  std::vector<StoredEvent> log;
  std::vector<Run::Effects::Order> orders;  // of the last event and what followed
  std::vector<protocol::EventView> alerts;  // all
};

}  // namespace fedwatt::run
