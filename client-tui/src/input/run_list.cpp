#include "input/run_list.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "input/filter.h"
#include "text/words.h"

namespace fedwatt::viewer {
namespace {

// What a run is sorted by: the larger value first, whatever has none last.
std::optional<double> value_of(const protocol::RunView& run, RunsOrder order) {
  switch (order) {
    case RunsOrder::kTarget:
      if (!run.target_value) return std::nullopt;
      return run.target.goal == protocol::Target::Goal::kMax ? *run.target_value
                                                             : -*run.target_value;
    case RunsOrder::kGain:
      return run.gain;
    case RunsOrder::kWorkers:
      return static_cast<double>(run.workers_online);
    case RunsOrder::kPower:
      return has_ended(run.state) ? std::nullopt : run.power_w;
    case RunsOrder::kEmissions:
      return run.emissions_g;
    case RunsOrder::kAge:
      return protocol::seconds_between(protocol::Timestamp{}, run.last_event_at);
    case RunsOrder::kState:
    case RunsOrder::kName:
      break;
  }
  return std::nullopt;
}

// Values of one group can be compared with each other.
int group_of(const protocol::RunView& run, RunsOrder order, bool has_value) {
  if (!has_value) return 2;
  const bool falls = order == RunsOrder::kTarget && run.target.goal == protocol::Target::Goal::kMin;
  return falls ? 1 : 0;
}

void sort_by_name(std::vector<const RunRecord*>& runs, bool reversed) {
  std::stable_sort(runs.begin(), runs.end(), [&](const RunRecord* a, const RunRecord* b) {
    return reversed ? b->view.name < a->view.name : a->view.name < b->view.name;
  });
}

void sort_by_value(std::vector<const RunRecord*>& runs, RunsOrder order, bool reversed) {
  const auto key = [&](const RunRecord* run) {
    const auto value = value_of(run->view, order);
    const double falling = -value.value_or(0);
    return std::make_tuple(group_of(run->view, order, value.has_value()),
                           reversed ? -falling : falling);
  };
  std::stable_sort(runs.begin(), runs.end(),
                   [&](const RunRecord* a, const RunRecord* b) { return key(a) < key(b); });
}

}  // namespace

std::vector<const RunRecord*> listed_runs(const ViewerModel& model, const UiState& ui) {
  auto runs = model.runs_in_order();
  const auto hidden = [&](const RunRecord* run) {
    const protocol::RunView& view = run->view;
    return !matches_filter(ui.runs_filter, {view.name, view.run_id, label_of(view.state).word});
  };
  runs.erase(std::remove_if(runs.begin(), runs.end(), hidden), runs.end());
  if (ui.order == RunsOrder::kState) {
    if (ui.reversed) std::reverse(runs.begin(), runs.end());
  } else if (ui.order == RunsOrder::kName) {
    sort_by_name(runs, ui.reversed);
  } else {
    sort_by_value(runs, ui.order, ui.reversed);
  }
  return runs;
}

const RunRecord* selected_run(const std::vector<const RunRecord*>& listed, const UiState& ui) {
  const auto selected = std::find_if(listed.begin(), listed.end(), [&](const RunRecord* run) {
    return run->view.run_id == ui.selected_run;
  });
  if (selected != listed.end()) return *selected;
  return listed.empty() ? nullptr : listed.front();
}

}  // namespace fedwatt::viewer
