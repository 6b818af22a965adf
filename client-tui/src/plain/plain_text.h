#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/viewer_model.h"

// What scripts and logs get instead of the screen: lines of plain text. Pure.

namespace fedwatt::viewer {

// A table of all runs, a line each under a heading.
std::vector<std::string> runs_lines(const ViewerModel& model, protocol::Timestamp now);

// Follows one run: a line for each round that closes, for each that is revised by a late report,
// and for each change of the run's state.
class WatchLines {
 public:
  // What is new since the last call.
  std::vector<std::string> next(const RunRecord& run);

 private:
  struct Shown {
    std::optional<double> target_value;
    std::optional<double> emissions_g;
    std::int64_t workers_reported = 0;
    bool operator==(const Shown&) const = default;
  };
  std::map<std::int64_t, Shown> shown_;
  std::optional<protocol::RunState> state_;
};

// The run's totals and its workers, for the end.
std::vector<std::string> closing_lines(const RunRecord& run);

// Who has acknowledged a command and who has not.
std::vector<std::string> command_lines(const protocol::CommandStatus& command,
                                       const std::string& run_name);

}  // namespace fedwatt::viewer
