#include "import/import_command.h"

#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "import/import_files.h"
#include "import/import_source.h"
#include "import/importer.h"
#include "link/hub_link.h"
#include "plain/progress_line.h"
#include "text/display_text.h"

namespace fedwatt::viewer {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr auto kConnectWithin = std::chrono::seconds(5);
constexpr auto kSilenceLimit = std::chrono::seconds(60);  // the hub may wait for its database

struct Up {};
struct Arrived {
  std::size_t file;
  std::variant<Up, link::LinkDown, std::string> what;  // a frame
};

// From the connections' threads to the one that imports.
class Arrivals {
 public:
  void push(Arrived arrived) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(arrived));
    }
    pushed_.notify_one();
  }

  std::optional<Arrived> pop(SteadyClock::time_point deadline) {
    std::unique_lock lock(mutex_);
    if (!pushed_.wait_until(lock, deadline, [this] { return !queue_.empty(); })) return {};
    Arrived arrived = std::move(queue_.front());
    queue_.pop_front();
    return arrived;
  }

 private:
  std::mutex mutex_;
  std::condition_variable pushed_;
  std::deque<Arrived> queue_;  // guarded by mutex_
};

std::unique_ptr<link::HubLink> connect(const HubAddress& hub, std::size_t file,
                                       Arrivals& arrivals) {
  link::HubLinkOptions options;
  options.url = hub.url;
  options.tls = hub.tls;
  options.token = hub.token;
  options.path = "/v1/worker";
  options.longest_retry = std::chrono::seconds(1);
  return std::make_unique<link::HubLink>(
      options, link::HubLink::Callbacks{[&arrivals, file] {
                                          arrivals.push({file, Up{}});
                                        },
                                        [&arrivals, file](const link::LinkDown& down) {
                                          arrivals.push({file, down});
                                        },
                                        [&arrivals, file](std::string_view frame) {
                                          arrivals.push({file, std::string(frame)});
                                        }});
}

// Until it is known what became of every file.
void run(Importer& importer, Arrivals& arrivals, const std::string& url, ProgressLine& progress) {
  std::size_t up = 0;
  std::string reason = "no hub answers at " + url;
  auto deadline = SteadyClock::now() + kConnectWithin;
  while (!importer.over()) {
    const auto arrived = arrivals.pop(deadline);
    if (!arrived) return importer.give_up(up == 0 ? reason : "the hub does not answer any more");
    if (std::holds_alternative<Up>(arrived->what)) {
      ++up;
      importer.connected(arrived->file);
    } else if (const auto* down = std::get_if<link::LinkDown>(&arrived->what)) {
      reason = down->reason;
      importer.disconnected(arrived->file, down->reason);
      if (down->final) return importer.give_up(reason);
    } else {
      importer.received(arrived->file, std::get<std::string>(arrived->what));
    }
    if (up > 0) deadline = SteadyClock::now() + kSilenceLimit;
    progress.update(
        [&] { return fmt::format("{} of {} reports", importer.settled(), importer.total()); });
  }
}

nlohmann::ordered_json or_null(const std::string& text) {
  return text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(text);
}

void print_json(std::ostream& out, const ImportSource& file, const ImportOutcome& outcome,
                std::size_t rows_skipped) {
  const nlohmann::ordered_json object = {{"file", file.path},
                                         {"run", outcome.run},
                                         {"run_id", or_null(outcome.run_id)},
                                         {"worker", outcome.worker},
                                         {"reports", file.reports},
                                         {"reports_new", outcome.added},
                                         {"reports_already_there", outcome.already_there},
                                         {"reports_refused", outcome.refused},
                                         {"reasons", outcome.reasons},
                                         {"rows_skipped", rows_skipped},
                                         {"failure", or_null(outcome.failure)}};
  out << object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
}

void print_text(std::ostream& out, const ImportSource& file, const ImportOutcome& outcome,
                std::size_t rows_skipped) {
  if (outcome.run_id.empty()) return;
  out << fmt::format("{}: run {} ({}), worker {}: {} reports, {} new, {} already there",
                     printable(file.path), printable(outcome.run), printable(outcome.run_id),
                     printable(outcome.worker), file.reports, outcome.added, outcome.already_there);
  if (outcome.refused > 0) out << fmt::format(", {} refused", outcome.refused);
  if (rows_skipped > 0) out << fmt::format("; {} rows skipped", rows_skipped);
  out << "\n";
  for (const std::string& reason : outcome.reasons) {
    out << "  refused: " << printable(reason) << "\n";
  }
}

