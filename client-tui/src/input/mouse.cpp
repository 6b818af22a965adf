#include "input/mouse.h"

namespace fedwatt::viewer {
namespace {

std::optional<Effect> click_run(UiState& ui, const ViewerModel& model, const std::string& run_id) {
  const RunRecord* run = current_run(ui, model);
  if (run && run->view.run_id == run_id) return handle_intent(ui, model, Intent::kOpen);
  ui.selected_run = run_id;
  return std::nullopt;
}

std::optional<Effect> click_worker(UiState& ui, const ViewerModel& model,
                                   const std::string& worker) {
  const bool is_again = ui.workers_focused && ui.selected_worker == worker;
  ui.workers_focused = true;
  ui.selected_worker = worker;
  return is_again ? handle_intent(ui, model, Intent::kOpen) : std::nullopt;
}

std::optional<Effect> click(UiState& ui, const ViewerModel& model, const HitMap& hits,
                            ScreenCell at) {
  const Hit* hit = hits.at(at);
  if (!hit) return std::nullopt;
  if (const auto* row = std::get_if<RunRow>(&hit->what)) return click_run(ui, model, row->run_id);
  if (const auto* row = std::get_if<WorkerRow>(&hit->what)) {
    return click_worker(ui, model, row->worker);
  }
  if (const auto* plot = std::get_if<PlotArea>(&hit->what)) {
    const std::string run_id = plot->run_id(at);
    if (ui.screen == ScreenName::kTradeOff && !run_id.empty()) return click_run(ui, model, run_id);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Effect> handle_mouse(UiState& ui, const ViewerModel& model, const HitMap& hits,
                                   const Mouse& mouse) {
  ui.pointer = mouse.at;
  if (mouse.what == Mouse::What::kMove) return std::nullopt;
  // A question is answered by a key: a click can slip.
  if (ui.confirmation || ui.prompt || ui.help) return std::nullopt;
  ui.notice.clear();
  if (mouse.what == Mouse::What::kClick) return click(ui, model, hits, mouse.at);
  return handle_intent(ui, model,
                       mouse.what == Mouse::What::kWheelUp ? Intent::kUp : Intent::kDown);
}

}  // namespace fedwatt::viewer
