#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/viewer_model.h"

// What `run-until` waits for. Pure: time comes in as an argument.

namespace fedwatt::viewer {

struct UntilCondition {
  // kTarget: the run's target metric is as good as `limit`. kLoss: at most so much. All others: at
  // least so much.
  enum class Kind { kTarget, kAccuracy, kLoss, kRound, kEmissions, kEnergy, kWall, kEnded };
  Kind kind = Kind::kEnded;
  double limit = 0;  // in the unit that its name has
  bool operator==(const UntilCondition&) const = default;
};

// As its option is called, without the dashes: "accuracy", "emissions-g".
std::string_view name_of(UntilCondition::Kind kind);

// A condition that holds.
struct Held {
  UntilCondition condition;
  std::optional<double> value;        // in the unit of the limit; none for kEnded
  std::optional<std::int64_t> round;  // the first in which it held, where it is about rounds
};

// The first of them that holds, of a run that is known in full. A figure that was not measured
// holds nothing. `hub_now`: by the hub's clock.
std::optional<Held> first_held(const std::vector<UntilCondition>& conditions, const RunRecord& run,
                               protocol::Timestamp hub_now);

// When a condition about time alone will hold, by the hub's clock; empty if none is, or never.
std::optional<protocol::Timestamp> holds_at(const std::vector<UntilCondition>& conditions,
                                            const protocol::RunView& run);

// "accuracy 0.9 reached: 90.3 % in round 12", "the run has ended: finished".
std::string describe(const Held& held, const protocol::RunView& run);

// A line of JSON; `held` may be empty, then `why` says why nothing held: "ended", "timeout".
std::string until_json(const std::optional<Held>& held, std::string_view why,
                       const protocol::RunView& run);

}  // namespace fedwatt::viewer
