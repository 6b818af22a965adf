#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "fedwatt/protocol/messages.h"
#include "hub_address.h"
#include "plain/run_until.h"
#include "view/theme.h"

namespace fedwatt::viewer {

// Exit statuses, as --help documents them.
inline constexpr int kExitOk = 0;
inline constexpr int kExitError = 1;
inline constexpr int kExitNotAcknowledged = 2;
inline constexpr int kExitNoHub = 3;
inline constexpr int kExitEndedWithout = 4;  // of run-until
inline constexpr int kExitTimedOut = 5;

struct CommandLine {
  enum class Verb {
    kScreen,
    kRuns,
    kWatch,
    kCommand,
    kImport,
    kShowPolicies,
    kChangePolicies,
    kExport,
    kFigures,
    kCompare,
    kRecompute,
    kRunUntil
  };
  Verb verb = Verb::kScreen;
  HubAddress hub;
  std::string token_file;  // what the token is to be read from; empty: from nowhere
  std::string viewer_name;
  std::string run;  // id or name; empty: none was given
  bool json = false;
  bool plain = false;
  bool readonly = false;           // the screen offers no commands
  bool ascii = false;              // the screen uses ASCII only; `unicode`: it does not, whatever
  bool unicode = false;            // the environment says
  std::optional<ThemeName> theme;  // of the screen
  bool mouse = true;               // the screen takes it from the terminal
  bool wait_for_run = false;
  std::optional<double> until_end_s;  // leave so long after the run has ended
  protocol::Action action = protocol::Action::kPause;
  std::vector<std::string> workers;  // empty: all
  std::string reason;
  double timeout_s = 30;
  std::vector<UntilCondition> until;             // what run-until waits for
  std::optional<protocol::Action> until_action;  // what it does then; `reason` and `timeout_s` too
  double until_timeout_s = 1e9;                  // for the conditions themselves
  protocol::SetPolicies change;  // of policies; its id, run and reason are set when it is given
  bool dry_run = false;          // the policies only say what they would do
  std::vector<std::string> compared;  // runs, by name or id
  bool csv = false;
  std::optional<double> at_value;     // what it took to get to this target value
  std::optional<double> at_carbon_g;  // what so much bought
  std::optional<double> eta;          // of Zeus' cost; empty: the hub's default
  std::optional<double> max_power_w;
  protocol::Recompute recompute;         // its id, run and intensities are set when it is given
  std::string intensity;                 // for it: a number, a region, a file or "now"
  std::vector<std::string> files;        // to import
  std::string import_into;               // a run's id or name; empty: as the files say
  std::string import_as;                 // a worker's name; empty: as the file says
  bool import_strict = false;            // no row may be skipped
  std::string export_table = "reports";  // or rounds, events, all
  std::string export_format;             // csv or jsonl; empty: what suits the table
  std::string export_output;             // a file, a folder for all; empty or "-": standard output
  bool export_overwrite = false;
};

// The program ends at once, with this output: help, version, or what is wrong.
struct EarlyExit {
  int status = kExitOk;
  std::string output;  // to standard error unless the status is kExitOk
};

// What the environment gives where the command line says nothing.
struct Defaults {
  std::string hub_url = "ws://127.0.0.1:3000";
  std::string viewer_name;  // user@host
  std::string ca_file{};
  bool readonly = false;
};

// Reads the arguments that follow the program's name.
tl::expected<CommandLine, EarlyExit> parse_command_line(const std::vector<std::string>& arguments,
                                                        const Defaults& defaults);

}  // namespace fedwatt::viewer
