#pragma once

#include <optional>
#include <string>

#include "fedwatt/protocol/messages.h"

namespace fedwatt::viewer {

enum class ScreenName { kRuns, kRun };

// The question before a command is given. Nothing is sent before it was answered.
struct Confirmation {
  protocol::Action action = protocol::Action::kPause;
  std::string run_id;
  bool yes_chosen = false;  // which button Enter presses: Cancel, unless moved
  std::string typed;        // the run's name, which a stop asks for
};

// What the person at the screen has chosen: nothing of it comes from the hub.
struct UiState {
  ScreenName screen = ScreenName::kRuns;
  std::string selected_run;  // id, in the list
  std::string opened_run;    // id, or what was asked for while it is awaited
  bool awaits_run = false;   // the hub has not shown the run that was asked for
  int first_round = 0;       // how many of the newest rounds are scrolled away
  int first_worker = 0;
  bool workers_focused = false;  // which table the arrows scroll
  bool help = false;
  std::optional<Confirmation> confirmation;
  std::string last_command;  // id of the last one that was given here, and its run
  std::string last_command_run;
  // Set by `watch --until-end` once the run has ended: the screen closes at this time.
  std::optional<protocol::Timestamp> closes_at;
};

}  // namespace fedwatt::viewer
