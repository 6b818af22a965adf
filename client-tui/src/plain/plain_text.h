#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/viewer_model.h"

// What scripts and logs get instead of the screen: lines of plain text. Pure.

namespace fedwatt::viewer {

// A table of all runs, a line each under a heading.
std::vector<std::string> runs_lines(const ViewerModel& model, protocol::Timestamp now);

// Follows one run: a line for each round that closes, for each that a late report revises so that
// it can be seen, for each event that somebody should look at or that changes the policies, and for
// each change of the run's state.
class WatchLines {
 public:
  // What is new since the last call.
  std::vector<std::string> next(const RunRecord& run);

 private:
  std::map<std::int64_t, std::string> shown_;  // of each round, its own figures
  std::int64_t events_shown_ = 0;              // the offset of the newest
  std::optional<protocol::RunState> state_;
};

// The run's totals and its workers, for the end.
std::vector<std::string> closing_lines(const RunRecord& run);

// Who has acknowledged a command and who has not.
std::vector<std::string> command_lines(const protocol::CommandStatus& command,
                                       const std::string& run_name);

}  // namespace fedwatt::viewer
