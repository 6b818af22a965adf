#include "fedwatt/run/policy.h"
#include "policy_words.h"

// The policies that look at what a run reaches: plateau and target.

namespace fedwatt::run {

std::optional<PolicyDecision> decide(const protocol::PlateauPolicy& plateau, const Stretch& latest,
                                     const protocol::Target& target) {
  PolicyDecision decision;
  decision.policy = PolicyKind::kPlateau;
  decision.what = what_of(plateau.act);
  const double gain = improvement(latest.best, latest.best_before, target.goal);
  std::string reason;
  decision.numbers["gain"] = gain;
  if (plateau.least_gain && gain < *plateau.least_gain) {
    reason = fmt::format("less than {}", shown(*plateau.least_gain));
    decision.numbers["least_gain"] = *plateau.least_gain;
  }
  if (plateau.least_gain_per_g && latest.emissions_g && *latest.emissions_g > 0) {
    const double gain_per_g = gain / *latest.emissions_g;
    decision.numbers["emissions_g"] = *latest.emissions_g;
    decision.numbers["gain_per_g"] = gain_per_g;
    if (gain_per_g < *plateau.least_gain_per_g) {
      reason += fmt::format("{}{} for a gram, less than {}", reason.empty() ? "" : ", and ",
                            shown(gain_per_g), shown(*plateau.least_gain_per_g));
      decision.numbers["least_gain_per_g"] = *plateau.least_gain_per_g;
    }
  }
  if (reason.empty()) return std::nullopt;
  decision.reason = fmt::format("the best {} gained {} in rounds {} to {}: {}", target.metric,
                                shown(gain), latest.first_round, latest.last_round, reason);
  return decision;
}

std::optional<PolicyDecision> decide(const protocol::TargetPolicy& wanted, double value,
                                     const protocol::Target& target) {
  if (improvement(value, wanted.value, target.goal) < 0) return std::nullopt;
  PolicyDecision decision;
  decision.policy = PolicyKind::kTarget;
  decision.what = what_of(wanted.act);
  decision.reason =
      fmt::format("{} is {}, {} was wanted", target.metric, shown(value), shown(wanted.value));
  decision.numbers = {{"target_value", value}, {"wanted_value", wanted.value}};
  return decision;
}

}  // namespace fedwatt::run
