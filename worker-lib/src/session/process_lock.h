#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace fedwatt::session {

// A file that one user at a time has locked, of all processes and within this one. It lasts until
// it is destroyed or its process dies, however that comes; a child of a fork has no part in it,
// so that one which lives longer holds up nobody. The file goes with the lock.
class ProcessLock {
 public:
  enum class Problem { kTaken, kImpossible };
  struct Failure {
    Problem problem;
    std::string reason;
  };

  static tl::expected<std::unique_ptr<ProcessLock>, Failure> take(const std::string& path);
  // Whether somebody else has it now.
  static bool is_taken(const std::string& path);

  ~ProcessLock();
  ProcessLock(const ProcessLock&) = delete;
  ProcessLock& operator=(const ProcessLock&) = delete;

 private:
  using File = std::pair<dev_t, ino_t>;
  ProcessLock(std::string path, int descriptor, File file);

  const std::string path_;
  const int descriptor_;
  const File file_;
  const pid_t process_;
};

}  // namespace fedwatt::session
