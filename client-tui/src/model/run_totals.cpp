#include "model/run_totals.h"

#include "text/words.h"

namespace fedwatt::viewer {
namespace {

void add(std::optional<double>& sum, std::optional<double> value) {
  if (value) sum = sum.value_or(0) + *value;
}

void add(SpentSum& sum, const protocol::RunView& run) {
  add(sum.energy_j, run.energy_j);
  add(sum.emissions_g, run.emissions_g);
  sum.sources.insert(sum.sources.end(), run.energy_sources.begin(), run.energy_sources.end());
  sum.gaps.insert(sum.gaps.end(), run.energy_gaps.begin(), run.energy_gaps.end());
}

protocol::Timestamp midnight_before(protocol::Timestamp time) {
  return std::chrono::floor<std::chrono::days>(time);
}

}  // namespace

RunTotals total_of(const ViewerModel& model, protocol::Timestamp hub_now) {
  const protocol::Timestamp midnight = midnight_before(hub_now);
  RunTotals totals;
  bool active_today = false;
  for (const auto& [id, record] : model.runs()) {
    const protocol::RunView& run = record.view;
    ++totals.runs;
    if (!has_ended(run.state)) {
      ++totals.live;
      totals.workers_online += run.workers_online;
      add(totals.power_w, run.power_w);
    }
    if (run.edition) continue;
    add(totals.in_all, run);
    active_today = active_today || run.last_event_at >= midnight;
    if (run.started_at >= midnight) {
      add(totals.today, run);
    } else if (run.last_event_at >= midnight) {
      totals.today.at_least = true;
    }
  }
  if (!active_today) totals.today.emissions_g = totals.today.energy_j = 0;
  return totals;
}

}  // namespace fedwatt::viewer
