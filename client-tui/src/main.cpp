#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/preferences_file.h"
#include "app/screen_app.h"
#include "app/terminal_theme.h"
#include "command_line.h"
#include "compare/figures_command.h"
#include "export/export_command.h"
#include "import/import_command.h"
#include "plain/plain_commands.h"
#include "plain/policy_command.h"
#include "plain/recompute_command.h"
#include "plain/run_until_command.h"
#include "token_file.h"

namespace {

using fedwatt::viewer::CommandLine;

// Only called before there are other threads.
std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value ? value : "";
}

std::string user_at_host() {
  char host[256] = "localhost";
  gethostname(host, sizeof host - 1);
  std::string user = environment("USER");
  if (user.empty()) {
    const passwd* entry = getpwuid(getuid());  // NOLINT(concurrency-mt-unsafe)
    user = entry ? entry->pw_name : "someone";
  }
  return fmt::format("{}@{}", user, host);
}

bool has_screen() {
  return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && environment("TERM") != "dumb" &&
         !environment("TERM").empty();
}

std::string locale_name() {
  for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (std::string value = environment(name); !value.empty()) return value;
  }
  return "";
}

int show_screen(const CommandLine& line) {
  const fedwatt::viewer::TerminalHints hints{locale_name(), environment("TERM"),
                                             !environment("NO_COLOR").empty()};
  const auto file =
      fedwatt::viewer::preferences_path(environment("XDG_CONFIG_HOME"), environment("HOME"));
  const auto kept = fedwatt::viewer::read_preferences(file);
  for (const auto& complaint : kept.complaints) {
    std::cerr << "fedwatt: " << file << ": " << complaint << "\n";
  }
  const auto depth = fedwatt::viewer::terminal_color_depth();
  return run_screen(line, choose_theme(line, hints, kept.preferences.theme, depth),
                    kept.preferences, file);
}

int run(const CommandLine& line) {
  const bool wants_text = line.json || line.plain || !has_screen();
  switch (line.verb) {
    case CommandLine::Verb::kScreen:
      if (wants_text) return list_runs(line, std::cout, std::cerr);
      return show_screen(line);
    case CommandLine::Verb::kRuns:
      return list_runs(line, std::cout, std::cerr);
    case CommandLine::Verb::kWatch:
      if (wants_text) return watch_run(line, std::cout, std::cerr);
      return show_screen(line);
    case CommandLine::Verb::kCommand:
      return give_command(line, std::cout, std::cerr);
    case CommandLine::Verb::kShowPolicies:
      return show_policies(line, std::cout, std::cerr);
    case CommandLine::Verb::kChangePolicies:
      return change_policies(line, std::cout, std::cerr);
    case CommandLine::Verb::kExport:
      return export_run(line, std::cout, std::cerr, isatty(STDERR_FILENO) == 1);
    case CommandLine::Verb::kFigures:
      return show_figures(line, std::cout, std::cerr);
    case CommandLine::Verb::kCompare:
      return compare_runs(line, std::cout, std::cerr);
    case CommandLine::Verb::kRecompute:
      return recompute_run(line, std::cout, std::cerr);
    case CommandLine::Verb::kRunUntil:
      return run_until(line, std::cout, std::cerr);
    case CommandLine::Verb::kImport:
      return import_files(line, std::cout, std::cerr, isatty(STDERR_FILENO) == 1);
  }
  return fedwatt::viewer::kExitError;
}

}  // namespace

int main(int argc, char** argv) {
  fedwatt::viewer::Defaults defaults;
  defaults.viewer_name = user_at_host();
  if (const std::string hub = environment("FEDWATT_HUB"); !hub.empty()) defaults.hub_url = hub;
  defaults.ca_file = environment("FEDWATT_CA_FILE");
  const std::string readonly = environment("FEDWATT_READONLY");
  defaults.readonly = !readonly.empty() && readonly != "0";
  auto line = parse_command_line(std::vector<std::string>(argv + 1, argv + argc), defaults);
  if (!line) {
    (line.error().status == fedwatt::viewer::kExitOk ? std::cout : std::cerr)
        << line.error().output;
    return line.error().status;
  }
  line->hub.token = environment("FEDWATT_TOKEN");
  if (const auto problem = fedwatt::viewer::read_token(*line); !problem.empty()) {
    std::cerr << "fedwatt: " << problem << "\n";
    return fedwatt::viewer::kExitError;
  }
  try {
    return run(*line);
  } catch (const std::exception& error) {
    std::cerr << "fedwatt: " << error.what() << "\n";
    return fedwatt::viewer::kExitError;
  }
}
