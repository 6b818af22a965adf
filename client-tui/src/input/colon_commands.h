#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "input/controller.h"

// What can be typed after ":".

namespace fedwatt::viewer {

struct ColonCommand {
  std::string_view name;
  std::string_view argument;  // as shown: "RUN", "[RUN]"; "" where there is none
  std::string_view effect;    // in the help
};

std::span<const ColonCommand> colon_commands();

// The lines that begin with `typed`: the names of commands, or one with each of its arguments.
std::vector<std::string> completions(const std::string& typed, const UiState& ui,
                                     const ViewerModel& model);

// Does what the line says. Where that makes no sense `ui.notice` says why.
std::optional<Effect> obey(UiState& ui, const ViewerModel& model, const std::string& line);

}  // namespace fedwatt::viewer