void say_skipped(const std::string& path, const SkippedRows& skipped, std::ostream& err) {
  for (const std::string& row : skipped.first()) {
    err << "fedwatt: " << printable(row) << ": skipped\n";
  }
  if (const auto more = skipped.count() - skipped.first().size(); more > 0) {
    err << fmt::format("fedwatt: {}: {} more rows were skipped\n", printable(path), more);
  }
}

// What is wrong with importing it together with `others`; empty if nothing is.
std::string conflict(const ImportSource& source, const std::vector<ImportSource>& others,
                     const CommandLine& line) {
  const auto worker_of = [&line](const ImportSource& each) {
    return line.import_as.empty() ? each.hello.worker : line.import_as;
  };
  for (const ImportSource& other : others) {
    if (other.hello.session == source.hello.session) {
      return source.path + " holds the reports of the same process as " + other.path;
    }
    const bool same_run = !line.import_into.empty() || (other.hello.run == source.hello.run &&
                                                        other.hello.run_id == source.hello.run_id);
    if (same_run && worker_of(other) == worker_of(source)) {
      return fmt::format(
          "{} and {} would both be worker {} of one run: import them one by one, "
          "the second under another name with --as",
          other.path, source.path, worker_of(source));
    }
  }
  return {};
}

struct ReadFiles {
  std::vector<ImportSource> sources;
  std::map<std::string, std::size_t> rows_skipped;  // by path
};

// All files, checked; says what is wrong with each that is not sound, and with rows of those that
// are. Empty if one is not.
std::optional<ReadFiles> read_all(const CommandLine& line, std::ostream& err) {
  ReadFiles files;
  bool sound = true;
  for (const std::string& path : line.files) {
    SkippedRows skipped;
    auto found = check_import_file(path, skipped);
    say_skipped(path, skipped, err);
    files.rows_skipped[path] = skipped.count();
    std::string problem = found ? "" : found.error();
    if (skipped.count() > 0 && line.import_strict) {
      problem = fmt::format("{} has {} rows that make no sense", path, skipped.count());
    }
    for (auto source = found ? found->begin() : std::vector<ImportSource>::iterator();
         problem.empty() && source != found->end(); ++source) {
      problem = conflict(*source, files.sources, line);
      if (problem.empty()) files.sources.push_back(std::move(*source));
    }
    if (problem.empty()) continue;
    sound = false;
    err << "fedwatt: " << printable(problem) << "; nothing was imported\n";
  }
  if (!sound) return std::nullopt;
  return files;
}

}  // namespace

int import_files(const CommandLine& line, std::ostream& out, std::ostream& err,
                 bool shows_progress) {
  auto files = read_all(line, err);
  if (!files) return kExitError;
  const std::vector<ImportSource>& sources = files->sources;

  Arrivals arrivals;
  std::vector<std::unique_ptr<link::HubLink>> links;
  Importer importer(
      sources, line.import_into, line.import_as,
      [&links](std::size_t file, std::string frame) { links[file]->send(std::move(frame)); });
  for (std::size_t index = 0; index < sources.size(); ++index) {
    links.push_back(connect(line.hub, index, arrivals));
  }
  {
    ProgressLine progress(err, shows_progress);
    run(importer, arrivals, line.hub.url, progress);
  }
  links.clear();

  int status = kExitOk;
  for (std::size_t index = 0; index < sources.size(); ++index) {
    const ImportSource& file = sources[index];
    const ImportOutcome& outcome = importer.outcome(index);
    // A file's rows are told with the first of its projects.
    const std::size_t rows_skipped = std::exchange(files->rows_skipped[file.path], 0);
    line.json ? print_json(out, file, outcome, rows_skipped)
              : print_text(out, file, outcome, rows_skipped);
    if (!outcome.failure.empty()) {
      err << fmt::format("fedwatt: {}: {}\n", printable(file.path), printable(outcome.failure));
    }
    if (outcome.hub_lost) {
      status = kExitNoHub;
    } else if (status == kExitOk && (!outcome.failure.empty() || outcome.refused > 0)) {
      status = kExitError;
    }
  }
  return status;
}

}  // namespace fedwatt::viewer
