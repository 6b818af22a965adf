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

#include "import/importer.h"
#include "import/offline_reader.h"
#include "link/hub_link.h"
#include "text/display_text.h"

namespace fedwatt::viewer {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr auto kConnectWithin = std::chrono::seconds(5);
constexpr auto kSilenceLimit = std::chrono::seconds(60);  // the hub may wait for its database
constexpr auto kProgressEvery = std::chrono::milliseconds(200);

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

std::unique_ptr<link::HubLink> connect(const std::string& url, std::size_t file,
                                       Arrivals& arrivals) {
  link::HubLinkOptions options;
  options.url = url;
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

// Shows how far it is in one line of a terminal, now and then.
class Progress {
 public:
  Progress(std::ostream& err, bool shown) : err_(err), shown_(shown) {}
  ~Progress() {
    if (drawn_) err_ << "\r\x1b[K" << std::flush;
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void update(const Importer& importer) {
    if (!shown_ || SteadyClock::now() < next_) return;
    next_ = SteadyClock::now() + kProgressEvery;
    drawn_ = true;
    err_ << fmt::format("\r{} of {} reports", importer.settled(), importer.total()) << std::flush;
  }

 private:
  std::ostream& err_;
  bool shown_;
  bool drawn_ = false;
  SteadyClock::time_point next_;
};

// Until it is known what became of every file.
void run(Importer& importer, Arrivals& arrivals, const std::string& url, Progress& progress) {
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
    progress.update(importer);
  }
}

nlohmann::ordered_json or_null(const std::string& text) {
  return text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(text);
}

void print_json(std::ostream& out, const OfflineFile& file, const ImportOutcome& outcome) {
  const nlohmann::ordered_json object = {{"file", file.path},
                                         {"run", outcome.run},
                                         {"run_id", or_null(outcome.run_id)},
                                         {"worker", outcome.worker},
                                         {"reports", file.reports},
                                         {"reports_new", outcome.added},
                                         {"reports_already_there", outcome.already_there},
                                         {"reports_refused", outcome.refused},
                                         {"reasons", outcome.reasons},
                                         {"failure", or_null(outcome.failure)}};
  out << object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
}

void print_text(std::ostream& out, const OfflineFile& file, const ImportOutcome& outcome) {
  if (outcome.run_id.empty()) return;
  out << fmt::format("{}: run {} ({}), worker {}: {} reports, {} new, {} already there",
                     printable(file.path), printable(outcome.run), printable(outcome.run_id),
                     printable(outcome.worker), file.reports, outcome.added, outcome.already_there);
  if (outcome.refused > 0) out << fmt::format(", {} refused", outcome.refused);
  out << "\n";
  for (const std::string& reason : outcome.reasons) {
    out << "  refused: " << printable(reason) << "\n";
  }
}

// All files, checked; says what is wrong with each that is not sound.
std::optional<std::vector<OfflineFile>> read_all(const std::vector<std::string>& paths,
                                                 std::ostream& err) {
  std::vector<OfflineFile> files;
  std::map<std::string, std::string> by_session;
  bool sound = true;
  for (const std::string& path : paths) {
    auto file = check_offline_file(path);
    std::string problem;
    if (!file) {
      problem = file.error();
    } else if (const auto [same, is_new] = by_session.emplace(*file->hello.session, path);
               !is_new) {
      problem = path + " holds the reports of the same process as " + same->second;
    }
    if (problem.empty()) {
      files.push_back(*std::move(file));
    } else {
      sound = false;
      err << "fedwatt: " << printable(problem) << "; nothing was imported\n";
    }
  }
  if (!sound) return std::nullopt;
  return files;
}

}  // namespace

int import_files(const CommandLine& line, std::ostream& out, std::ostream& err,
                 bool shows_progress) {
  const auto files = read_all(line.files, err);
  if (!files) return kExitError;

  Arrivals arrivals;
  std::vector<std::unique_ptr<link::HubLink>> links;
  Importer importer(
      *files, line.import_into, line.import_as,
      [&links](std::size_t file, std::string frame) { links[file]->send(std::move(frame)); });
  for (std::size_t index = 0; index < files->size(); ++index) {
    links.push_back(connect(line.hub_url, index, arrivals));
  }
  {
    Progress progress(err, shows_progress);
    run(importer, arrivals, line.hub_url, progress);
  }
  links.clear();

  int status = kExitOk;
  for (std::size_t index = 0; index < files->size(); ++index) {
    const OfflineFile& file = (*files)[index];
    const ImportOutcome& outcome = importer.outcome(index);
    line.json ? print_json(out, file, outcome) : print_text(out, file, outcome);
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
