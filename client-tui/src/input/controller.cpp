#include "input/controller.h"

#include <algorithm>

#include "input/keymap.h"
#include "text/display_text.h"
#include "text/words.h"

namespace fedwatt::viewer {
namespace {

constexpr int kPage = 10;

void move_selection(UiState& ui, const ViewerModel& model, Intent intent) {
  const auto runs = model.runs_in_order();
  if (runs.empty()) return;
  const auto last = static_cast<std::ptrdiff_t>(runs.size()) - 1;
  const RunRecord* current = current_run(ui, model);
  auto index = std::find(runs.begin(), runs.end(), current) - runs.begin();
  if (intent == Intent::kUp) --index;
  if (intent == Intent::kDown) ++index;
  if (intent == Intent::kTop) index = 0;
  if (intent == Intent::kBottom) index = last;
  index = std::clamp<std::ptrdiff_t>(index, 0, last);
  ui.selected_run = runs[static_cast<std::size_t>(index)]->view.run_id;
}

void scroll(UiState& ui, const ViewerModel& model, Intent intent) {
  const RunRecord* run = current_run(ui, model);
  if (!run) return;
  int& first = ui.workers_focused ? ui.first_worker : ui.first_round;
  const auto rows = ui.workers_focused ? run->workers.size() : run->rounds.size();
  const int last = std::max(0, static_cast<int>(rows) - 1);
  if (intent == Intent::kUp) --first;
  if (intent == Intent::kDown) ++first;
  if (intent == Intent::kPageUp) first -= kPage;
  if (intent == Intent::kPageDown) first += kPage;
  if (intent == Intent::kTop) first = 0;
  if (intent == Intent::kBottom) first = last;
  first = std::clamp(first, 0, last);
}

void ask(UiState& ui, const ViewerModel& model, protocol::Action action) {
  const RunRecord* run = current_run(ui, model);
  if (!run || has_ended(run->view.state)) return;
  ui.confirmation = Confirmation{action, run->view.run_id, false, ""};
}

std::optional<Effect> open_run(UiState& ui, const ViewerModel& model) {
  const RunRecord* run = current_run(ui, model);
  if (!run || ui.screen == ScreenName::kRun) return std::nullopt;
  ui.screen = ScreenName::kRun;
  ui.selected_run = ui.opened_run = run->view.run_id;
  ui.first_round = ui.first_worker = 0;
  ui.workers_focused = false;
  return OpenRun{run->view.run_id};
}

std::optional<Effect> close_run(UiState& ui) {
  const std::string closed = ui.opened_run;
  ui.screen = ScreenName::kRuns;
  ui.opened_run.clear();
  ui.awaits_run = false;
  return CloseRun{closed};
}

void edit(std::string& typed, const Key& key) {
  if (key.kind == Key::Kind::kText) typed += printable(key.text);
  if (key.kind != Key::Kind::kBackspace || typed.empty()) return;
  while (!typed.empty() && (static_cast<unsigned char>(typed.back()) & 0xC0U) == 0x80) {
    typed.pop_back();
  }
  if (!typed.empty()) typed.pop_back();
}

// Pause and resume: y. Stop: the name, then Enter. Everything else cancels or does nothing.
std::optional<Effect> answer(UiState& ui, const ViewerModel& model, const Key& key) {
  Confirmation& question = *ui.confirmation;
  const RunRecord* run = model.find_run(question.run_id);
  const bool is_stop = question.action == protocol::Action::kStop;
  const bool enter = key.kind == Key::Kind::kEnter;
  const bool typed_yes = key.kind == Key::Kind::kText && (key.text == "y" || key.text == "Y");
  const bool typed_no = key.kind == Key::Kind::kText && (key.text == "n" || key.text == "N");

  const bool yes = run && (is_stop ? enter && names_run(question.typed, *run)
                                   : typed_yes || (enter && question.yes_chosen));
  const bool no = !run || key.kind == Key::Kind::kEscape || (!is_stop && (typed_no || enter)) ||
                  (is_stop && enter && question.typed.empty());
  if (yes) {
    const GiveCommand command{question.run_id, question.action};
    ui.confirmation.reset();
    return command;
  }
  if (no) {
    ui.confirmation.reset();
    return std::nullopt;
  }
  if (is_stop) {
    edit(question.typed, key);
    return std::nullopt;
  }
  const bool moves =
      key.kind == Key::Kind::kTab || key.kind == Key::Kind::kLeft || key.kind == Key::Kind::kRight;
  if (moves) question.yes_chosen = !question.yes_chosen;
  return std::nullopt;
}

}  // namespace

std::optional<Effect> handle_key(UiState& ui, const ViewerModel& model, const Key& key) {
  if (ui.confirmation) return answer(ui, model, key);
  const auto intent = intent_of(key, ui.screen);
  if (ui.help) {
    ui.help = false;
    if (intent == Intent::kQuit) return Quit{};
    return std::nullopt;
  }
  if (!intent) return std::nullopt;
  switch (*intent) {
    case Intent::kUp:
    case Intent::kDown:
    case Intent::kPageUp:
    case Intent::kPageDown:
    case Intent::kTop:
    case Intent::kBottom:
      ui.screen == ScreenName::kRuns ? move_selection(ui, model, *intent)
                                     : scroll(ui, model, *intent);
      return std::nullopt;
    case Intent::kOpen:
      return open_run(ui, model);
    case Intent::kBack:
      return close_run(ui);
    case Intent::kNextTable:
      ui.workers_focused = !ui.workers_focused;
      return std::nullopt;
    case Intent::kPause:
      ask(ui, model, protocol::Action::kPause);
      return std::nullopt;
    case Intent::kResume:
      ask(ui, model, protocol::Action::kResume);
      return std::nullopt;
    case Intent::kStop:
      ask(ui, model, protocol::Action::kStop);
      return std::nullopt;
    case Intent::kHelp:
      ui.help = true;
      return std::nullopt;
    case Intent::kQuit:
      return Quit{};
  }
  return std::nullopt;
}

const RunRecord* current_run(const UiState& ui, const ViewerModel& model) {
  if (ui.screen == ScreenName::kRun) {
    return ui.awaits_run ? nullptr : model.find_run(ui.opened_run);
  }
  const auto selected = model.runs().find(ui.selected_run);
  if (selected != model.runs().end()) return &selected->second;
  const auto runs = model.runs_in_order();
  return runs.empty() ? nullptr : runs.front();
}

bool names_run(const std::string& typed, const RunRecord& run) {
  return !typed.empty() && typed == printable(run.view.name);
}

}  // namespace fedwatt::viewer
