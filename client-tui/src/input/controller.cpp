#include "input/controller.h"

#include <algorithm>

#include "input/confirmation.h"
#include "input/log_lines.h"
#include "input/navigation.h"
#include "input/prompt.h"
#include "input/run_list.h"
#include "input/worker_list.h"
#include "model/trade_off.h"
#include "text/words.h"

namespace fedwatt::viewer {
namespace {

constexpr int kPage = 10;

// The place that a movement leads to, from `place` in so many.
int moved(int place, int count, Intent intent) {
  if (intent == Intent::kUp) --place;
  if (intent == Intent::kDown) ++place;
  if (intent == Intent::kPageUp) place -= kPage;
  if (intent == Intent::kPageDown) place += kPage;
  if (intent == Intent::kTop) place = 0;
  if (intent == Intent::kBottom) place = count - 1;
  return std::clamp(place, 0, std::max(0, count - 1));
}

// Where a movement leads to in `list`, from the `current` entry.
template <class Entry>
const Entry& moved_in(const std::vector<const Entry*>& list, const Entry* current, Intent intent) {
  const auto place = std::find(list.begin(), list.end(), current) - list.begin();
  const int next = moved(static_cast<int>(place), static_cast<int>(list.size()), intent);
  return *list[static_cast<std::size_t>(next)];
}

void move_among_runs(UiState& ui, const ViewerModel& model, Intent intent) {
  const auto runs = listed_runs(model, ui);
  if (runs.empty()) return;
  ui.selected_run = moved_in(runs, selected_run(runs, ui), intent).view.run_id;
}

void move_in_run(UiState& ui, const ViewerModel& model, Intent intent) {
  const RunRecord* run = current_run(ui, model);
  if (!run) return;
  if (!ui.workers_focused && ui.screen == ScreenName::kRun) {
    ui.first_round = moved(ui.first_round, static_cast<int>(run->rounds.size()), intent);
    return;
  }
  const auto workers = workers_in_order(*run, ui);
  if (workers.empty()) return;
  ui.selected_worker = moved_in(workers, selected_worker(workers, ui), intent).worker;
}

void move_in_log(UiState& ui, const ViewerModel& model, Intent intent) {
  const RunRecord* run = current_run(ui, model);
  if (!run) return;
  // The newest line is the lowest: up is away from it.
  const int count = static_cast<int>(log_lines(model, *run, ui).size());
  const int place = count - 1 - std::min(ui.first_log_line, count - 1);
  ui.first_log_line = std::max(0, count - 1 - moved(place, count, intent));
}

void move_in_trade_off(UiState& ui, const ViewerModel& model, Intent intent) {
  const RunRecord* run = current_run(ui, model);
  if (!run) return;
  const auto all = trade_off(model, *run).runs;
  const auto place = std::find_if(all.begin(), all.end(),
                                  [&](const TradeOffRun& each) { return each.run == run; });
  const int next =
      moved(static_cast<int>(place - all.begin()), static_cast<int>(all.size()), intent);
  ui.selected_run = all[static_cast<std::size_t>(next)].run->view.run_id;
}

void move(UiState& ui, const ViewerModel& model, Intent intent) {
  switch (ui.screen) {
    case ScreenName::kRuns:
      return move_among_runs(ui, model, intent);
    case ScreenName::kTradeOff:
      return move_in_trade_off(ui, model, intent);
    case ScreenName::kRun:
    case ScreenName::kWorker:
      return move_in_run(ui, model, intent);
    case ScreenName::kLog:
      return move_in_log(ui, model, intent);
    case ScreenName::kCompare:
      return;
  }
}

void open(UiState& ui, const ViewerModel& model) {
  const RunRecord* run = current_run(ui, model);
  if (!run) return;
  if (ui.screen == ScreenName::kRun) return go_to(ui, ScreenName::kWorker);
  open_run(ui, run->view.run_id);
  go_to(ui, ScreenName::kRun);
}

void open_log(UiState& ui, const ViewerModel& model) {
  const RunRecord* run = current_run(ui, model);
  if (!run) return;
  open_run(ui, run->view.run_id);
  go_to(ui, ScreenName::kLog);
}

void mark(UiState& ui, const ViewerModel& model) {
  const RunRecord* run = current_run(ui, model);
  if (!run) return;
  const auto& id = run->view.run_id;
  if (ui.marked_runs.erase(id) == 0) ui.marked_runs.insert(id);
  move_among_runs(ui, model, Intent::kDown);
}

template <class Value>
Value next(Value value, Value last) {
  return value == last ? Value{} : static_cast<Value>(static_cast<int>(value) + 1);
}

void ask_for(UiState& ui, const ViewerModel& model, Intent intent) {
  const auto action = intent == Intent::kPause    ? protocol::Action::kPause
                      : intent == Intent::kResume ? protocol::Action::kResume
                                                  : protocol::Action::kStop;
  ask(ui, *current_run(ui, model), action);
}

}  // namespace

std::optional<Effect> handle_key(UiState& ui, const ViewerModel& model, const Key& key) {
  ui.notice.clear();
  if (ui.confirmation) return answer(ui, model, key);
  if (ui.prompt) return type(ui, model, key);
  const auto intent = intent_of(key, ui.screen);
  if (ui.help) {
    ui.help = false;
    if (intent == Intent::kQuit) return Quit{};
    return std::nullopt;
  }
  return intent ? handle_intent(ui, model, *intent) : std::nullopt;
}

bool is_offered(Intent intent, const UiState& ui, const ViewerModel& model) {
  const RunRecord* run = current_run(ui, model);
  switch (intent) {
    case Intent::kPause:
    case Intent::kResume:
    case Intent::kStop:
      return !ui.readonly && run && !has_ended(run->view.state);
    case Intent::kOpen:
    case Intent::kMark:
    case Intent::kLog:
      return run != nullptr;
    case Intent::kUnmark:
      return !ui.marked_runs.empty();
    case Intent::kCompare:
      return ui.marked_runs.size() > 1;
    case Intent::kBack:
      return ui.screen != ScreenName::kRuns || !ui.runs_filter.empty();
    default:
      return true;
  }
}

std::optional<Effect> handle_intent(UiState& ui, const ViewerModel& model, Intent intent) {
  if (intent == Intent::kCompare && ui.marked_runs.size() < 2) {
    ui.notice = "mark two runs or more, with the space bar in the list of runs";
  }
  if (!is_offered(intent, ui, model)) return std::nullopt;
  switch (intent) {
    case Intent::kUp:
    case Intent::kDown:
    case Intent::kPageUp:
    case Intent::kPageDown:
    case Intent::kTop:
    case Intent::kBottom:
      move(ui, model, intent);
      break;
    case Intent::kOpen:
      open(ui, model);
      break;
    case Intent::kBack:
      go_back(ui);
      break;
    case Intent::kMark:
      mark(ui, model);
      break;
    case Intent::kUnmark:
      ui.marked_runs.clear();
      break;
    case Intent::kOrder:
      ui.order = next(ui.order, RunsOrder::kAge);
      break;
    case Intent::kReverse:
      ui.reversed = !ui.reversed;
      break;
    case Intent::kTradeOff:
      go_to(ui, ScreenName::kTradeOff);
      break;
    case Intent::kCompare:
      go_to(ui, ScreenName::kCompare);
      break;
    case Intent::kLog:
      open_log(ui, model);
      break;
    case Intent::kNextTable:
      ui.workers_focused = !ui.workers_focused;
      break;
    case Intent::kNextX:
      ui.x_axis = next(ui.x_axis, XAxis::kEnergy);
      break;
    case Intent::kNextY:
      ui.y_axis = next(ui.y_axis, YAxis::kLoss);
      break;
    case Intent::kOnlyCommands:
      ui.only_commands = !ui.only_commands;
      ui.first_log_line = 0;
      break;
    case Intent::kPause:
    case Intent::kResume:
    case Intent::kStop:
      ask_for(ui, model, intent);
      break;
    case Intent::kFreeze:
      ui.frozen = !ui.frozen;
      break;
    case Intent::kFilter:
      ui.workers_focused |= ui.screen == ScreenName::kRun;
      begin_prompt(ui, Prompt::Kind::kFilter);
      break;
    case Intent::kCommand:
      begin_prompt(ui, Prompt::Kind::kCommand);
      break;
    case Intent::kHelp:
      ui.help = true;
      break;
    case Intent::kQuit:
      return Quit{};
  }
  return std::nullopt;
}

const RunRecord* current_run(const UiState& ui, const ViewerModel& model) {
  const bool is_open = ui.screen == ScreenName::kRun || ui.screen == ScreenName::kWorker ||
                       ui.screen == ScreenName::kLog;
  if (is_open) return ui.awaits_run ? nullptr : model.find_run(ui.opened_run);
  return selected_run(listed_runs(model, ui), ui);
}

std::set<std::string> runs_in_full(const UiState& ui) {
  std::set<std::string> runs;
  if (ui.screen == ScreenName::kCompare) runs = ui.marked_runs;
  if (!ui.opened_run.empty()) runs.insert(ui.opened_run);
  return runs;
}

}  // namespace fedwatt::viewer
