#include "input/colon_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "input/choices.h"
#include "input/confirmation.h"
#include "input/navigation.h"
#include "text/display_text.h"
#include "text/words.h"

namespace fedwatt::viewer {
namespace {

using Words = std::vector<std::string>;

// Sets `value` to what the word means; else says which words there are.
template <class Value, std::size_t Count>
void choose(UiState& ui, Value& value, const std::string& word,
            const Choices<Value, Count>& choices) {
  if (const auto chosen = choice_named(choices, word)) {
    value = *chosen;
  } else {
    ui.notice = fmt::format("one of {}", fmt::join(words_of(choices), ", "));
  }
}

Words run_names(const UiState& /*ui*/, const ViewerModel& model) {
  Words names;
  for (const RunRecord* run : model.runs_in_order()) {
    const std::string name = printable(run->view.name);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

Words worker_names(const UiState& ui, const ViewerModel& model) {
  Words names;
  const RunRecord* run = current_run(ui, model);
  if (!run) return names;
  for (const auto& [name, worker] : run->workers) names.push_back(printable(name));
  return names;
}

Words none(const UiState& /*ui*/, const ViewerModel& /*model*/) { return {}; }

// By id or name, as they are shown; the run that the screen is about where nothing was typed.
const RunRecord* run_called(UiState& ui, const ViewerModel& model, const std::string& name) {
  if (name.empty()) {
    const RunRecord* run = current_run(ui, model);
    if (!run) ui.notice = "there is no run";
    return run;
  }
  for (const RunRecord* run : model.runs_in_order()) {
    if (name == printable(run->view.run_id) || name == printable(run->view.name)) return run;
  }
  ui.notice = fmt::format("no run is called \"{}\"", name);
  return nullptr;
}

using Done = std::optional<Effect>;

Done show_run(UiState& ui, const ViewerModel& model, const std::string& name) {
  if (const RunRecord* run = run_called(ui, model, name)) {
    open_run(ui, run->view.run_id);
    go_to(ui, ScreenName::kRun);
  }
  return {};
}

Done show_worker(UiState& ui, const ViewerModel& model, const std::string& name) {
  const RunRecord* run = run_called(ui, model, "");
  if (!run) return {};
  for (const auto& [worker, view] : run->workers) {
    if (printable(worker) != name) continue;
    open_run(ui, run->view.run_id);
    ui.selected_worker = worker;
    go_to(ui, ScreenName::kWorker);
    return {};
  }
  ui.notice = fmt::format("no worker of this run is called \"{}\"", name);
  return {};
}

Done command(UiState& ui, const ViewerModel& model, const std::string& name,
             protocol::Action action) {
  const RunRecord* run = run_called(ui, model, name);
  if (!run) return {};
  if (ui.readonly) {
    ui.notice = "this viewer was started with --readonly";
  } else if (has_ended(run->view.state)) {
    ui.notice = fmt::format("{} has ended", printable(run->view.name));
  } else {
    ask(ui, *run, action);
  }
  return {};
}

template <protocol::Action Order>
Done command(UiState& ui, const ViewerModel& model, const std::string& name) {
  return command(ui, model, name, Order);
}

template <Intent Meaning>
Done by_key(UiState& ui, const ViewerModel& model, const std::string& /*argument*/) {
  return handle_intent(ui, model, Meaning);
}

Done show_runs(UiState& ui, const ViewerModel& /*model*/, const std::string& /*argument*/) {
  while (ui.screen != ScreenName::kRuns) go_back(ui);
  return {};
}

Done mark(UiState& ui, const ViewerModel& model, const std::string& name) {
  if (const RunRecord* run = run_called(ui, model, name)) ui.marked_runs.insert(run->view.run_id);
  return {};
}

Done save_log(UiState& ui, const ViewerModel& model, const std::string& file) {
  const RunRecord* run = run_called(ui, model, "");
  if (!run) return {};
  if (!file.empty()) return SaveLog{run->view.run_id, file};
  ui.notice = "into which file? export FILE";
  return {};
}

Done choose_theme(UiState& ui, const ViewerModel& /*model*/, const std::string& word) {
  if (const auto theme = theme_named(word)) return ChooseTheme{*theme};
  ui.notice = fmt::format("one of {}", fmt::join(theme_words(), ", "));
  return {};
}

struct Known {
  ColonCommand told;
  Words (*arguments)(const UiState&, const ViewerModel&) = nullptr;
  Done (*obey)(UiState&, const ViewerModel&, const std::string&) = nullptr;
};

constexpr auto kXAxisWords = [](const UiState&, const ViewerModel&) { return words_of(kXAxes); };
constexpr auto kYAxisWords = [](const UiState&, const ViewerModel&) { return words_of(kYAxes); };
constexpr auto kOrderWords = [](const UiState&, const ViewerModel&) { return words_of(kOrders); };
constexpr auto kThemeWords = [](const UiState&, const ViewerModel&) { return theme_words(); };
constexpr auto kSetX = [](UiState& ui, const ViewerModel&, const std::string& word) -> Done {
  choose(ui, ui.x_axis, word, kXAxes);
  return {};
};
constexpr auto kSetY = [](UiState& ui, const ViewerModel&, const std::string& word) -> Done {
  choose(ui, ui.y_axis, word, kYAxes);
  return {};
};
constexpr auto kSetOrder = [](UiState& ui, const ViewerModel&, const std::string& word) -> Done {
  choose(ui, ui.order, word, kOrders);
  return {};
};

constexpr std::array kKnown{
    Known{{"compare", "", "the marked runs, side by side"}, none, by_key<Intent::kCompare>},
    Known{{"export", "FILE", "keep the run's commands and events, a JSON object a line"},
          none,
          save_log},
    Known{{"freeze", "", "hold the picture, or let it go on"}, none, by_key<Intent::kFreeze>},
    Known{{"help", "", "the keys of this screen"}, none, by_key<Intent::kHelp>},
    Known{{"log", "", "commands and events"}, none, by_key<Intent::kLog>},
    Known{{"mark", "RUN", "mark a run, to compare it"}, run_names, mark},
    Known{{"order", "COLUMN", "order the list of runs"}, kOrderWords, kSetOrder},
    Known{{"pause", "[RUN]", "after a question"}, run_names, command<protocol::Action::kPause>},
    Known{{"quit", "", "leave; the training goes on"}, none, by_key<Intent::kQuit>},
    Known{{"resume", "[RUN]", "after a question"}, run_names, command<protocol::Action::kResume>},
    Known{{"run", "RUN", "open a run, by name or id"}, run_names, show_run},
    Known{{"runs", "", "all runs"}, none, show_runs},
    Known{{"stop", "[RUN]", "for good, after its name was typed"},
          run_names,
          command<protocol::Action::kStop>},
    Known{{"theme", "THEME", "the colours of the screen"}, kThemeWords, choose_theme},
    Known{{"trade-off", "", "what all runs reached for how much carbon"},
          none,
          by_key<Intent::kTradeOff>},
    Known{{"unmark", "", "no run is marked any more"}, none, by_key<Intent::kUnmark>},
    Known{{"worker", "WORKER", "open a worker's page"}, worker_names, show_worker},
    Known{{"x", "AXIS", "along carbon, round, time or energy"}, kXAxisWords, kSetX},
    Known{{"y", "AXIS", "the target or the loss"}, kYAxisWords, kSetY},
};

std::string without_ends(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

// A command by its name, or by the start of it if no other has that; "q" is "quit".
const Known* known(const std::string& word) {
  const Known* found = nullptr;
  for (const Known& each : kKnown) {
    if (each.told.name == word) return &each;
    if (each.told.name.substr(0, word.size()) != word) continue;
    if (found) return nullptr;
    found = &each;
  }
  return found;
}

}  // namespace

std::span<const ColonCommand> colon_commands() {
  static const auto kAll = [] {
    std::vector<ColonCommand> all;
    all.reserve(kKnown.size());
    for (const Known& each : kKnown) all.push_back(each.told);
    return all;
  }();
  return kAll;
}

std::vector<std::string> completions(const std::string& typed, const UiState& ui,
                                     const ViewerModel& model) {
  Words lines;
  const auto space = typed.find(' ');
  if (space == std::string::npos) {
    lines.reserve(kKnown.size());
    for (const Known& each : kKnown) {
      lines.push_back(std::string(each.told.name) + (each.told.argument.empty() ? "" : " "));
    }
  } else if (const Known* command = known(typed.substr(0, space))) {
    for (const auto& argument : command->arguments(ui, model)) {
      lines.push_back(fmt::format("{} {}", command->told.name, argument));
    }
  }
  std::erase_if(lines, [&](const std::string& line) { return !line.starts_with(typed); });
  return lines;
}

std::optional<Effect> obey(UiState& ui, const ViewerModel& model, const std::string& line) {
  const std::string text = without_ends(line);
  if (text.empty()) return std::nullopt;
  const auto space = std::min(text.find(' '), text.size());
  const std::string word = text.substr(0, space);
  const Known* command = known(word);
  if (!command) {
    ui.notice = fmt::format("no command is called \"{}\"; ? lists them", word);
    return std::nullopt;
  }
  return command->obey(ui, model, without_ends(text.substr(space)));
}

}  // namespace fedwatt::viewer
