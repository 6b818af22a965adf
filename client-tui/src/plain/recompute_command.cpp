#include "plain/recompute_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "fedwatt/protocol/codec.h"
#include "fedwatt/protocol/number_in.h"
#include "import/csv_line.h"
#include "import/line_reader.h"
#include "plain/plain_session.h"
#include "text/display_text.h"
#include "text/format.h"

namespace fedwatt::viewer {
namespace {

constexpr char kAboutRecompute[] =
    "Compute the emissions of a run that has ended anew, as another run";

constexpr char kFooter[] =
    R"(The result is an edition: a run of its own, with the same energy and other emissions, that is
listed, watched, compared and exported as any run. The original stays as it is.

--intensity is one of
  56.039      so many gCO2e per kWh, everywhere and always
  FR          as if every worker had been in that region, at the time of each report;
              `fedwatt-hub --list-regions` lists them
  grid.csv    a series with the header timestamp,g_per_kwh, everywhere; a file's name has a slash
              or ends in .csv
  now         each worker's own region, with what the hub knows by now

Examples:
  fedwatt recompute digits --intensity FR
  fedwatt recompute digits --intensity now --pue 1.2
  fedwatt recompute digits --intensity ./grid.csv --network-kwh-per-gb 0.03)";

// What the hub takes in a frame.
constexpr std::size_t kMaxRequestBytes = 64 * 1024;

tl::unexpected<std::string> problem(std::string what) {
  return tl::unexpected<std::string>(std::move(what));
}

bool is_file(const std::string& text) {
  return text.find('/') != text.npos || text.ends_with(".csv");
}

tl::expected<std::vector<protocol::IntensityPoint>, std::string> read_series(
    const std::string& path) {
  auto file = LineReader::open(path);
  if (!file) return tl::unexpected(file.error());
  std::vector<protocol::IntensityPoint> series;
  bool header = true;
  while (const auto line = file->next()) {
    const auto fields = csv_fields(line->text);
    if (line->too_long || !fields || fields->size() != 2) {
      return problem(file->problem("is not a time and a number, with a comma between them"));
    }
    if (header) {
      if (*fields != std::vector<std::string>{"timestamp", "g_per_kwh"}) {
        return problem(file->problem("must be the header timestamp,g_per_kwh"));
      }
      header = false;
      continue;
    }
    const auto at = protocol::parse_timestamp((*fields)[0]);
    if (!at) return problem(file->problem("has no time like 2026-01-31T12:00:00Z"));
    const auto g_per_kwh = protocol::number_in<double>((*fields)[1]);
    if (!g_per_kwh) return problem(file->problem("has no number of gCO2e per kWh"));
    if (!series.empty() && *at <= series.back().at) {
      return problem(file->problem("is not later than the row before"));
    }
    series.push_back({*at, *g_per_kwh});
  }
  if (!file->failure().empty()) return problem(file->failure());
  if (series.empty()) return problem(path + " has no row with a time and a number");
  return series;
}

std::string result_line(const protocol::Recomputed& result) {
  return fmt::format("{} → {}, {} reports: edition {} ({})",
                     format_emissions(result.emissions_before_g),
                     format_emissions(result.emissions_g), result.reports, printable(result.name),
                     printable(result.run_id));
}

}  // namespace

void add_recompute_command(CLI::App& app, CommandLine& line,
                           const std::function<void(CLI::App&)>& add_common) {
  CLI::App* command = app.add_subcommand("recompute", kAboutRecompute);
  command->footer(kFooter);
  command->add_option("run", line.run, "The run's name (its latest run) or id")->required();
  command->add_option("--intensity", line.intensity, "gCO2e per kWh: as below")
      ->type_name("NUMBER|REGION|FILE|now")
      ->required();
  protocol::Recompute& request = line.recompute;
  command->add_option("--pue", request.pue, "Power usage effectiveness, for every worker")
      ->type_name("RATIO");
  command
      ->add_option("--network-kwh-per-gb", request.network_kwh_per_gb,
                   "Energy of sending a gigabyte")
      ->type_name("KWH");
  command
      ->add_option("--network-intensity", request.network_intensity_g_per_kwh,
                   "gCO2e per kWh of the network")
      ->type_name("NUMBER");
  const CLI::Option* timeout =
      command
          ->add_option("--timeout", line.timeout_s,
                       "How long to wait for the edition, which is made all the same")
          ->check(CLI::NonNegativeNumber)
          ->type_name("SECONDS")
          ->default_str("600");
  add_common(*command);
  command->parse_complete_callback([&line, timeout] {
    line.verb = CommandLine::Verb::kRecompute;
    if (timeout->count() == 0) line.timeout_s = 600;
  });
}

tl::expected<void, std::string> read_intensity(const std::string& text,
                                               protocol::Recompute& request) {
  if (text == "now") return {};
  if (const auto number = protocol::number_in<double>(text)) {
    request.intensity_g_per_kwh = number;
  } else if (is_file(text)) {
    auto series = read_series(text);
    if (!series) return tl::unexpected(std::move(series.error()));
    request.series = *std::move(series);
    if (protocol::encode(protocol::ViewerMessage(request)).size() > kMaxRequestBytes) {
      return problem(fmt::format(
          "{} has {} values, more than fit into a request: start the hub with --intensity-series "
          "REGION={} and say --intensity REGION, or now",
          text, request.series.size(), text));
    }
  } else {
    request.region = text;
  }
  return {};
}

int recompute_run(const CommandLine& line, std::ostream& out, std::ostream& err) {
  protocol::Recompute request = line.recompute;
  request.id = new_command_id();
  request.run = line.run;
  if (const auto read = read_intensity(line.intensity, request); !read) {
    err << "fedwatt: " << printable(read.error()) << "\n";
    return kExitError;
  }

  Session session(line.hub, line.viewer_name);
  if (!connect(session, err)) return no_hub(line, session, err);
  session.conversation.give(request);
  const auto deadline = in(std::chrono::duration<double>(line.timeout_s));
  const protocol::Recomputed* result = nullptr;
  const auto answer = await_answer(session, deadline, request.id, err, [&] {
    return (result = session.model.find_recomputed(request.id)) != nullptr;
  });
  if (answer == Answer::kRefused) return kExitError;
  if (answer == Answer::kLate) {
    err << "fedwatt: The hub has not answered in time; see with `fedwatt runs` whether the edition "
           "is there.\n";
    return kExitNoHub;
  }
  session.channel.stop();
  if (line.json) {
    out << protocol::encode(protocol::HubToViewer(*result)) << std::endl;
  } else {
    print(out, {result_line(*result)});
  }
  return kExitOk;
}

}  // namespace fedwatt::viewer
