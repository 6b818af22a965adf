#include "sample_events.h"

#include <chrono>
#include <utility>

namespace fedwatt::store::testing {

using run::StoredEvent;

namespace {

std::vector<StoredEvent> in_order(const std::string& run_id, std::vector<run::Event> events) {
  std::vector<StoredEvent> stored;
  std::int64_t offset = 0;
  for (run::Event& event : events) {
    ++offset;
    stored.push_back({run_id, offset, at_ms(offset), std::move(event)});
  }
  return stored;
}

protocol::WorkerHello full_hello() {
  protocol::WorkerHello hello;
  hello.run = "digits";
  hello.run_id = "r-1";
  hello.worker = "hospital-3";
  hello.role = protocol::Role::kCoordinator;
  hello.total_rounds = 50;
  hello.region = "FR";
  hello.pue = 1.2;
  hello.hardware = {"EPYC 7B13", {"H200", "H200"}, 137'438'953'472};
  hello.framework = "flower 1.13";
  hello.target = protocol::Target{"loss", protocol::Target::Goal::kMin};
  hello.sent_at = at_ms(123);
  hello.session = "5f3a9c0d12e4b678";
  hello.is_import = true;
  return hello;
}

protocol::Report full_report() {
  protocol::Report report;
  report.seq = 18;
  report.round = 3;
  report.phase = protocol::Phase::kEvaluate;
  report.started_at = at_ms(-12'345);
  report.duration_s = 12.345;
  report.energy_j = {410.2, 95.5, 30.1};
  report.energy_source = {"rapl", "nvml", "model"};
  report.num_examples = 520;
  report.metrics = {{"accuracy", 0.81}, {"loss", 0.52}};
  report.bytes_sent = 1'234'567'890'123;
  report.bytes_received = 0;
  report.intensity_g_per_kwh = 56.5;
  report.round_complete = false;
  return report;
}

protocol::WorkerHello sparse_hello() {
  protocol::WorkerHello hello;
  hello.run = "digits";
  hello.worker = "w";
  return hello;
}

protocol::Policies full_policies() {
  protocol::Policies policies;
  policies.budget = protocol::BudgetPolicy{500, 3.6e6, 0.9, true, protocol::PolicyAct::kStop, true};
  policies.plateau = protocol::PlateauPolicy{7, 0.002, -0.25, protocol::PolicyAct::kWarn, true};
  policies.intensity =
      protocol::IntensityPolicy{300.5, 200, protocol::IntensityPolicy::Scope::kWorkers, true};
  policies.confirm = protocol::ConfirmPolicy{4, true};
  policies.target = protocol::TargetPolicy{0.95, protocol::PolicyAct::kPause, true};
  return policies;
}

}  // namespace

protocol::Timestamp at_ms(std::int64_t milliseconds) {
  using namespace std::chrono;
  return sys_days{2026y / January / 1} + std::chrono::milliseconds(milliseconds);
}

StoredEvent created(const std::string& run_id, const std::string& name) {
  run::RunCreated event;
  event.name = name;
  return {run_id, 1, at_ms(0), event};
}

StoredEvent report(const std::string& run_id, std::int64_t offset, const std::string& worker,
                   std::int64_t seq) {
  run::ReportReceived event;
  event.worker = worker;
  event.report.seq = seq;
  event.report.started_at = at_ms(0);
  event.intensity_source = "world";
  return {run_id, offset, at_ms(offset), event};
}

std::vector<StoredEvent> full_events(const std::string& run_id) {
  const protocol::Target target{"auc", protocol::Target::Goal::kMin};
  return in_order(
      run_id,
      {run::RunCreated{"digits", target, {0.75, 60'000, 15'000, 300'000}, {1.1, 0.02, 480.5}, true},
       run::WorkerJoined{full_hello(), -0.25}, run::WorkerDisconnected{"hospital-3"},
       run::WorkerLost{"hospital-3"}, run::WorkerLeft{"hospital-3", "finished"},
       run::ReportReceived{"hospital-3", full_report(), 56.5, "report", 0.0084},
       run::RoundPlanned{"hospital-3", {4, {"hospital-1", "hospital-3"}}},
       run::RoundDeadlinePassed{4},
       run::CommandIssued{{"c-1", "digits", protocol::Action::kStop,
                           std::vector<std::string>{"hospital-1"}, "too dear"},
                          "ada"},
       run::DirectiveAcknowledged{"hospital-3", {"c-1", protocol::DirectiveState::kInformed, 4}},
       run::RunAbandoned{}, run::WorkerStale{"hospital-3"},
       run::IntensityNoted{"FR", 56.5, "series:FR", 61.25},
       run::PoliciesChanged{full_policies(), true, "ada", "as agreed"},
       run::PolicyDecided{{protocol::PolicyKind::kBudget,
                           run::PolicyDecision::What::kStop,
                           std::vector<std::string>{"hospital-3"},
                           "512.5 g of 500 g",
                           {{"emissions_g", 512.5}, {"limit_g", 500}},
                           true,
                           true}}});
}

std::vector<StoredEvent> sparse_events(const std::string& run_id) {
  run::ReportReceived received;
  received.worker = "w";
  received.report.seq = 1;
  received.report.started_at = at_ms(0);
  return in_order(
      run_id, {run::RunCreated{"", {}, {}, {}}, run::WorkerJoined{sparse_hello(), {}},
               run::WorkerDisconnected{"w"}, run::WorkerLost{"w"}, run::WorkerLeft{"w", ""},
               received, run::RoundPlanned{"w", {0, {}}}, run::RoundDeadlinePassed{0},
               run::CommandIssued{{"c", "digits", protocol::Action::kPause, {}, ""}, ""},
               run::DirectiveAcknowledged{"w", {"c", protocol::DirectiveState::kRunning, {}}},
               run::RunAbandoned{}, run::WorkerStale{"w"}, run::IntensityNoted{"", 0, "world", {}},
               run::PoliciesChanged{}, run::PolicyDecided{}});
}

}  // namespace fedwatt::store::testing
