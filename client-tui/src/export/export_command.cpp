#include "export/export_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>

#include "app/http_get.h"
#include "app/signal_waiter.h"
#include "export/output_files.h"
#include "plain/progress_line.h"
#include "text/display_text.h"

namespace fedwatt::viewer {
namespace {

using Done = tl::expected<void, HttpProblem>;

constexpr int kExitSignal = 130;
constexpr int kPageEvents = 10'000;
constexpr auto kPatience = std::chrono::seconds(60);  // the hub may wait for its database

constexpr const char* kAboutExport =
    R"(Write what the hub has stored of a run to files or standard output

  rounds   the figures of each round
  reports  a line for each report of a worker
  events   all that happened, in order: the whole run (JSON lines only)
  all      all of these, and the run's totals: into the folder that -o names)";

// The target of `Link: <target>; rel="next"`.
std::optional<std::string> next_page(std::string_view header_line) {
  constexpr std::string_view kName = "link:";
  const auto same = [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); };
  if (header_line.size() < kName.size() ||
      !std::equal(kName.begin(), kName.end(), header_line.begin(), same)) {
    return std::nullopt;
  }
  const auto begin = header_line.find("</");
  const auto end = header_line.find(">; rel=\"next\"");
  if (begin == std::string_view::npos || end == std::string_view::npos) return std::nullopt;
  return std::string(header_line.substr(begin + 1, end - begin - 1));
}

class Exporter {
 public:
  Exporter(const CommandLine& line, ProgressLine& progress)
      : hub_(http_address_of(line.hub.url)),
        tls_(line.hub.tls),
        token_(line.hub.token),
        run_(line.run),
        progress_(progress) {}

  // Writes one table; the header line of a CSV file once.
  Done table(const std::string& name, const std::string& format, std::ostream& out) {
    const bool csv = format == "csv";
    std::string target = fmt::format("{}/{}?format={}&limit={}", path(), name, format, kPageEvents);
    for (bool first = true; !target.empty(); first = false) {
      std::string next;
      bool skips_header = csv && !first;
      const auto write = [&](std::string_view part) {
        if (skips_header) {
          const auto end = part.find('\n');
          if (end == std::string_view::npos) return true;
          part.remove_prefix(end + 1);
          skips_header = false;
        }
        out << part;
        lines_ += std::count(part.begin(), part.end(), '\n');
        progress_.update([&] { return fmt::format("{}: {} lines", name, lines_); });
        return out.good();
      };
      const auto note_next = [&next](std::string_view line) {
        if (auto found = next_page(line)) next = *std::move(found);
      };
      auto got = http_get(hub_ + target, write, {tls_, token_, kPatience}, note_next);
      if (!out.good()) return cannot_write();
      if (!got) return got;
      target = std::move(next);
    }
    out.flush();
    return out.good() ? Done() : cannot_write();
  }

  // The run's state, which also says its id: from then on no other run of its name is meant.
  Done state(std::ostream& out) {
    const auto text = http_get_text(hub_ + path(), {tls_, token_});
    if (!text) return tl::unexpected(text.error());
    const auto snapshot = nlohmann::json::parse(*text, nullptr, false);
    const nlohmann::json::json_pointer id("/run/run_id");
    if (!snapshot.is_object() || !snapshot.contains(id) || !snapshot[id].is_string()) {
      return tl::unexpected(HttpProblem{200, "the hub's answer is no run"});
    }
    run_ = snapshot[id].get<std::string>();
    out << *text;
    return out.good() ? Done() : cannot_write();
  }

 private:
  static tl::unexpected<HttpProblem> cannot_write() {
    return tl::unexpected(HttpProblem{200, "the output cannot be written: is the disk full?"});
  }
  std::string path() const { return "/api/v1/runs/" + percent_encoded(run_); }

