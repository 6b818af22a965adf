#include "command_line.h"

#include <CLI/CLI.hpp>
#include <sstream>
#include <utility>

#include "compare/figures_command.h"
#include "export/export_command.h"
#include "fedwatt/protocol/number_in.h"
#include "plain/policy_command.h"
#include "plain/recompute_command.h"
#include "plain/run_until_command.h"

namespace fedwatt::viewer {
namespace {

constexpr char kDescription[] =
    "Watches federated trainings: what accuracy each round gained, and what it cost in gCO2e.";

constexpr char kFooter[] = R"(Examples:
  fedwatt                                      all runs, live (q quits)
  fedwatt digits                               the latest run of that name, live
  fedwatt runs --json                          all runs, one JSON object a line
  fedwatt watch digits --plain                 a line per closed round, for logs
  fedwatt pause digits --reason "dirty grid"   pauses it, waits until all have acknowledged
  fedwatt stop digits --worker hospital-3 --reason "wrong data" --timeout 60
  fedwatt run-until digits --accuracy 0.9      leaves when it is so good, with status 0
  fedwatt policy set digits budget limit_g=500 pauses it at 500 g; fedwatt policy --help
  fedwatt figures digits                       what the whole run bought and cost
  fedwatt compare fedavg fedprox               at an equal value, and at equal emissions
  fedwatt recompute digits --intensity FR      the same run as if in France, as an edition of it
  fedwatt import hospital-*.jsonl              what workers kept while no hub was there
  fedwatt import emissions.csv --into digits   what codecarbon measured
  fedwatt export digits -o digits.csv          a line for each report

Exit status:
  0  done; for pause, resume and stop: all workers have acknowledged
  1  something was wrong with the command or a file, or the hub refused it
  2  the command was given, but not all workers have acknowledged it in time
  3  no hub answered, or it was lost; an import goes on when it is given again
  4  run-until: the run has ended without what was waited for; 5: that has not come in time

Environment:
  FEDWATT_HUB      the hub's address, where --hub is not given
  FEDWATT_TOKEN    the token, where --token-file is not given, for a hub that wants one
  FEDWATT_CA_FILE  the CA's certificate, where --ca-file is not given
  FEDWATT_READONLY if set, and not 0, the screen offers no commands, as with --readonly
  NO_COLOR         if set, the screen uses no colours, unless --theme says which)";

constexpr double kLinger = 10;

double seconds_to_linger(const std::string& text) {
  if (text.empty()) return kLinger;
  const auto seconds = protocol::number_in<double>(text);
  if (!seconds || *seconds < 0) {
    throw CLI::ValidationError("--until-end", "must be a number of seconds, not \"" + text + "\"");
  }
  return *seconds;
}

void add_hub(CLI::App& app, CommandLine& line) {
  app.add_option("--hub", line.hub.url, "Where the hub is: ws://HOST[:PORT], or wss:// for TLS")
      ->type_name("URL")
      ->default_str(line.hub.url);
  // No option takes the token itself: everybody on the machine sees a command line.
  app.add_option("--token-file", line.token_file,
                 "For a hub that wants one: the token, in the file's first line")
      ->type_name("FILE");
  app.add_option("--ca-file", line.hub.tls.ca_file,
                 "For wss://: the certificate of the CA to trust, in place of the system's")
      ->type_name("FILE");
  app.add_option("--client-certificate", line.hub.tls.client_certificate,
                 "For a hub that wants one")
      ->type_name("FILE");
  app.add_option("--client-key", line.hub.tls.client_key, "Its key")->type_name("FILE");
}

// Options may stand before or after the command's name.
void add_common(CLI::App& app, CommandLine& line) {
  add_hub(app, line);
  app.add_option("--name", line.viewer_name, "Who you are; kept with every command you give")
      ->type_name("WHO")
      ->default_str(line.viewer_name);
  app.add_flag("--json", line.json, "The hub's messages instead, one JSON object a line");
}

void add_screen(CLI::App& app, CommandLine& line) {
  app.add_flag("--readonly", line.readonly, "The screen offers no pause, resume and stop");
  app.add_option_function<std::string>(
         "--theme", [&line](const std::string& word) { line.theme = theme_named(word); },
         "Colours of the screen: the terminal's own, the theme's on a dark or a light background, "
         "or none")
      ->check(CLI::IsMember(theme_words()).description(""))
      ->type_name("terminal|dark|light|none");
  auto* ascii = app.add_flag("--ascii", line.ascii, "The screen uses ASCII signs only");
  app.add_flag("--unicode", line.unicode, "It uses others, even where the locale is not UTF-8")
      ->excludes(ascii);
}

void add_watching(CLI::App& app, CommandLine& line) {
  add_screen(app, line);
  app.add_flag("--plain", line.plain, "Lines of text instead of the screen");
  app.add_flag("!--no-mouse", line.mouse,
               "Leave the mouse to the terminal, to select text with it");
  app.add_flag("--wait", line.wait_for_run, "Wait for a run of that name, if there is none yet");
  app.add_option_function<std::string>(
         "--until-end",
         [&line](const std::string& text) { line.until_end_s = seconds_to_linger(text); },
         "Leave once the run has finished or stopped; the screen stays SECONDS longer (10)")
      ->expected(0, 1)
      ->type_name("[SECONDS]");
}

CLI::App* add_command(CLI::App& app, CommandLine& line, const std::string& name,
                      const std::string& description) {
  CLI::App* command = app.add_subcommand(name, description);
  command->add_option("run", line.run, "The run's name (its latest run) or id")->required();
  command->add_option("--worker", line.workers, "Only these workers; may be repeated")
      ->type_name("NAME");
  command->add_option("--reason", line.reason, "Why; kept with the command")->required();
  command->add_option("--timeout", line.timeout_s, "How long to wait for the acknowledgements")
      ->check(CLI::NonNegativeNumber)
      ->type_name("SECONDS")
      ->default_str("30");
  add_common(*command, line);
  return command;
}

CLI::App* add_import(CLI::App& app, CommandLine& line) {
  CLI::App* import =
      app.add_subcommand("import",
                         "Bring to the hub what workers kept in their offline files, codecarbon's "
                         "emissions.csv, or logs of carbontracker's");
  import->add_option("file", line.files, "The files; those of one run go into one run")->required();
  import->add_option("--into", line.import_into, "Into this run: a name (its latest run) or an id")
      ->type_name("RUN");
  import->add_option("--as", line.import_as, "Under this name instead of the worker's own")
      ->type_name("WORKER");
  import->add_flag("--strict", line.import_strict,
                   "Import nothing if a row of another program's file makes no sense");
  import->add_flag("--json", line.json, "What became of each file, one JSON object a line");
  add_hub(*import, line);
  return import;
}

}  // namespace

