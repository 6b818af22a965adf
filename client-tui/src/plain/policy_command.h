#pragma once

#include <functional>
#include <iosfwd>

#include "command_line.h"

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11's
class App;
}

namespace fedwatt::viewer {

// Adds `policy show|set|remove|hand-back` to the command line. What is parsed goes into `line`,
// which must outlive `app`; `add_common` adds the options that every command has.
void add_policy_commands(CLI::App& app, CommandLine& line,
                         const std::function<void(CLI::App&)>& add_common);

// Shows or changes the policies of a run, as `line` says: text, or the hub's answer as JSON, to
// `out`; what went wrong to `err`, in one sentence. Blocks until done; returns the exit status.
// Throws std::invalid_argument for an url that is no ws://host[:port].
int show_policies(const CommandLine& line, std::ostream& out, std::ostream& err);
int change_policies(const CommandLine& line, std::ostream& out, std::ostream& err);

}  // namespace fedwatt::viewer
