#pragma once

#include <string>
#include <vector>

#include "input/ui_state.h"
#include "model/viewer_model.h"

// What was ordered and what happened in a run, as far as the viewer knows it. Pure; what is pointed
// to is valid until the model changes.

namespace fedwatt::viewer {

// One of the two; a command as it stands now, at the time at which it was given.
struct LogLine {
  const protocol::CommandStatus* command = nullptr;
  const protocol::EventView* event = nullptr;
  protocol::Timestamp at() const { return command ? command->issued_at : event->at; }
};

// The oldest first: the commands, and the events unless ui.only_commands; those that
// ui.log_filter lets through.
std::vector<LogLine> log_lines(const ViewerModel& model, const RunRecord& run, const UiState& ui);

// All commands and events of the run, as the hub told them: a JSON object each, the oldest first.
std::vector<std::string> log_export_lines(const ViewerModel& model, const RunRecord& run);

}  // namespace fedwatt::viewer
