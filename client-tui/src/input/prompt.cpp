#include "input/prompt.h"

#include "input/colon_commands.h"
#include "input/text_edit.h"

namespace fedwatt::viewer {
namespace {

std::string* filter_of(UiState& ui) {
  switch (ui.screen) {
    case ScreenName::kRuns:
      return &ui.runs_filter;
    case ScreenName::kRun:
      return &ui.workers_filter;
    case ScreenName::kLog:
      return &ui.log_filter;
    case ScreenName::kWorker:
    case ScreenName::kTradeOff:
    case ScreenName::kCompare:
      break;
  }
  return nullptr;
}

// What all of them begin with.
std::string common_start(const std::vector<std::string>& lines) {
  std::string start = lines.front();
  for (const std::string& line : lines) {
    std::size_t same = 0;
    while (same < start.size() && same < line.size() && start[same] == line[same]) ++same;
    start.resize(same);
  }
  return start;
}

std::optional<Effect> type_command(UiState& ui, const ViewerModel& model, const Key& key) {
  std::string& typed = ui.prompt->typed;
  if (key.kind == Key::Kind::kTab) {
    const auto all = completions(typed, ui, model);
    if (!all.empty()) typed = common_start(all);
    return std::nullopt;
  }
  if (key.kind != Key::Kind::kEnter) {
    const bool leaves = key.kind == Key::Kind::kBackspace && typed.empty();
    edit(typed, key);
    if (leaves) ui.prompt.reset();
    return std::nullopt;
  }
  const std::string line = std::move(typed);
  ui.prompt.reset();
  return obey(ui, model, line);
}

}  // namespace

void begin_prompt(UiState& ui, Prompt::Kind kind) {
  ui.prompt = Prompt{kind, kind == Prompt::Kind::kFilter ? *filter_of(ui) : ""};
}

std::optional<Effect> type(UiState& ui, const ViewerModel& model, const Key& key) {
  const bool is_filter = ui.prompt->kind == Prompt::Kind::kFilter;
  if (key.kind == Key::Kind::kEscape) {
    if (is_filter) filter_of(ui)->clear();
    ui.prompt.reset();
    return std::nullopt;
  }
  if (!is_filter) return type_command(ui, model, key);
  edit(ui.prompt->typed, key);
  *filter_of(ui) = ui.prompt->typed;
  ui.first_log_line = 0;
  if (key.kind == Key::Kind::kEnter) ui.prompt.reset();
  return std::nullopt;
}

}  // namespace fedwatt::viewer
