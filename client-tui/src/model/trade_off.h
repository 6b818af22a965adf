#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "model/viewer_model.h"

// What runs reached for how much carbon. Pure; runs are pointed to, valid until the model changes.

namespace fedwatt::viewer {

struct TradeOffRun {
  const RunRecord* run = nullptr;
  std::optional<double> emissions_g;  // of all its rounds; empty if unknown or no finite number
  std::optional<double> best;         // target value, likewise
  // No other run has at most its emissions and at least its best value, one of them strictly
  // better.
  bool on_front = false;

  bool has_place() const { return emissions_g && best; }
};

struct TradeOff {
  protocol::Target target;
  // Those that are judged by it: the least emissions first, of equals the better one; those without
  // a place last, by id.
  std::vector<TradeOffRun> runs;
  std::size_t others = 0;  // judged by another metric or towards another goal

  const TradeOffRun* find(std::string_view run_id) const;
  // Those on the front, in the same order.
  std::vector<const TradeOffRun*> front() const;
};

// Of the runs that are judged as `like` is.
TradeOff trade_off(const ViewerModel& model, const RunRecord& like);

// Two runs against each other.
struct Difference {
  // (a − b) / b: −0.38 is 38 % less. Empty where one is unknown or b's is 0.
  std::optional<double> emissions_change;
  std::optional<double> gain;  // of a's best value over b's by the goal: positive is better
};
Difference difference(const TradeOffRun& a, const TradeOffRun& b, const protocol::Target& target);

// The run to see one against: for one on the front the next that is better, or the one before the
// best; for others the best on the front that cost no more. Null if there is none, or `run` has no
// place.
const TradeOffRun* counterpart(const TradeOff& all, const TradeOffRun& run);

}  // namespace fedwatt::viewer
