#pragma once

#include <iosfwd>
#include <string>

#include "app/session.h"
#include "command_line.h"

namespace fedwatt::viewer {

// `runs`, `watch` and the commands without a screen: text or JSON lines to `out`, what went wrong
// to `err`, one sentence each. Block until done; return the exit status. Throw
// std::invalid_argument for an url that is no ws://host[:port].
int list_runs(const CommandLine& line, std::ostream& out, std::ostream& err);
int watch_run(const CommandLine& line, std::ostream& out, std::ostream& err);
int give_command(const CommandLine& line, std::ostream& out, std::ostream& err);

// Gives the command over a session that is connected, and waits until all have acknowledged it, or
// for line.timeout_s. Says the same, and ends the session.
int give_and_wait(const CommandLine& line, const protocol::Command& command,
                  const std::string& run_name, Session& session, std::ostream& out,
                  std::ostream& err);

}  // namespace fedwatt::viewer
