#pragma once

#include <functional>
#include <iosfwd>

#include "command_line.h"

namespace CLI {  // NOLINT(readability-identifier-naming): not ours
class App;
}

namespace fedwatt::viewer {

// Adds `run-until` to the command line. What is parsed goes into `line`, which must outlive `app`;
// `add_common` adds the options that every command has.
void add_run_until_command(CLI::App& app, CommandLine& line,
                           const std::function<void(CLI::App&)>& add_common);

// Follows a run, over lost connections too, until one of the conditions of `line` holds; then gives
// the command that it names, if any, and waits for the acknowledgements. Says which it was in a
// line of text or JSON to `out`; what went wrong to `err`, in one sentence. Returns the exit
// status. Throws std::invalid_argument for an url that is no ws://host[:port].
int run_until(const CommandLine& line, std::ostream& out, std::ostream& err);

}  // namespace fedwatt::viewer
