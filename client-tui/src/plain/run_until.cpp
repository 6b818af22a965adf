#include "plain/run_until.h"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "fedwatt/protocol/names.h"
#include "text/display_text.h"
#include "text/format.h"
#include "text/words.h"
#include "view/run_figures.h"

namespace fedwatt::viewer {
namespace {

using Kind = UntilCondition::Kind;
using Json = nlohmann::ordered_json;

constexpr double kJoulesPerKwh = 3.6e6;

// The first closed round whose figure `holds`, with that figure.
template <class Figure, class Holds>
std::optional<Held> first_round(const UntilCondition& condition, const RunRecord& run,
                                Figure figure, Holds holds) {
  for (const auto& [number, round] : run.rounds) {
    if (!round.closed_by) continue;
    const std::optional<double> value = figure(round);
    if (value && holds(*value)) return Held{condition, value, number};
  }
  return std::nullopt;
}

std::optional<Held> if_at_least(const UntilCondition& condition, std::optional<double> value) {
  if (!value || *value < condition.limit) return std::nullopt;
  return Held{condition, value, std::nullopt};
}

double wall_s(const protocol::RunView& run, protocol::Timestamp hub_now) {
  return protocol::seconds_between(run.started_at, run.ended_at.value_or(hub_now));
}

std::optional<Held> held(const UntilCondition& condition, const RunRecord& run,
                         protocol::Timestamp hub_now) {
  const protocol::RunView& view = run.view;
  const double limit = condition.limit;
  const auto at_least = [limit](double value) { return value >= limit; };
  const auto at_most = [limit](double value) { return value <= limit; };
  const auto target = [](const protocol::RoundView& round) { return round.target_value; };
  switch (condition.kind) {
    case Kind::kTarget:
      return view.target.goal == protocol::Target::Goal::kMin
                 ? first_round(condition, run, target, at_most)
                 : first_round(condition, run, target, at_least);
    case Kind::kAccuracy:
      return first_round(
          condition, run, [](const auto& round) { return round.accuracy; }, at_least);
    case Kind::kLoss:
      return first_round(
          condition, run, [](const auto& round) { return round.loss; }, at_most);
    case Kind::kRound:
      return first_round(
          condition, run,
          [](const auto& round) { return std::optional(static_cast<double>(round.round)); },
          at_least);
    case Kind::kEmissions:
      return if_at_least(condition, view.emissions_g);
    case Kind::kEnergy:
      if (!view.energy_j) return std::nullopt;
      return if_at_least(condition, *view.energy_j / kJoulesPerKwh);
    case Kind::kWall:
      return if_at_least(condition, wall_s(view, hub_now));
    case Kind::kEnded:
      if (!has_ended(view.state)) return std::nullopt;
      return Held{condition, std::nullopt, std::nullopt};
  }
  return std::nullopt;
}

std::string shown_value(const Held& held, const protocol::RunView& run) {
  switch (held.condition.kind) {
    case Kind::kTarget:
      return format_target(held.value, run.target);
    case Kind::kAccuracy:
      return format_target(held.value, protocol::Target{});
    case Kind::kLoss:
      return format_number(held.value);
    case Kind::kEmissions:
      return format_run_emissions(run);
    case Kind::kEnergy:
      return format_run_energy(run);
    case Kind::kWall:
      return format_duration(held.value);
    case Kind::kRound:
    case Kind::kEnded:
      break;
  }
  return "";
}

}  // namespace

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::kTarget:
      return "target";
    case Kind::kAccuracy:
      return "accuracy";
    case Kind::kLoss:
      return "loss";
    case Kind::kRound:
      return "round";
    case Kind::kEmissions:
      return "emissions-g";
    case Kind::kEnergy:
      return "energy-kwh";
    case Kind::kWall:
      return "wall-s";
    case Kind::kEnded:
      return "ended";
  }
  return "";
}

std::optional<Held> first_held(const std::vector<UntilCondition>& conditions, const RunRecord& run,
                               protocol::Timestamp hub_now) {
  for (const UntilCondition& condition : conditions) {
    if (auto found = held(condition, run, hub_now)) return found;
  }
  return std::nullopt;
}

std::optional<protocol::Timestamp> holds_at(const std::vector<UntilCondition>& conditions,
                                            const protocol::RunView& run) {
  constexpr double kForever = 1e9;  // seconds: beyond it times would not fit
  std::optional<protocol::Timestamp> earliest;
  for (const UntilCondition& condition : conditions) {
    if (condition.kind != Kind::kWall || condition.limit > kForever || run.ended_at) continue;
    const auto time = run.started_at + std::chrono::ceil<std::chrono::milliseconds>(
                                           std::chrono::duration<double>(condition.limit));
    if (!earliest || time < *earliest) earliest = time;
  }
  return earliest;
}

std::string describe(const Held& held, const protocol::RunView& run) {
  const auto kind = held.condition.kind;
  if (kind == Kind::kEnded) return fmt::format("the run has ended: {}", label_of(run.state).word);
  if (kind == Kind::kRound) return fmt::format("round {} closed", *held.round);
  const std::string name =
      kind == Kind::kTarget ? "target " + printable(run.target.metric) : std::string(name_of(kind));
  std::string text =
      fmt::format("{} {} reached: {}", name, held.condition.limit, shown_value(held, run));
  if (held.round) text += fmt::format(" in round {}", *held.round);
  return text;
}

std::string until_json(const std::optional<Held>& held, std::string_view why,
                       const protocol::RunView& run) {
  const auto or_null = [](const auto& value) { return value ? Json(*value) : Json(); };
  Json object;
  if (held) {
    const bool has_limit = held->condition.kind != Kind::kEnded;
    object["condition"] = name_of(held->condition.kind);
    object["limit"] = has_limit ? Json(held->condition.limit) : Json();
    object["value"] = or_null(held->value);
    object["round"] = or_null(held->round);
  } else {
    object["condition"] = Json();
    object["why"] = why;
  }
  object["run_id"] = run.run_id;
  object["name"] = run.name;
  object["state"] = label_of(run.state).word;
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace fedwatt::viewer