  const std::string hub_;
  const link::TlsFiles tls_;
  const std::string token_;
  std::string run_;
  ProgressLine& progress_;
  std::int64_t lines_ = 0;  // written so far
};

// One table into `out`, or into the file that the line names.
tl::expected<void, HttpProblem> export_table(const CommandLine& line, Exporter& exporter,
                                             OutputFiles& files, std::ostream& out) {
  std::string format = line.export_format;
  if (format.empty()) format = line.export_table == "events" ? "jsonl" : "csv";
  std::ostream* stream = &out;
  if (!line.export_output.empty() && line.export_output != "-") {
    const auto created = files.create(line.export_output);
    if (!created) return tl::unexpected(HttpProblem{200, created.error()});
    stream = *created;
  }
  return exporter.table(line.export_table, format, *stream);
}

tl::expected<void, HttpProblem> export_all(const CommandLine& line, Exporter& exporter,
                                           OutputFiles& files) {
  const std::string format = line.export_format.empty() ? "csv" : line.export_format;
  const auto made = files.make_folder(line.export_output);
  if (!made) return tl::unexpected(HttpProblem{200, made.error()});
  for (const std::string table : {"run", "rounds", "reports", "events"}) {
    const std::string ending = table == "run" ? "json" : table == "events" ? "jsonl" : format;
    const auto path =
        std::filesystem::path(line.export_output) / fmt::format("{}.{}", table, ending);
    const auto stream = files.create(path.string());
    if (!stream) return tl::unexpected(HttpProblem{200, stream.error()});
    auto got = table == "run" ? exporter.state(**stream) : exporter.table(table, ending, **stream);
    if (!got) return got;
  }
  return {};
}

std::string check_options(const CommandLine& line) {
  const bool to_stdout = line.export_output.empty() || line.export_output == "-";
  if (line.export_table == "all" && to_stdout) return "--what all needs a folder: name one with -o";
  if (line.export_table == "events" && line.export_format == "csv") {
    return "events differ in their fields, so there is no CSV of them: leave --format out";
  }
  return {};
}

}  // namespace

void add_export(CLI::App& app, CommandLine& line, const std::function<void(CLI::App&)>& add_hub) {
  CLI::App* command = app.add_subcommand("export", kAboutExport);
  command->add_option("run", line.run, "The run's name (its latest run) or id")->required();
  command->add_option("--what", line.export_table, "rounds, reports, events or all")
      ->check(CLI::IsMember({"rounds", "reports", "events", "all"}))
      ->type_name("WHAT")
      ->default_str(line.export_table);
  command->add_option("--format", line.export_format, "csv (RFC 4180) or jsonl (JSON lines)")
      ->check(CLI::IsMember({"csv", "jsonl"}))
      ->type_name("FORMAT");
  command->add_option("-o,--output", line.export_output, "A file, or - for standard output")
      ->type_name("FILE");
  command->add_flag("--force", line.export_overwrite, "Replace files that are there already");
  command->parse_complete_callback([&line] {
    line.verb = CommandLine::Verb::kExport;
    if (auto problem = check_options(line); !problem.empty()) {
      throw CLI::ValidationError("export", problem);
    }
  });
  add_hub(*command);
}

int export_run(const CommandLine& line, std::ostream& out, std::ostream& err, bool shows_progress) {
  OutputFiles files(line.export_overwrite);
  const SignalWaiter waiter([&files] {
    files.discard();
    std::_Exit(kExitSignal);
  });
  Done done;
  {
    ProgressLine progress(err, shows_progress);
    Exporter exporter(line, progress);
    done = line.export_table == "all" ? export_all(line, exporter, files)
                                      : export_table(line, exporter, files, out);
  }
  if (done) {
    if (const auto completed = files.complete(); !completed) {
      done = tl::unexpected(HttpProblem{200, completed.error()});
    }
  }
  if (done) return kExitOk;
  err << "fedwatt: " << printable(done.error().message) << "\n";
  return done.error().status == 0 ? kExitNoHub : kExitError;
}

}  // namespace fedwatt::viewer
