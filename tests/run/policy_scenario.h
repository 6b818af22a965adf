#pragma once

#include "scenario.h"

namespace fedwatt::run {

// A run with policies. Its operator is ada, who sets them, too.
class PolicyScenario : public Scenario {
 public:
  using Scenario::Scenario;

  void set(Policies set, const std::vector<PolicyKind>& remove = {}, bool hand_back = false) {
    apply(PoliciesChanged{merged(run.policies(), set, remove), hand_back, "ada", ""});
  }
  void hand_back() { set({}, {}, true); }
  void join_in(const std::string& worker, const std::string& region,
               protocol::Role role = protocol::Role::kWorker) {
    protocol::WorkerHello hello;
    hello.run = "digits";
    hello.worker = worker;
    hello.role = role;
    hello.region = region;
    apply(WorkerJoined{hello, {}});
  }
  void note(const std::string& region, double g_per_kwh) {
    apply(IntensityNoted{region, g_per_kwh, "series:" + region, {}});
  }
  // A report of 150 J in which nothing is missing; with an accuracy it completes the round.
  void spend(const std::string& worker, std::int64_t round, double emissions_g,
             std::optional<double> accuracy = {}) {
    Says says;
    says.accuracy = accuracy;
    says.cpu_j = 100;
    says.emissions_g = emissions_g;
    auto received = report_event(worker, round, says);
    received.report.energy_j.ram_j = 50;
    apply(received);
  }
  // Closes the round of a run with the one worker a.
  void close(std::int64_t round, double accuracy, double emissions_g = 1) {
    spend("a", round, emissions_g, accuracy);
  }
  std::vector<PolicyDecision> decisions() const {
    std::vector<PolicyDecision> decisions;
    for (const auto& stored : log) {
      const auto* decided = std::get_if<PolicyDecided>(&stored.event);
      if (decided) decisions.push_back(decided->decision);
    }
    return decisions;
  }
  std::vector<std::string> reasons() const {
    std::vector<std::string> reasons;
    for (const auto& decision : decisions()) reasons.push_back(decision.reason);
    return reasons;
  }
  protocol::Directive directive() { return run.view().directive; }
  std::vector<std::string> paused_workers() {
    std::vector<std::string> paused;
    for (const auto& worker : run.snapshot().workers) {
      if (worker.directive == protocol::Directive::kPause) paused.push_back(worker.worker);
    }
    return paused;
  }
};

inline Policies budget(double limit_g, protocol::PolicyAct act = protocol::PolicyAct::kPause) {
  Policies policies;
  policies.budget.emplace();
  policies.budget->limit_g = limit_g;
  policies.budget->act = act;
  return policies;
}

inline Policies intensity(
    protocol::IntensityPolicy::Scope scope = protocol::IntensityPolicy::Scope::kRun) {
  Policies policies;
  policies.intensity = protocol::IntensityPolicy{300, 200, scope, false};
  return policies;
}

}  // namespace fedwatt::run
