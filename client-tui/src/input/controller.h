#pragma once

#include <optional>
#include <set>
#include <string>
#include <variant>

#include "input/key.h"
#include "input/keymap.h"
#include "input/ui_state.h"
#include "model/viewer_model.h"
#include "view/theme.h"

// What a key does: a pure function of the state and the key. Whatever reaches outside is returned
// for the caller to do.

namespace fedwatt::viewer {

struct Quit {
  bool operator==(const Quit&) const = default;
};
struct GiveCommand {
  std::string run_id;
  protocol::Action action;
  bool operator==(const GiveCommand&) const = default;
};
// Keep what is known of a run's commands and events.
struct SaveLog {
  std::string run_id;
  std::string file;
  bool operator==(const SaveLog&) const = default;
};
struct ChooseTheme {
  ThemeName theme;
  bool operator==(const ChooseTheme&) const = default;
};
using Effect = std::variant<Quit, GiveCommand, SaveLog, ChooseTheme>;

std::optional<Effect> handle_key(UiState& ui, const ViewerModel& model, const Key& key);

// Whether it makes sense at present. What does not is neither done nor offered.
bool is_offered(Intent intent, const UiState& ui, const ViewerModel& model);

// Does what a key of this meaning does on the screen that is shown.
std::optional<Effect> handle_intent(UiState& ui, const ViewerModel& model, Intent intent);

// The run that the screen is about: the opened one, or the one selected in the list. Null if there
// is none.
const RunRecord* current_run(const UiState& ui, const ViewerModel& model);

// The runs that the screen shows more of than their summary: ids, or what was asked for.
std::set<std::string> runs_in_full(const UiState& ui);

}  // namespace fedwatt::viewer
