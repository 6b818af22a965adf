#include "run_archive.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <vector>

#include "fedwatt/hub/http_api.h"
#include "fedwatt/protocol/codec.h"
#include "fedwatt/run/event_codec.h"
#include "fedwatt/run/run.h"

namespace fedwatt {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPageEvents = 1'000;

bool synced(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool done = ::fsync(descriptor) == 0;
  ::close(descriptor);
  return done;
}

bool written(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  return file.good() && synced(path);
}

// Empty, or why not.
std::string write_all(store::Store& store, const std::string& run_id, Keep keep,
                      const fs::path& folder) {
  run::Run run(run_id);
  std::ofstream log(folder / "events.jsonl", std::ios::binary);
  for (bool more = true; more;) {
    const auto events = store.read(run_id, run.offset(), kPageEvents);
    if (!events) return events.error().message;
    more = events->size() == kPageEvents;
    for (const auto& stored : *events) {
      const bool is_report = std::holds_alternative<run::ReportReceived>(stored.event);
      if (keep == Keep::kLog || !is_report) log << run::log_line(stored);
      run.apply(stored.event, stored.at);
    }
  }
  log.close();
  bool good = log.good() && synced(folder / "events.jsonl");
  if (keep != Keep::kAudit) {
    const auto snapshot = protocol::encode(protocol::HubToViewer{run.snapshot()}) + "\n";
    good = good && written(folder / "run.json", snapshot) &&
           written(folder / "rounds.csv", hub::rounds_csv(run.rounds()));
  }
  return good ? "" : folder.string() + " cannot be written: is the disk full?";
}

}  // namespace

tl::expected<void, std::string> archive(store::Store& store, const std::string& run_id, Keep keep,
                                        const fs::path& folder) {
  const auto target = folder / run_id;
  const auto partial = folder / (run_id + ".partial");
  std::error_code error;
  fs::remove_all(partial, error);
  fs::create_directories(partial, error);
  if (error) return tl::unexpected(partial.string() + " cannot be made: " + error.message());
  auto why = write_all(store, run_id, keep, partial);
  if (why.empty()) {
    // An earlier one was written before the run could be removed.
    fs::remove_all(target, error);
    fs::rename(partial, target, error);
    if (error || !synced(target) || !synced(folder)) {
      why = target.string() + " cannot be written: " + error.message();
    }
  }
  if (why.empty()) return {};
  fs::remove_all(partial, error);
  return tl::unexpected(std::move(why));
}

}  // namespace fedwatt
