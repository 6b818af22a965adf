#include "compare/figures_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "app/http_get.h"
#include "compare/figures_text.h"
#include "plain/plain_session.h"
#include "text/display_text.h"

namespace fedwatt::viewer {
namespace {

constexpr char kAboutFigures[] = "Show what a whole run bought and cost";
constexpr char kAboutCompare[] = "Compare runs at an equal value and at equal emissions";

constexpr char kMoreFigures[] =
    R"(Energy, emissions, time and what follows from them: power, energy-delay product, energy for an
example, what was emitted after the best round, Zeus' cost η·E + (1−η)·P·T, and the emissions in
everyday words, each with its source. What is not known is "–"; "~" is an estimate in part, "≥" a
sum in which a component is missing. docs/metrics.md has the formula of each.

Examples:
  fedwatt figures digits
  fedwatt figures digits --target 0.85           and what it took to get to 85 % accuracy
  fedwatt figures digits --at-carbon 10          and what the first 10 g bought
  fedwatt figures digits --max-power-w 1200      and Zeus' cost of four workers of 300 W
  fedwatt figures digits --json | jq .edp_js)";

constexpr char kMoreCompare[] =
    R"(All runs must be judged by the same metric. Two questions are asked of each: what did it emit
until it reached VALUE, and what had it reached with GRAMS? Without --at-value that is the worst of
the runs' best values, without --at-carbon the least of their totals, so that every run has an
answer. #1 is the best; ◆ marks the runs that no other beats in both emissions and the best value.
Changes are against the first run.

Examples:
  fedwatt compare fedavg fedprox                 the latest run of each name
  fedwatt compare 20260101-093000-5f3a9c 20260102-110500-a01c44
  fedwatt compare fedavg fedprox --at-value 0.85 --at-carbon 100
  fedwatt compare fedavg fedprox scaffold --csv > runs.csv)";

void add_zeus(CLI::App& command, CommandLine& line) {
  command.add_option("--eta", line.eta, "Of Zeus' cost: 1 minds energy only, 0 time only (0.5)")
      ->type_name("0..1");
  command
      .add_option("--max-power-w", line.max_power_w,
                  "Of Zeus' cost: the most that all workers together can draw")
      ->type_name("WATTS");
}

// The query of a request: "?a=1&b=2".
class Query {
 public:
  void add(const char* key, std::string_view value) {
    text_ += fmt::format("{}{}={}", text_.empty() ? '?' : '&', key, percent_encoded(value));
  }
  void add(const char* key, std::optional<double> value) {
    if (value) add(key, fmt::format("{}", *value));
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void add_questions(const CommandLine& line, Query& query) {
  query.add("target", line.at_value);
  query.add("emissions_g", line.at_carbon_g);
  query.add("eta", line.eta);
  query.add("max_power_w", line.max_power_w);
}

int failed(const CommandLine& line, const HttpProblem& problem, std::ostream& err) {
  err << "fedwatt: " << printable(problem.message);
  if (problem.status != 0) {
    err << "\n";
    return kExitError;
  }
  err << "; start a hub with `fedwatt-hub`, or say where it is with --hub (now "
      << printable(line.hub.url) << ").\n";
  return kExitNoHub;
}

// Gets the document at `path`, decodes it, and hands it to `show`, or prints it as it came.
template <class Decode, class Show>
int show_document(const CommandLine& line, const std::string& path, std::ostream& out,
                  std::ostream& err, Decode decode, Show show) {
  const auto body =
      http_get_text(http_address_of(line.hub.url) + path, {line.hub.tls, line.hub.token});
  if (!body) return failed(line, body.error(), err);
  const auto document = decode(*body);
  if (!document) {
    err << "fedwatt: this hub's answer is not what this version knows: "
        << printable(document.error().message) << "\n";
    return kExitError;
  }
  if (line.json) {
    out << *body;
  } else {
    show(*document);
  }
  out.flush();
  return kExitOk;
}

}  // namespace

void add_figures_commands(CLI::App& app, CommandLine& line,
                          const std::function<void(CLI::App&)>& add_hub) {
  using Verb = CommandLine::Verb;
  CLI::App* figures = app.add_subcommand("figures", kAboutFigures);
  figures->footer(kMoreFigures);
  figures->add_option("run", line.run, "The run's name (its latest run) or id")->required();
  figures->add_option("--target", line.at_value, "What did it take to get there?")
      ->type_name("VALUE");
  figures->add_option("--at-carbon", line.at_carbon_g, "What did so much CO2e buy?")
      ->type_name("GRAMS");
  figures->add_flag("--json", line.json, "The hub's document instead");
  figures->parse_complete_callback([&line] { line.verb = Verb::kFigures; });
  add_zeus(*figures, line);
  add_hub(*figures);

  CLI::App* compare = app.add_subcommand("compare", kAboutCompare);
  compare->footer(kMoreCompare);
  compare
      ->add_option("run", line.compared, "Two runs or more: names (the latest run of each) or ids")
      ->required()
      ->expected(2, -1);
  compare->add_option("--at-value", line.at_value, "Compare what it took to get there")
      ->type_name("VALUE");
  compare->add_option("--at-carbon", line.at_carbon_g, "Compare what so much CO2e bought")
      ->type_name("GRAMS");
  CLI::Option* json = compare->add_flag("--json", line.json, "The hub's document instead");
  compare->add_flag("--csv", line.csv, "A row for each run instead")->excludes(json);
  compare->parse_complete_callback([&line] { line.verb = Verb::kCompare; });
  add_zeus(*compare, line);
  add_hub(*compare);
}

int show_figures(const CommandLine& line, std::ostream& out, std::ostream& err) {
  Query query;
  add_questions(line, query);
  return show_document(
      line, "/api/v1/runs/" + percent_encoded(line.run) + "/figures" + query.text(), out, err,
      [](const std::string& body) { return protocol::decode_figures(body); },
      [&out](const protocol::DetailedFigures& figures) { print(out, figures_lines(figures)); });
}

int compare_runs(const CommandLine& line, std::ostream& out, std::ostream& err) {
  Query query;
  for (const auto& run : line.compared) query.add("run", run);
  add_questions(line, query);
  return show_document(
      line, "/api/v1/compare" + query.text(), out, err,
      [](const std::string& body) { return protocol::decode_comparison(body); },
      [&](const protocol::Comparison& comparison) {
        if (line.csv) {
          out << comparison_csv(comparison);
        } else {
          print(out, comparison_lines(comparison));
        }
      });
}

}  // namespace fedwatt::viewer
