#include "session/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include "session/crc32c.h"
#include "session/files.h"
#include "session/spool_format.h"

namespace fedwatt::session {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// It is begun anew at this size, or at twice what it began with if that is more.
constexpr std::size_t kRoomToGrow = 1024 * 1024;

// A run's or worker's name as a part of a file's: letters, digits, '.', '_' and '-' stay, and a
// long one is cut, so that it is the checksum behind them which tells all of them apart.
std::string plain(const std::string& name) {
  constexpr std::size_t kMostBytes = 60;
  std::string text;
  for (const char c : name.substr(0, kMostBytes)) {
    const bool stays = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-' || (c == '.' && !text.empty());
    text += stays ? c : '_';
  }
  return text;
}

std::string file_name(const protocol::WorkerHello& hello) {
  char checksum[9];
  std::snprintf(checksum, sizeof checksum, "%08x",
                static_cast<unsigned>(crc32c(hello.worker, crc32c(hello.run + '\n'))));
  return plain(hello.run) + "-" + plain(hello.worker) + "-" + checksum + ".spool";
}

std::string lock_path(const std::string& spool_path) { return spool_path + ".lock"; }

struct Content {
  bool exists = false;
  SpoolContent read;
};

tl::expected<Content, std::string> content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    if (errno == ENOENT) return Content();
    return tl::unexpected("the spool " + path + " cannot be read: " + reason(errno));
  }
  std::ostringstream bytes;
  bytes << file.rdbuf();
  if (file.bad()) return tl::unexpected("the spool " + path + " cannot be read: " + reason(errno));
  auto read = decode_spool(std::move(bytes).str());
  if (!read) return tl::unexpected(path + " was left as it is: " + read.error());
  return Content{true, *std::move(read)};
}

}  // namespace

Spool::File::~File() { ::close(descriptor_); }

Spool::Spool(std::string path, std::unique_ptr<ProcessLock> lock, Log log, milliseconds retry_after)
    : path_(std::move(path)),
      lock_(std::move(lock)),
      log_(std::move(log)),
      retry_after_(retry_after) {}

tl::expected<Spool::Opened, std::string> Spool::open(const std::string& folder,
                                                     const protocol::WorkerHello& hello, Log log,
                                                     milliseconds retry_after) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return tl::unexpected("the folder " + folder + " cannot be made: " + error.message());
  const std::string path = (std::filesystem::path(folder) / file_name(hello)).string();
  auto lock = ProcessLock::take(lock_path(path));
  if (!lock) {
    const bool taken = lock.error().problem == ProcessLock::Problem::kTaken;
    return tl::unexpected("the spool " + path + (taken ? " is in use: " : " cannot be locked: ") +
                          lock.error().reason);
  }
  auto content = content_of(path);
  if (!content) return tl::unexpected(std::move(content.error()));
  auto& [exists, read] = *content;
  if (read.hello && (read.hello->run != hello.run || read.hello->worker != hello.worker)) {
    return tl::unexpected(path + " was left as it is: it is of worker " + read.hello->worker +
                          " of run " + read.hello->run);
  }
  if (read.torn_bytes > 0) {
    log("the last " + std::to_string(read.torn_bytes) + " bytes of the spool " + path +
        " were not written to their end; they were left out");
  }
  if (read.damaged_bytes > 0 || (exists && !read.hello)) {
    const std::string aside = path + ".damaged";
    static_cast<void>(::link(path.c_str(), aside.c_str()));
    log("the spool " + path + " is damaged: what can be read of it is sent, and " + aside +
        " is how it was");
  }
  Opened opened{
      std::unique_ptr<Spool>(new Spool(path, *std::move(lock), std::move(log), retry_after)),
      std::nullopt,
      {}};
  opened.spool->has_left_over_ = exists;
  if (read.hello && !read.left.waiting.empty()) {
    opened.hello = std::move(read.hello);
    opened.left = std::move(read.left);
  }
  return opened;
}

bool Spool::wants_all() const {
  if (failed_) return steady_clock::now() >= retry_at_;
  return !file_ || size_ > std::max(kRoomToGrow, 2 * began_with_);
}

void Spool::begin_anew(const protocol::WorkerHello& hello, const Outbox::Snapshot& all) {
  const std::string bytes = encode_spool(hello, all);
  if (const int error = write_new(bytes)) return fail(error);
  size_ = began_with_ = bytes.size();
  has_left_over_ = true;
  if (std::exchange(failed_, false)) log_("the spool " + path_ + " is written again");
}

// It stands under its name only when it is whole and on the disk.
int Spool::write_new(std::string_view bytes) {
  const std::string part = path_ + ".part";
  const int descriptor = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) return errno;
  auto file = std::make_unique<File>(descriptor);
  int error = write_all(descriptor, bytes);
  if (error == 0 && ::fsync(descriptor) != 0) error = errno;
  if (error == 0 && ::rename(part.c_str(), path_.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(part.c_str());
    return error;
  }
  sync_folder_of(path_);
  file_ = std::move(file);
  return 0;
}

void Spool::add(const Outbox::Changes& changes) {
  if (!is_whole() || changes.empty()) return;
  const bool renumbers = changes.run_id || !changes.number.empty();
  if (const int error = add_bytes(encode_spool(changes), renumbers)) fail(error);
}

int Spool::add_bytes(std::string_view bytes, bool safe_from_power_cuts) {
  int error = write_all(file_->descriptor(), bytes);
  if (error != 0) {
    // Else what cannot be taken back is a torn end, which the next process cuts.
    static_cast<void>(::ftruncate(file_->descriptor(), static_cast<off_t>(size_)));
    return error;
  }
  size_ += bytes.size();
  if (safe_from_power_cuts && ::fdatasync(file_->descriptor()) != 0) return errno;
  return 0;
}

void Spool::fail(int error) {
  retry_at_ = steady_clock::now() + retry_after_;
  if (std::exchange(failed_, true)) return;
  ++failures_;
  log_("the spool " + path_ + " cannot be written (" + reason(error) +
       "): until it can be, reports wait in memory only");
}

void Spool::withdraw() {
  if (is_whole() || !has_left_over_) return;
  file_.reset();
  has_left_over_ = false;
  if (::unlink(path_.c_str()) == 0 || errno == ENOENT) return;
  if (::truncate(path_.c_str(), 0) == 0) return;
  log_("the spool " + path_ +
       " can be neither written nor removed: remove it before this worker starts again, or what is "
       "in it counts twice");
}

void Spool::remove() {
  file_.reset();
  if (std::exchange(has_left_over_, false)) ::unlink(path_.c_str());
}

bool is_spool(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string beginning(kSpoolMagic.size(), '\0');
  file.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  return file && beginning == kSpoolMagic;
}

tl::expected<LeftOver, std::string> read_spool(const std::string& path) {
  if (ProcessLock::is_taken(lock_path(path))) {
    return tl::unexpected("a worker has the spool " + path +
                          " open, and will send what is in it: import it when that has ended");
  }
  auto content = content_of(path);
  if (!content) return tl::unexpected(std::move(content.error()));
  auto& read = content->read;
  if (!read.hello) return tl::unexpected("nothing can be read in the spool " + path);
  Outbox outbox({.messages = read.left.waiting.size() + 1, .bytes = SIZE_MAX});
  outbox.restore(std::move(read.left));
  return LeftOver{*std::move(read.hello), outbox.rest(), "its process died"};
}

}  // namespace fedwatt::session
