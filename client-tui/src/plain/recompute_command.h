#pragma once

#include <functional>
#include <iosfwd>

#include "command_line.h"

namespace CLI {  // NOLINT(readability-identifier-naming): not ours
class App;
}

namespace fedwatt::viewer {

// Adds `recompute` to the command line. What is parsed goes into `line`, which must outlive `app`;
// `add_common` adds the options that every command has.
void add_recompute_command(CLI::App& app, CommandLine& line,
                           const std::function<void(CLI::App&)>& add_common);

// What `--intensity` means: a number for everywhere, `now` for what the hub knows now (so the
// request stays as it is), a CSV file if it ends in .csv or has a slash, else a region. Reads the
// file, so it may block. Fails with one sentence.
tl::expected<void, std::string> read_intensity(const std::string& text,
                                               protocol::Recompute& request);

// Has an edition of a run made, and says what its emissions are and were: text, or the hub's answer
// as JSON, to `out`; what went wrong to `err`, in one sentence. Blocks until the hub answers;
// returns the exit status. Throws std::invalid_argument for an url that is no ws://host[:port].
int recompute_run(const CommandLine& line, std::ostream& out, std::ostream& err);

}  // namespace fedwatt::viewer
