#include <fmt/format.h>

#include <cmath>

#include "fedwatt/protocol/names.h"
#include "fedwatt/protocol/policy_text.h"
#include "fedwatt/run/policy.h"
#include "fedwatt/run/run.h"

// What the policies of a run look at, when, and what comes of their decisions; docs/policies.md.

namespace fedwatt::run {
namespace {

using protocol::Action;
using protocol::Directive;
using protocol::Role;
using What = PolicyDecision::What;

// The intensity policy may go on for as long as the grid does: it leaves this to the others.
constexpr std::size_t kMaxIntensityCommands = kMaxCommands / 2;

template <class... Kinds>
bool is_any_of(const Event& event) {
  return (std::holds_alternative<Kinds>(event) || ...);
}

bool is_dry_run(const Policies& policies, PolicyKind kind) {
  switch (kind) {
    case PolicyKind::kBudget:
      return policies.budget && policies.budget->dry_run;
    case PolicyKind::kPlateau:
      return policies.plateau && policies.plateau->dry_run;
    case PolicyKind::kIntensity:
      return policies.intensity && policies.intensity->dry_run;
    case PolicyKind::kConfirm:
      return policies.confirm && policies.confirm->dry_run;
    case PolicyKind::kTarget:
      break;
  }
  return policies.target && policies.target->dry_run;
}

Action action_of(What what) {
  if (what == What::kStop) return Action::kStop;
  return what == What::kPause ? Action::kPause : Action::kResume;
}

std::string whom(const PolicyDecision& decision) {
  if (!decision.workers) return "the run";
  if (decision.workers->size() == 1) return decision.workers->front();
  return fmt::format("{} workers", decision.workers->size());
}

}  // namespace

// ---- what happens to them -----------------------------------------------------------------------

void Run::on(const PoliciesChanged& event) {
  const auto changed = changed_kinds(policies_, event.policies);
  log("policies_changed", fmt::format("policies changed by {}: {}{}{}", event.changed_by,
                                      change_in_words(policies_, event.policies),
                                      event.hand_back ? "; they may act again" : "",
                                      event.reason.empty() ? "" : ": " + event.reason));
  policies_ = event.policies;
  policies_ever_ = merged(policies_ever_, policies_, {});
  policy_memory_.policies_changed(changed, event.hand_back);
  if (event.hand_back) control_.hand_back();
  note_high_regions();
}

void Run::on(const IntensityNoted& event) {
  noted_[event.region] = event;
  if (noted_.size() > participants_.size()) {  // then some are regions that nobody is in
    const auto regions = regions_of_participants();
    std::erase_if(noted_, [&](const auto& each) { return regions.count(each.first) == 0; });
  }
  note_high_regions();
  look_ahead();
}

void Run::note_high_regions() {
  std::set<std::string> high;
  for (const auto& [region, noted] : noted_) {
    const bool was_high = policy_memory_.intensity.high.count(region) > 0;
    if (policies_.intensity && is_high(*policies_.intensity, noted.g_per_kwh, was_high)) {
      high.insert(region);
    }
  }
  policy_memory_.intensity.high = std::move(high);
}

void Run::on(const PolicyDecided& event) {
  const PolicyDecision& decision = event.decision;
  alert("policy", decision.reason, decision.numbers);
  policy_memory_.decided_on(decision);
  if (decision.what == What::kWarn || decision.dry_run || decision.overruled) return;
  if (!decision.workers) {
    // What another policy has ordered already, or still wants, stays as it is.
    const bool is_paused = control_.directive() == Directive::kPause;
    if (decision.what == What::kPause && is_paused) return;
    if (decision.what == What::kResume && !policy_memory_.pausing.empty()) return;
  }
  order({{fmt::format("policy-{}", offset_), run_id_, action_of(decision.what), decision.workers,
          decision.reason},
         fmt::format("policy {}", protocol::name_of(decision.policy))},
        true);
}

// ---- what they see ------------------------------------------------------------------------------

std::set<std::string> Run::regions_of_participants() const {
  std::set<std::string> regions;
  for (const auto& [worker, participant] : participants_) {
    const bool takes_part = participant.present() && !participant.imported();
    if (takes_part && !participant.hello.region.empty()) regions.insert(participant.hello.region);
  }
  return regions;
}

std::vector<std::string> Run::regions_to_watch() const {
  if (ended_at_) return {};
  const auto regions = regions_of_participants();
  return {regions.begin(), regions.end()};
}

void Run::look_at_policies(const Event& event) {
  const bool round_closed = rounds_.closed_count() != rounds_looked_at_;
  rounds_looked_at_ = rounds_.closed_count();
  const bool decides = !ended_at_ && !created_.by_import && !created_.edition;
  if (!decides || control_.directive() == Directive::kStop) return;

  const bool all_is_new = is_any_of<PoliciesChanged, PolicyDecided>(event);
  const bool rounds_are = round_closed || all_is_new;
  const bool spending_is = is_any_of<ReportReceived>(event) || rounds_are;
  const bool grids_are = is_any_of<IntensityNoted>(event);
  const bool regions_are = is_any_of<WorkerJoined, WorkerLost, WorkerLeft, CommandIssued>(event) ||
                           grids_are || all_is_new;
  // One at a time: its event is the next, and has them looked at again.
  std::optional<PolicyDecision> decision;
  if (spending_is || grids_are) decision = decide_at_spending(rounds_are || grids_are);
  if (!decision && rounds_are) decision = decide_at_rounds();
  if (!decision && regions_are) decision = decide_at_regions();
  if (!decision) return;
  complete(*decision);
  effects_.follow_ups.emplace_back(PolicyDecided{*std::move(decision)});
}

std::optional<PolicyDecision> Run::decide_at_spending(bool with_forecast) {
  if (!policies_.budget) return std::nullopt;
  Spending spending{spent_j_, spent_g_, false, std::nullopt};
  if (with_forecast && policies_.budget->at_forecast) spending.forecast = forecast();
  if (budget_stage(*policies_.budget, spending) <= policy_memory_.budget) return std::nullopt;
  spending.has_gaps = rounds_.standing().energy_gaps.any();
  return decide(*policies_.budget, spending, policy_memory_.budget);
}

std::optional<PolicyDecision> Run::decide_at_rounds() {
  const auto is_awake = [this](const auto& policy, PolicyKind kind) {
    return policy && policy_memory_.decided.count(kind) == 0;
  };
  std::optional<PolicyDecision> decision;
  if (is_awake(policies_.target, PolicyKind::kTarget)) {
    const auto& value = rounds_.standing().latest_target_value;
    if (value) decision = decide(*policies_.target, *value, created_.target);
  }
  if (!decision && is_awake(policies_.plateau, PolicyKind::kPlateau)) {
    const auto latest = rounds_.latest_stretch(policies_.plateau->rounds);
    if (latest) decision = decide(*policies_.plateau, *latest, created_.target);
  }
  if (!decision && is_awake(policies_.confirm, PolicyKind::kConfirm) &&
      rounds_.closed_count() >= policies_.confirm->after_rounds) {
    const bool has_gaps = rounds_.standing().energy_gaps.any();
    decision = decide(*policies_.confirm, rounds_.closed_count(),
                      {spent_j_, spent_g_, has_gaps, forecast()});
  }
  return decision;
}

std::optional<PolicyDecision> Run::decide_at_regions() const {
  const IntensityMemory& memory = policy_memory_.intensity;
  if (memory.high.empty() && !memory.says_run_pauses && memory.says_workers_pause.empty()) {
    return std::nullopt;
  }
  Grids grids{noted_, regions_of_participants(), {}, control_.directive() == Directive::kRun};
  for (const auto& [worker, participant] : participants_) {
    const bool trains = participant.role() == Role::kWorker && !participant.imported() &&
                        participant.state != protocol::WorkerState::kLeft;
    if (!trains || control_.operators_word_stands(worker)) continue;
    grids.workers[worker] = {participant.hello.region, participant.present()};
  }
  return decide(policies_.intensity, grids, memory);
}

// ---- what they say ------------------------------------------------------------------------------

void Run::complete(PolicyDecision& decision) const {
  const PolicyKind kind = decision.policy;
  std::string does = "warns";
  if (decision.what != What::kWarn) {
    const bool by_intensity = kind == PolicyKind::kIntensity;
    const bool has_room = control_.size() < (by_intensity ? kMaxIntensityCommands : kMaxCommands);
    const std::string& overruled_by = policy_memory_.overruled(kind);
    decision.dry_run = is_dry_run(policies_, kind) || !has_room;
    decision.overruled = !overruled_by.empty();
    const auto verb = protocol::name_of(action_of(decision.what));
    if (decision.overruled) {
      does = fmt::format("would {} {}, but what {} ordered stands", verb, whom(decision),
                         overruled_by);
    } else if (decision.dry_run) {
      does = fmt::format("would {} {}{}", verb, whom(decision),
                         has_room ? "" : ", but the run has had too many commands");
    } else if (decision.what == What::kResume && policy_memory_.pausing.size() > 1) {
      does = "no longer pauses the run, but another policy does";
    } else {
      does = fmt::format("{}s {}", verb, whom(decision));
    }
  }
  decision.reason = fmt::format("policy {} {}: {}", protocol::name_of(kind), does, decision.reason);
  // Metrics may be as large as numbers get; JSON has no word for what is larger.
  std::erase_if(decision.numbers, [](const auto& each) { return !std::isfinite(each.second); });
}

}  // namespace fedwatt::run
