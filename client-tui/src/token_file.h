#pragma once

#include <string>

#include "command_line.h"

namespace fedwatt::viewer {

// Puts the token of the line's token file, if it names one, in the place of the hub's. What is
// wrong with either, in one sentence that does not quote it; empty if nothing is. Blocks while it
// reads.
std::string read_token(CommandLine& line);

}  // namespace fedwatt::viewer
