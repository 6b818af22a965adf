#pragma once

#include <functional>
#include <iosfwd>

#include "command_line.h"

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11 has named it
class App;
}

namespace fedwatt::viewer {

// Adds `figures` and `compare` to the command line. What is parsed goes into `line`, which must
// outlive `app`; `add_hub` adds the option that says where the hub is.
void add_figures_commands(CLI::App& app, CommandLine& line,
                          const std::function<void(CLI::App&)>& add_hub);

// What a run cost and bought, and several side by side, as `line` says: text, CSV, or the hub's own
// document to `out`; what went wrong to `err`, in one sentence. Block until the hub has answered;
// return the exit status. Throw std::invalid_argument for an url that is no ws://host[:port].
int show_figures(const CommandLine& line, std::ostream& out, std::ostream& err);
int compare_runs(const CommandLine& line, std::ostream& out, std::ostream& err);

}  // namespace fedwatt::viewer
