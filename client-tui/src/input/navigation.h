#pragma once

#include "input/ui_state.h"

namespace fedwatt::viewer {

// Shows another screen; Esc comes back from it.
void go_to(UiState& ui, ScreenName screen);
// Shows the run, from its newest round on.
void open_run(UiState& ui, const std::string& run_id);
// Back to where it came from; to all runs, in the end.
void go_back(UiState& ui);

}  // namespace fedwatt::viewer
