#pragma once

#include <optional>

#include "input/controller.h"

// The question before a command.

namespace fedwatt::viewer {

void ask(UiState& ui, const RunRecord& run, protocol::Action action);

// Takes a key while there is a question. Pause and resume: y. Stop: the run's name, then Enter.
// Everything else cancels or does nothing.
std::optional<Effect> answer(UiState& ui, const ViewerModel& model, const Key& key);

// Whether `typed` is what a stop of this run asks for: its name as it is shown.
bool names_run(const std::string& typed, const RunRecord& run);

}  // namespace fedwatt::viewer