tl::expected<CommandLine, EarlyExit> parse_command_line(const std::vector<std::string>& arguments,
                                                        const Defaults& defaults) {
  CommandLine line;
  line.hub.url = defaults.hub_url;
  line.hub.tls.ca_file = defaults.ca_file;
  line.viewer_name = defaults.viewer_name;
  line.readonly = defaults.readonly;

  CLI::App app(kDescription, "fedwatt");
  app.footer(kFooter);
  app.set_version_flag("--version", "fedwatt " FEDWATT_VERSION);
  app.require_subcommand(0, 1);
  app.add_option("run", line.run, "Open this run: a name (its latest run) or an id");
  add_common(app, line);
  add_watching(app, line);

  CLI::App* runs = app.add_subcommand("runs", "List the runs that the hub knows");
  add_common(*runs, line);
  CLI::App* watch = app.add_subcommand("watch", "Follow one run, on the screen or as text");
  watch->add_option("run", line.run, "The run's name (its latest run) or id")->required();
  add_watching(*watch, line);
  add_common(*watch, line);
  CLI::App* pause = add_command(app, line, "pause", "Pause a run, or some of its workers");
  CLI::App* resume = add_command(app, line, "resume", "Resume what was paused");
  CLI::App* stop = add_command(app, line, "stop", "Stop a run for good, or some of its workers");
  add_run_until_command(app, line, [&line](CLI::App& command) { add_common(command, line); });
  add_policy_commands(app, line, [&line](CLI::App& command) { add_common(command, line); });
  add_figures_commands(app, line, [&line](CLI::App& command) { add_hub(command, line); });
  add_recompute_command(app, line, [&line](CLI::App& command) { add_common(command, line); });
  CLI::App* import = add_import(app, line);
  add_export(app, line, [&line](CLI::App& command) { add_hub(command, line); });

  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream err;
    const bool is_question = app.exit(error, out, err) == 0;
    if (is_question) return tl::unexpected(EarlyExit{kExitOk, out.str()});
    return tl::unexpected(EarlyExit{kExitError, "fedwatt: " + err.str()});
  }

  if (runs->parsed()) line.verb = CommandLine::Verb::kRuns;
  if (watch->parsed()) line.verb = CommandLine::Verb::kWatch;
  if (import->parsed()) line.verb = CommandLine::Verb::kImport;
  for (const auto& [command, action] :
       {std::pair{pause, protocol::Action::kPause}, std::pair{resume, protocol::Action::kResume},
        std::pair{stop, protocol::Action::kStop}}) {
    if (!command->parsed()) continue;
    line.verb = CommandLine::Verb::kCommand;
    line.action = action;
  }
  const bool no_command = app.get_subcommands().empty();
  if (no_command && !line.run.empty()) line.verb = CommandLine::Verb::kWatch;
  if (line.verb == CommandLine::Verb::kScreen && (line.wait_for_run || line.until_end_s)) {
    return tl::unexpected(EarlyExit{
        kExitError, "fedwatt: --wait and --until-end are about one run: say which one.\n"});
  }
  if (!line.import_as.empty() && line.files.size() > 1) {
    return tl::unexpected(
        EarlyExit{kExitError, "fedwatt: --as names one worker: import its file by itself.\n"});
  }
  return line;
}

}  // namespace fedwatt::viewer
