#include "plain/run_until_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <ostream>

#include "fedwatt/protocol/number_in.h"
#include "plain/plain_commands.h"
#include "plain/plain_session.h"
#include "text/display_text.h"
#include "text/words.h"

namespace fedwatt::viewer {
namespace {

using Kind = UntilCondition::Kind;

constexpr char kAboutRunUntil[] = "Wait until a run is good enough, or has cost enough";

constexpr char kMoreRunUntil[] =
    R"(Follows the run without a screen and leaves when a condition holds; of several the first to hold
decides, and the output says which. What held before, holds: a round that was good enough once is.
A lost hub is waited for.

Exit status:
  0  a condition holds; with --pause or --stop: and all workers have acknowledged
  1  something was wrong with the command, or the hub refused it
  2  it holds, but not all workers have acknowledged the command in time
  3  no hub answered, or it wants this viewer no longer
  4  the run has ended, and none of the conditions held
  5  none of them held within --timeout

Examples:
  fedwatt run-until digits --accuracy 0.9 && ./deploy
  fedwatt run-until digits --accuracy 0.9 --emissions-g 500 --stop
  fedwatt run-until digits --wait --round 10 --timeout 3600 --json)";

// A number that the condition can have; throws CLI::ValidationError, naming the option.
double limit_in(Kind kind, const std::string& text) {
  const std::string option = fmt::format("--{}", name_of(kind));
  const auto number = protocol::number_in<double>(text);
  if (!number) throw CLI::ValidationError(option, "must be a number, not \"" + text + "\"");
  if (kind == Kind::kAccuracy && (*number < 0 || *number > 1)) {
    throw CLI::ValidationError(option, "is a fraction from 0 to 1: 0.9 for 90 %");
  }
  const bool any = kind == Kind::kTarget || kind == Kind::kLoss;
  if (!any && *number < 0) throw CLI::ValidationError(option, "must not be negative");
  if (kind == Kind::kRound && std::floor(*number) != *number) {
    throw CLI::ValidationError(option, "must be the number of a round");
  }
  return *number;
}

void add_conditions(CLI::App& command, CommandLine& line) {
  const auto add = [&](Kind kind, const std::string& type, const std::string& description) {
    command
        .add_option_function<std::string>(
            fmt::format("--{}", name_of(kind)),
            [&line, kind](const std::string& text) {
              line.until.push_back({kind, limit_in(kind, text)});
            },
            description)
        ->type_name(type);
  };
  add(Kind::kTarget, "VALUE", "The metric that the run is judged by is as good, in a closed round");
  add(Kind::kAccuracy, "0..1", "The accuracy of a closed round is at least");
  add(Kind::kLoss, "VALUE", "The loss of a closed round is at most");
  add(Kind::kRound, "NUMBER", "That round, or a later one, has closed");
  add(Kind::kEmissions, "GRAMS", "The run has emitted so much CO2e");
  add(Kind::kEnergy, "KWH", "It has used so much energy");
  add(Kind::kWall, "SECONDS", "So much time has passed since it started");
  command.add_flag_callback(
      fmt::format("--{}", name_of(Kind::kEnded)),
      [&line] {
        line.until.push_back({Kind::kEnded, 0});
      },
      "It has ended, whatever it came to");
}

// What to do when the condition holds.
void add_consequences(CLI::App& command, CommandLine& line) {
  using protocol::Action;
  auto* pause = command.add_flag_callback(
      "--pause", [&line] { line.until_action = Action::kPause; }, "Then pause the run");
  auto* stop = command.add_flag_callback(
      "--stop", [&line] { line.until_action = Action::kStop; }, "Then stop the run for good");
  stop->excludes(pause);
  command.add_option("--reason", line.reason,
                     "Why; kept with that command. Where it is left out: the condition");
  command
      .add_option("--command-timeout", line.timeout_s,
                  "How long to wait for the acknowledgements (30)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("SECONDS");
}

// What is asked of a run cannot come: accuracy is never 90. Empty if it can.
std::string problem_of(const CommandLine& line, const protocol::RunView& run) {
  const bool wrong = std::any_of(line.until.begin(), line.until.end(), [&](const auto& condition) {
    return condition.kind == Kind::kTarget && run.target.metric == "accuracy" &&
           (condition.limit < 0 || condition.limit > 1);
  });
  return wrong ? "--target: accuracy is a fraction from 0 to 1: 0.9 for 90 %" : "";
}

int leave_without(std::string_view why, int status, const protocol::RunView& run,
                  const CommandLine& line, std::ostream& out, std::ostream& err) {
  if (line.json) {
    out << until_json(std::nullopt, why, run) << std::endl;
    return status;
  }
  const std::string ended = fmt::format("has ended ({}), and", label_of(run.state).word);
  err << fmt::format("fedwatt: {} ({}) {} nothing of what was waited for has come.\n",
                     printable(run.name), printable(run.run_id),
                     why == "ended" ? ended : std::string("goes on, and in time"));
  return status;
}

int take_consequence(const Held& held, const protocol::RunView& run, const CommandLine& line,
                     Session& session, std::ostream& out, std::ostream& err) {
  const std::string words = describe(held, run);
  if (line.json) {
    out << until_json(held, "", run) << std::endl;
  } else {
    print(out, {fmt::format("{} ({}): {}", printable(run.name), printable(run.run_id), words)});
  }
  if (line.until_action && !has_ended(run.state)) {
    protocol::Command command{new_command_id(), run.run_id, *line.until_action, std::nullopt,
                              line.reason.empty() ? "run-until: " + words : line.reason};
    return give_and_wait(line, command, printable(run.name), session, out, err);
  }
  if (line.until_action) err << "fedwatt: It has ended already, so no command is given.\n";
  session.channel.stop();
  return kExitOk;
}

}  // namespace

void add_run_until_command(CLI::App& app, CommandLine& line,
                           const std::function<void(CLI::App&)>& add_common) {
  CLI::App* command = app.add_subcommand("run-until", kAboutRunUntil);
  command->footer(kMoreRunUntil);
  command->add_option("run", line.run, "The run's name (its latest run) or id")->required();
  add_conditions(*command, line);
  add_consequences(*command, line);
  command->add_flag("--wait", line.wait_for_run,
                    "Wait for a run of that name, if there is none yet");
  command->add_option("--timeout", line.until_timeout_s, "How long to wait for a condition")
      ->check(CLI::NonNegativeNumber)
      ->type_name("SECONDS");
  add_common(*command);
  command->parse_complete_callback([&line] {
    line.verb = CommandLine::Verb::kRunUntil;
    if (line.until.empty()) {
      throw CLI::ValidationError("run-until", "say until what: --accuracy 0.9, --ended, …");
    }
    if (!line.reason.empty() && !line.until_action) {
      throw CLI::ValidationError("--reason", "belongs to --pause or --stop");
    }
  });
}

int run_until(const CommandLine& line, std::ostream& out, std::ostream& err) {
  const SteadyTime deadline = in(std::chrono::duration<double>(line.until_timeout_s));
  Session session(line.hub, line.viewer_name);
  FollowedRun followed(line, session);
  if (!connect(session, err)) return no_hub(line, session, err);
  bool seen = false;
  while (true) {
    SteadyTime wake = std::min(deadline, in(std::chrono::hours(1)));
    const RunRecord* run = followed.in_full();
    if (run) {
      const std::string problem = seen ? "" : problem_of(line, run->view);
      seen = true;
      if (!problem.empty()) {
        err << "fedwatt: " << problem << "\n";
        return kExitError;
      }
      const auto hub_now = session.model.hub_time(wall_clock_now());
      if (const auto held = first_held(line.until, *run, hub_now)) {
        return take_consequence(*held, run->view, line, session, out, err);
      }
      if (has_ended(run->view.state)) {
        return leave_without("ended", kExitEndedWithout, run->view, line, out, err);
      }
      if (const auto at = holds_at(line.until, run->view)) wake = std::min(wake, in(*at - hub_now));
    }
    const auto event = next_event(session, wake);
    if (event) {
      if (const auto status = followed.tell_trouble(*event, err)) return *status;
    }
    if (event || std::chrono::steady_clock::now() < deadline) continue;
    if (run) return leave_without("timeout", kExitTimedOut, run->view, line, out, err);
    err << "fedwatt: " << printable(line.run) << " has not come in time.\n";
    return kExitTimedOut;
  }
}

}  // namespace fedwatt::viewer
