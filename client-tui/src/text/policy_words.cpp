#include "text/policy_words.h"

#include <fmt/format.h>

#include "fedwatt/protocol/names.h"
#include "text/display_text.h"
#include "text/format.h"

namespace fedwatt::viewer {
namespace {

using protocol::PolicyKind;
using protocol::RunView;

std::string per_cent(double share) { return fmt::format("{:.3g} %", share * 100); }

std::string join(const std::string& a, const char* between, const std::string& b) {
  return a + (a.empty() || b.empty() ? "" : between) + b;
}

std::string words_of(const protocol::BudgetPolicy& budget, const RunView&) {
  const std::string limits = join(budget.limit_g ? format_emissions(budget.limit_g) : "", " or ",
                                  budget.limit_j ? format_energy(budget.limit_j) : "");
  return fmt::format("{} at {}{}, warn at {}", protocol::name_of(budget.act), limits,
                     budget.at_forecast ? " or once that is forecast" : "",
                     per_cent(budget.warn_at));
}

std::string words_of(const protocol::PlateauPolicy& plateau, const RunView& run) {
  const std::string gain =
      plateau.least_gain ? format_gain(plateau.least_gain, run.target) : std::string();
  const std::string per_g =
      plateau.least_gain_per_g ? fmt::format("{} a gram", *plateau.least_gain_per_g) : "";
  return fmt::format("{} when {} rounds gain less than {}", protocol::name_of(plateau.act),
                     plateau.rounds, join(gain, " or ", per_g));
}

std::string words_of(const protocol::IntensityPolicy& intensity, const RunView&) {
  return fmt::format(
      "pause {} above {}, resume below {} g/kWh",
      intensity.scope == protocol::IntensityPolicy::Scope::kRun ? "the run" : "a region's workers",
      intensity.pause_above_g_per_kwh, intensity.resume_below_g_per_kwh);
}

std::string words_of(const protocol::ConfirmPolicy& confirm, const RunView&) {
  return fmt::format("pause after {} rounds, until an operator resumes", confirm.after_rounds);
}

std::string words_of(const protocol::TargetPolicy& target, const RunView& run) {
  return fmt::format("{} at {} {}", protocol::name_of(target.act), printable(run.target.metric),
                     format_target(target.value, run.target));
}

}  // namespace

std::vector<DescribedPolicy> describe_policies(const RunView& run) {
  std::vector<DescribedPolicy> described;
  const auto add = [&](PolicyKind kind, const auto& policy) {
    if (!policy) return;
    described.push_back(
        {std::string(protocol::name_of(kind)), words_of(*policy, run), policy->dry_run});
  };
  add(PolicyKind::kBudget, run.policies.budget);
  add(PolicyKind::kPlateau, run.policies.plateau);
  add(PolicyKind::kIntensity, run.policies.intensity);
  add(PolicyKind::kConfirm, run.policies.confirm);
  add(PolicyKind::kTarget, run.policies.target);
  return described;
}

std::optional<BudgetUse> budget_use(const RunView& run) {
  std::optional<BudgetUse> nearest;
  const auto consider = [&](std::optional<double> used, std::optional<double> limit,
                            std::string (*format)(std::optional<double>)) {
    if (!used || !limit) return;
    const double share = *limit > 0 ? *used / *limit : 1;
    if (!nearest || share > nearest->share) nearest = {share, format(used), format(limit)};
  };
  if (!run.policies.budget) return nearest;
  consider(run.emissions_g, run.policies.budget->limit_g, format_emissions);
  consider(run.energy_j, run.policies.budget->limit_j, format_energy);
  return nearest;
}

std::string describe_overruling(const std::string& overruled_by) {
  if (overruled_by.empty()) return {};
  return "overruled by " + printable(overruled_by) + ": the policies only say what they would do";
}

}  // namespace fedwatt::viewer
