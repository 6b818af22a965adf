#pragma once

#include <functional>
#include <iosfwd>

#include "command_line.h"

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11 has named it
class App;
}

namespace fedwatt::viewer {

// Adds `export RUN` to the command line. What is parsed goes into `line`, which must outlive `app`;
// `add_hub` adds the option that says where the hub is.
void add_export(CLI::App& app, CommandLine& line, const std::function<void(CLI::App&)>& add_hub);

// `fedwatt export`: writes what the hub has stored of a run to files, or to `out`; what went wrong
// to `err`, and how far it is if `shows_progress`. Blocks until done; returns the exit status.
// Throws std::invalid_argument for an url that is no ws://host[:port].
//
// A file is there when it is complete, or not at all: also after a signal, which ends the process.
int export_run(const CommandLine& line, std::ostream& out, std::ostream& err, bool shows_progress);

}  // namespace fedwatt::viewer
