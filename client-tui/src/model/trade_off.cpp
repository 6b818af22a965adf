#include "model/trade_off.h"

#include <algorithm>
#include <cmath>

namespace fedwatt::viewer {
namespace {

std::optional<double> finite(std::optional<double> value) {
  return value && std::isfinite(*value) ? value : std::nullopt;
}

// How much better a is than b.
double gain_of(double a, double b, const protocol::Target& target) {
  return target.goal == protocol::Target::Goal::kMax ? a - b : b - a;
}

bool comes_before(const TradeOffRun& a, const TradeOffRun& b, const protocol::Target& target) {
  if (a.has_place() != b.has_place()) return a.has_place();
  if (a.has_place()) {
    if (*a.emissions_g != *b.emissions_g) return *a.emissions_g < *b.emissions_g;
    const double gain = gain_of(*a.best, *b.best, target);
    if (gain != 0) return gain > 0;
  }
  return a.run->view.run_id < b.run->view.run_id;
}

// In their order a run is on the front if it is better than all before it, or equals the last of
// those on the front in both.
void set_front(TradeOff& all) {
  const TradeOffRun* last = nullptr;
  for (TradeOffRun& run : all.runs) {
    if (!run.has_place()) return;
    const double gain = last ? gain_of(*run.best, *last->best, all.target) : 1;
    run.on_front = gain > 0 || (gain == 0 && *run.emissions_g == *last->emissions_g);
    if (run.on_front) last = &run;
  }
}

}  // namespace

const TradeOffRun* TradeOff::find(std::string_view run_id) const {
  const auto found = std::find_if(runs.begin(), runs.end(), [&](const TradeOffRun& run) {
    return run.run->view.run_id == run_id;
  });
  return found == runs.end() ? nullptr : &*found;
}

std::vector<const TradeOffRun*> TradeOff::front() const {
  std::vector<const TradeOffRun*> front;
  for (const TradeOffRun& run : runs) {
    if (run.on_front) front.push_back(&run);
  }
  return front;
}

TradeOff trade_off(const ViewerModel& model, const RunRecord& like) {
  TradeOff all;
  all.target = like.view.target;
  for (const auto& [id, record] : model.runs()) {
    if (record.view.target != all.target) {
      ++all.others;
      continue;
    }
    all.runs.push_back(
        {&record, finite(record.view.emissions_g), finite(record.view.best_target_value), false});
  }
  std::sort(all.runs.begin(), all.runs.end(), [&](const TradeOffRun& a, const TradeOffRun& b) {
    return comes_before(a, b, all.target);
  });
  set_front(all);
  return all;
}

Difference difference(const TradeOffRun& a, const TradeOffRun& b, const protocol::Target& target) {
  Difference between;
  if (a.emissions_g && b.emissions_g && *b.emissions_g > 0) {
    between.emissions_change = (*a.emissions_g - *b.emissions_g) / *b.emissions_g;
  }
  if (a.best && b.best) between.gain = gain_of(*a.best, *b.best, target);
  return between;
}

const TradeOffRun* counterpart(const TradeOff& all, const TradeOffRun& run) {
  if (!run.has_place()) return nullptr;
  const auto front = all.front();
  const auto own = std::find(front.begin(), front.end(), &run);
  if (own != front.end()) {
    if (front.size() == 1) return nullptr;
    return own + 1 == front.end() ? *(own - 1) : *(own + 1);
  }
  const TradeOffRun* best = nullptr;
  for (const TradeOffRun* other : front) {
    if (*other->emissions_g <= *run.emissions_g) best = other;
  }
  return best;
}

}  // namespace fedwatt::viewer
