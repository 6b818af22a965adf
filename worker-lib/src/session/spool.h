#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "fedwatt/protocol/messages.h"
#include "session/offline_file.h"
#include "session/outbox.h"
#include "session/process_lock.h"

namespace fedwatt::session {

// A worker's outbox on the disk, so that a process that is killed loses nothing that was written
// down, and the next one goes on with it: docs/spool.md. One file, to which is added what changes,
// and which is begun anew when most of it is of the past.
//
// Every call blocks on the disk, and is for one thread at a time. None throws or fails: where the
// disk does not do its part the log is told once, and reports wait in memory only until it does.
class Spool {
 public:
  using Log = std::function<void(std::string_view line)>;

  struct Opened {
    std::unique_ptr<Spool> spool;
    std::optional<protocol::WorkerHello> hello;  // of the process that left something
    Outbox::Snapshot left;
  };

  // The spool of the run and worker in `hello` in this folder, which is made if there is none; and
  // what an earlier process left in it. An error is a sentence that says why there can be none.
  static tl::expected<Opened, std::string> open(
      const std::string& folder, const protocol::WorkerHello& hello, Log log,
      std::chrono::milliseconds retry_after = std::chrono::seconds(5));

  // Leaves on the disk what is there.
  ~Spool() = default;
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  // Whether it has to be given all that waits before it can go on with changes.
  bool wants_all() const;
  void begin_anew(const protocol::WorkerHello& hello, const Outbox::Snapshot& all);

  // When this returns, and is_whole(), a SIGKILL cannot undo it. Where a message gets a number that
  // the file had without one, neither can a power cut: else it would be sent under another number.
  void add(const Outbox::Changes& changes);

  // Whether what is on the disk is all that it was given.
  bool is_whole() const { return file_ && !failed_; }
  std::uint64_t failures() const { return failures_; }  // times it ceased to be
  const std::string& path() const { return path_; }

  // Something that is in the file is about to be sent under a number that is not: takes the file
  // away, so that nothing is counted twice. Nothing to do where is_whole().
  void withdraw();

  // Nothing waits any more.
  void remove();

 private:
  // Closes it.
  class File {
   public:
    explicit File(int descriptor) : descriptor_(descriptor) {}
    ~File();
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int descriptor() const { return descriptor_; }

   private:
    const int descriptor_;
  };

  Spool(std::string path, std::unique_ptr<ProcessLock> lock, Log log,
        std::chrono::milliseconds retry_after);
  int write_new(std::string_view bytes);
  int add_bytes(std::string_view bytes, bool safe_from_power_cuts);
  void fail(int error);

  const std::string path_;
  const std::unique_ptr<ProcessLock> lock_;
  const Log log_;
  const std::chrono::milliseconds retry_after_;
  std::unique_ptr<File> file_;  // this process's own; none before it began one
  std::size_t size_ = 0;        // of file_
  std::size_t began_with_ = 0;  // its size then: about what it needs
  bool failed_ = false;
  bool has_left_over_ = false;  // a file is on the disk, of now or of before
  std::chrono::steady_clock::time_point retry_at_;
  std::uint64_t failures_ = 0;
};

// Whether the file at `path` is a spool, by its first bytes. Blocks on the disk.
bool is_spool(const std::string& path);

// What waits in the spool at `path`, for an import: of a worker that does not come back. An error
// is a sentence; it is one, too, if a worker has it open, which will send what is in it. Blocks on
// the disk.
tl::expected<LeftOver, std::string> read_spool(const std::string& path);

}  // namespace fedwatt::session
