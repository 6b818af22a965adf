#pragma once

#include <iosfwd>

#include "command_line.h"

namespace fedwatt::viewer {

// `fedwatt import`: reads all files, and only if all are sound brings them to the hub. Says on
// `out` what became of each, on `err` what went wrong, and how far it is if `shows_progress`.
// Returns the exit status. What it was stopped in, by anything, the same command completes later.
int import_files(const CommandLine& line, std::ostream& out, std::ostream& err,
                 bool shows_progress);

}  // namespace fedwatt::viewer
