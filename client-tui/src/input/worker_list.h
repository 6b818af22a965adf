#pragma once

#include <vector>

#include "input/ui_state.h"
#include "model/viewer_model.h"

// Which workers the table of a run shows, and in what order. Pure.

namespace fedwatt::viewer {

// Those that ui.workers_filter lets through (name, region, state): the coordinator first, then by
// name.
std::vector<const protocol::WorkerView*> workers_in_order(const RunRecord& run, const UiState& ui);

// The one that ui.selected_worker names if it is among them, else the first; null if there is none.
const protocol::WorkerView* selected_worker(const std::vector<const protocol::WorkerView*>& workers,
                                            const UiState& ui);

}  // namespace fedwatt::viewer
