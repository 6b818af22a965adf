#pragma once

#include <vector>

#include "input/ui_state.h"
#include "model/viewer_model.h"

// Which runs the list shows, and in what order. Pure.

namespace fedwatt::viewer {

// Those that ui.runs_filter lets through, in ui.order. The figures start with the largest, the
// target with the best value (metrics that should fall come after those that should rise), ages
// with the youngest, names with A; ui.reversed turns that round. What has no figure is always last.
std::vector<const RunRecord*> listed_runs(const ViewerModel& model, const UiState& ui);

// The one that ui.selected_run names if it is among them, else the first; null if there is none.
const RunRecord* selected_run(const std::vector<const RunRecord*>& listed, const UiState& ui);

}  // namespace fedwatt::viewer
