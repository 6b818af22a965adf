#pragma once

#include "app/preferences.h"
#include "command_line.h"
#include "view/theme.h"

namespace fedwatt::viewer {

// The live screen, until the person leaves it or a signal ends it; the terminal is then as it was.
// Returns the exit status, having said on standard error what went wrong, if anything did. Throws
// std::invalid_argument for an url that is no ws://host[:port].
//
// It begins with `preferences`, and keeps in `preferences_file` what the person chose instead.
int run_screen(const CommandLine& line, const Theme& theme, const Preferences& preferences,
               const std::string& preferences_file);

}  // namespace fedwatt::viewer
