#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fedwatt/protocol/messages.h"

namespace fedwatt::viewer {

enum class ScreenName { kRuns, kRun, kWorker, kTradeOff, kCompare, kLog };

// What the list of runs is sorted by. kState: those that have not ended first, then the latest.
enum class RunsOrder { kState, kName, kTarget, kGain, kWorkers, kPower, kEmissions, kAge };

// What a curve goes along, and what it shows. kTarget is the run's target metric.
enum class XAxis { kEmissions, kRound, kTime, kEnergy };
enum class YAxis { kTarget, kLoss };

// The question before a command is given. Nothing is sent before it was answered.
struct Confirmation {
  protocol::Action action = protocol::Action::kPause;
  std::string run_id;
  bool yes_chosen = false;  // which button Enter presses: Cancel, unless moved
  std::string typed;        // the run's name, which a stop asks for
};

// A line that is being typed at the foot of the screen.
struct Prompt {
  enum class Kind { kFilter, kCommand };  // "/" and ":"
  Kind kind = Kind::kFilter;
  std::string typed;
  bool operator==(const Prompt&) const = default;
};

// A place on the screen, in cells from the upper left.
struct ScreenCell {
  int x = 0;
  int y = 0;
  bool operator==(const ScreenCell&) const = default;
};

// What the person at the screen has chosen: nothing of it comes from the hub.
struct UiState {
  ScreenName screen = ScreenName::kRuns;
  std::vector<ScreenName> behind;  // where Esc goes back to, the next one last

  // The list of runs.
  std::string selected_run;  // id
  RunsOrder order = RunsOrder::kState;
  bool reversed = false;
  std::string runs_filter;            // in the name, the id or the state; whatever its case
  std::set<std::string> marked_runs;  // ids

  // A run.
  std::string opened_run;  // id, or what was asked for while it is awaited
  bool awaits_run = false;
  XAxis x_axis = XAxis::kEmissions;
  YAxis y_axis = YAxis::kTarget;
  int first_round = 0;           // how many of the newest rounds are scrolled away
  bool workers_focused = false;  // which table the arrows move in
  std::string selected_worker;   // in the table, and on its page; empty: the first
  std::string workers_filter;

  // Commands and events.
  int first_log_line = 0;  // how many of the newest are scrolled away
  bool only_commands = false;
  std::string log_filter;

  bool readonly = false;                // no commands are offered
  bool frozen = false;                  // what is shown stands still; what comes is kept
  std::optional<ScreenCell> pointer{};  // where the mouse is, once it has moved
  bool help = false;
  std::optional<Prompt> prompt;
  std::string notice;  // what came of the last thing asked for, until the next key
  std::optional<Confirmation> confirmation;
  std::string last_command;  // id of the last one that was given here, and its run
  std::string last_command_run;
  // Set by `watch --until-end` once the run has ended: the screen closes at this time.
  std::optional<protocol::Timestamp> closes_at;
};

}  // namespace fedwatt::viewer
