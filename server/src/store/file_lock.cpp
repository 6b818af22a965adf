#include "store/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "store/failure.h"

namespace fedwatt::store {

FileLock::FileLock(const std::filesystem::path& file) {
  const std::string path = file.string() + ".lock";
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) {
    throw Failure(StoreError::Kind::kUnavailable,
                  path + " cannot be created: " + std::generic_category().message(errno) +
                      ": choose a place that the hub may write to");
  }
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    ::close(descriptor_);
    if (error == EWOULDBLOCK) {
      throw Failure(StoreError::Kind::kInUse,
                    "another hub works on " + file.string() +
                        ": stop it, or give this one a database of its own");
    }
    throw Failure(StoreError::Kind::kUnavailable,
                  path + " cannot be locked: " + std::generic_category().message(error) +
                      ": choose a place on a local disk");
  }
}

FileLock::~FileLock() { ::close(descriptor_); }

}  // namespace fedwatt::store
