#include "input/navigation.h"

#include <algorithm>

namespace fedwatt::viewer {

void go_to(UiState& ui, ScreenName screen) {
  if (ui.screen == screen) return;
  const auto seen = std::find(ui.behind.begin(), ui.behind.end(), screen);
  if (seen != ui.behind.end()) {
    ui.behind.erase(seen, ui.behind.end());
  } else {
    ui.behind.push_back(ui.screen);
  }
  ui.screen = screen;
}

void open_run(UiState& ui, const std::string& run_id) {
  if (ui.opened_run != run_id) {
    ui.first_round = ui.first_log_line = 0;
    ui.workers_focused = false;
    ui.selected_worker.clear();
    ui.workers_filter.clear();
    ui.log_filter.clear();
  }
  ui.selected_run = ui.opened_run = run_id;
  ui.awaits_run = false;
}

void go_back(UiState& ui) {
  if (ui.screen == ScreenName::kRuns) {
    ui.runs_filter.clear();
    return;
  }
  ui.screen = ui.behind.empty() ? ScreenName::kRuns : ui.behind.back();
  if (!ui.behind.empty()) ui.behind.pop_back();
  if (ui.screen != ScreenName::kRuns) return;
  ui.opened_run.clear();
  ui.awaits_run = false;
}

}  // namespace fedwatt::viewer
