#pragma once

#include <filesystem>

namespace fedwatt::store {

// Keeps other hubs off a database file. The lock is on a file of its own beside it, "FILE.lock", so
// that readers like the sqlite3 program are not kept off too; it ends with the process, however
// that ends, and the empty file stays.
class FileLock {
 public:
  // Throws Failure: kInUse if another holds the lock, kUnavailable if the lock file can't be made.
  explicit FileLock(const std::filesystem::path& file);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace fedwatt::store
