#include "fedwatt/run/policy.h"
#include "policy_words.h"

// The policies that look at what a run costs: budget and confirm.

namespace fedwatt::run {
namespace {

using protocol::BudgetPolicy;
using protocol::ConfirmPolicy;
using protocol::Estimate;

// What is spent and forecast of one quantity, and how its numbers are called.
struct Quantity {
  const char* name = "";
  const char* unit = "";
  std::optional<double> spent;
  std::optional<Estimate> forecast;

  std::string key(const char* prefix, const char* suffix = "") const {
    return fmt::format("{}{}{}_{}", prefix, name, suffix, unit);
  }
};

Quantity emissions_of(const Spending& spending) {
  const auto& forecast = spending.forecast;
  return {"emissions", "g", spending.emissions_g, forecast ? forecast->emissions_g : std::nullopt};
}

Quantity energy_of(const Spending& spending) {
  const auto& forecast = spending.forecast;
  return {"energy", "j", spending.energy_j, forecast ? forecast->energy_j : std::nullopt};
}

std::string with_unit(double value, const Quantity& quantity) {
  return shown(value) + (quantity.unit[0] == 'j' ? " J" : " g");
}

std::string forecast_in_words(const Quantity& quantity) {
  return fmt::format("{} are forecast ({} to {} in 80 of 100 cases)",
                     with_unit(quantity.forecast->mean, quantity), shown(quantity.forecast->low),
                     with_unit(quantity.forecast->high, quantity));
}

void note_forecast(const Quantity& quantity, std::map<std::string, double>& numbers) {
  numbers[quantity.key("forecast_")] = quantity.forecast->mean;
  numbers[quantity.key("forecast_", "_low")] = quantity.forecast->low;
  numbers[quantity.key("forecast_", "_high")] = quantity.forecast->high;
}

BudgetStage stage_of(const BudgetPolicy& budget, std::optional<double> limit,
                     const Quantity& quantity) {
  if (!limit) return BudgetStage::kWithin;
  if (quantity.spent >= limit) return BudgetStage::kSpent;
  if (budget.at_forecast && quantity.forecast && quantity.forecast->mean > *limit) {
    return BudgetStage::kForecast;
  }
  const bool warns = quantity.spent && *quantity.spent >= budget.warn_at * *limit;
  return warns ? BudgetStage::kWarned : BudgetStage::kWithin;
}

// Adds to a decision at that stage what there is to say about a limit.
void explain(PolicyDecision& decision, BudgetStage stage, const BudgetPolicy& budget,
             std::optional<double> limit, const Quantity& quantity) {
  if (!limit) return;
  decision.numbers[quantity.key("limit_")] = *limit;
  if (quantity.spent) decision.numbers[quantity.key("")] = *quantity.spent;
  if (stage_of(budget, limit, quantity) != stage) return;
  if (!decision.reason.empty()) decision.reason += " and ";
  if (stage == BudgetStage::kForecast) {
    note_forecast(quantity, decision.numbers);
    decision.reason += fmt::format("{}, the limit is {}", forecast_in_words(quantity),
                                   with_unit(*limit, quantity));
  } else {
    decision.reason += fmt::format("{} of {} are spent", with_unit(*quantity.spent, quantity),
                                   with_unit(*limit, quantity));
  }
}

}  // namespace

BudgetStage budget_stage(const BudgetPolicy& budget, const Spending& spending) {
  return std::max(stage_of(budget, budget.limit_g, emissions_of(spending)),
                  stage_of(budget, budget.limit_j, energy_of(spending)));
}

std::optional<PolicyDecision> decide(const BudgetPolicy& budget, const Spending& spending,
                                     BudgetStage spoken_of) {
  const BudgetStage stage = budget_stage(budget, spending);
  if (stage <= spoken_of) return std::nullopt;
  PolicyDecision decision;
  decision.policy = PolicyKind::kBudget;
  if (stage != BudgetStage::kWarned) decision.what = what_of(budget.act);
  explain(decision, stage, budget, budget.limit_g, emissions_of(spending));
  explain(decision, stage, budget, budget.limit_j, energy_of(spending));
  if (spending.has_gaps) decision.reason += "; not all was measured, so it is more";
  return decision;
}

BudgetStage stage_of(const PolicyDecision& decision) {
  const auto number = [&decision](const char* name) {
    const auto found = decision.numbers.find(name);
    return found == decision.numbers.end() ? std::nullopt : std::optional(found->second);
  };
  const auto reached = [&number](const char* spent, const char* limit) {
    return number(limit) && number(spent) >= number(limit);
  };
  if (reached("emissions_g", "limit_emissions_g") || reached("energy_j", "limit_energy_j")) {
    return BudgetStage::kSpent;
  }
  const bool forecast = number("forecast_emissions_g") || number("forecast_energy_j");
  return forecast ? BudgetStage::kForecast : BudgetStage::kWarned;
}

std::optional<PolicyDecision> decide(const ConfirmPolicy& confirm, std::int64_t rounds_closed,
                                     const Spending& spending) {
  if (rounds_closed < confirm.after_rounds) return std::nullopt;
  PolicyDecision decision;
  decision.policy = PolicyKind::kConfirm;
  decision.what = PolicyDecision::What::kPause;
  decision.numbers["rounds_closed"] = static_cast<double>(rounds_closed);
  std::string spent;
  std::string forecast;
  for (const auto& quantity : {emissions_of(spending), energy_of(spending)}) {
    if (quantity.spent) {
      decision.numbers[quantity.key("")] = *quantity.spent;
      spent += (spent.empty() ? "" : " and ") + with_unit(*quantity.spent, quantity);
    }
    if (quantity.forecast) {
      note_forecast(quantity, decision.numbers);
      forecast += (forecast.empty() ? "" : " and ") + forecast_in_words(quantity);
    }
  }
  decision.reason =
      fmt::format("rounds closed: {}; {}{}; {}; resume it to go on", rounds_closed,
                  spent.empty() ? "what they cost is not known" : spent + " are spent",
                  spending.has_gaps ? ", and what was not measured" : "",
                  forecast.empty() ? "nothing can be forecast" : forecast + " at its end");
  return decision;
}

}  // namespace fedwatt::run
