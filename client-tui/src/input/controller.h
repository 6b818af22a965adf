#pragma once

#include <optional>
#include <string>
#include <variant>

#include "input/key.h"
#include "input/ui_state.h"
#include "model/viewer_model.h"

// What a key does: a pure function of the state and the key. Whatever reaches outside is returned
// for the caller to do.

namespace fedwatt::viewer {

struct Quit {
  bool operator==(const Quit&) const = default;
};
struct OpenRun {
  std::string run_id;
  bool operator==(const OpenRun&) const = default;
};
struct CloseRun {
  std::string run_id;
  bool operator==(const CloseRun&) const = default;
};
struct GiveCommand {
  std::string run_id;
  protocol::Action action;
  bool operator==(const GiveCommand&) const = default;
};
using Effect = std::variant<Quit, OpenRun, CloseRun, GiveCommand>;

std::optional<Effect> handle_key(UiState& ui, const ViewerModel& model, const Key& key);

// The run that the screen is about: the opened one, or the one selected in the list. Null if there
// is none.
const RunRecord* current_run(const UiState& ui, const ViewerModel& model);

// Whether `typed` is what a stop of this run asks for: its name as it is shown.
bool names_run(const std::string& typed, const RunRecord& run);

}  // namespace fedwatt::viewer
