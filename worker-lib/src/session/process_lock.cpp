#include "session/process_lock.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <set>
#include <utility>

#include "session/files.h"

namespace fedwatt::session {
namespace {

// POSIX locks are those that a fork does not hand on. They know processes only, so what this one
// has locked is written down here.
struct Own {
  std::mutex mutex;
  std::set<std::pair<dev_t, ino_t>> files;  // guarded by mutex
  pid_t process = 0;                        // whose they are
};

Own& own() {
  static Own the_only;
  return the_only;
}

// With the mutex held. A fork copied what its parent had.
std::set<std::pair<dev_t, ino_t>>& own_files() {
  if (std::exchange(own().process, ::getpid()) != ::getpid()) own().files.clear();
  return own().files;
}

struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

ProcessLock::ProcessLock(std::string path, int descriptor, File file)
    : path_(std::move(path)),
      descriptor_(descriptor),
      file_(std::move(file)),
      process_(::getpid()) {}

tl::expected<std::unique_ptr<ProcessLock>, ProcessLock::Failure> ProcessLock::take(
    const std::string& path) {
  const std::lock_guard guard(own().mutex);
  for (;;) {
    // To close a file that this process has locked would unlock it: so it is looked at first.
    struct stat there {};
    if (::stat(path.c_str(), &there) == 0 && own_files().count({there.st_dev, there.st_ino}) > 0) {
      return tl::unexpected(Failure{Problem::kTaken, "this process uses it already"});
    }
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0) return tl::unexpected(Failure{Problem::kImpossible, reason(errno)});
    struct flock lock = whole_file();
    if (::fcntl(descriptor, F_SETLK, &lock) != 0) {
      const int error = errno;
      ::close(descriptor);
      if (error == EACCES || error == EAGAIN) {
        return tl::unexpected(Failure{Problem::kTaken, "another process uses it"});
      }
      return tl::unexpected(Failure{Problem::kImpossible, reason(error)});
    }
    struct stat locked {};
    const bool is_there = ::fstat(descriptor, &locked) == 0 && locked.st_nlink > 0;
    if (!is_there) {  // its holder has just left and taken it away
      ::close(descriptor);
      continue;
    }
    const File file{locked.st_dev, locked.st_ino};
    own_files().insert(file);
    return std::unique_ptr<ProcessLock>(new ProcessLock(path, descriptor, file));
  }
}

bool ProcessLock::is_taken(const std::string& path) {
  const std::lock_guard guard(own().mutex);
  struct stat there {};
  if (::stat(path.c_str(), &there) != 0) return false;
  if (own_files().count({there.st_dev, there.st_ino}) > 0) return true;
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return false;
  struct flock lock = whole_file();
  const bool taken = ::fcntl(descriptor, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  ::close(descriptor);
  return taken;
}

ProcessLock::~ProcessLock() {
  const std::lock_guard guard(own().mutex);
  if (::getpid() == process_) ::unlink(path_.c_str());
  ::close(descriptor_);
  own_files().erase(file_);
}

}  // namespace fedwatt::session
