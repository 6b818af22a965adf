#pragma once

#include <optional>

#include "input/controller.h"

// The line at the foot of the screen: "/" filters what is shown while it is typed, ":" takes a
// command.

namespace fedwatt::viewer {

// A filter only on a screen that has something to filter: the keymap knows.
void begin_prompt(UiState& ui, Prompt::Kind kind);

// Takes a key while there is a prompt. Tab completes a command; Enter keeps the filter or obeys;
// Escape takes the filter away, or does nothing.
std::optional<Effect> type(UiState& ui, const ViewerModel& model, const Key& key);

}  // namespace fedwatt::viewer
