#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

namespace fedwatt {

// What a file's content is known by: one that was replaced or written to has another. C++17, as the
// unit with websocketpp in it is.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t node = 0;
  std::int64_t bytes = -1;  // there is no such file
  std::int64_t changed_ns = 0;

  bool operator==(const FileStamp& other) const {
    return device == other.device && node == other.node && bytes == other.bytes &&
           changed_ns == other.changed_ns;
  }
  bool operator!=(const FileStamp& other) const { return !(*this == other); }
};

inline FileStamp stamp_of(const std::string& file) {
  struct stat found {};
  if (file.empty() || ::stat(file.c_str(), &found) != 0) return {};
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  return {found.st_dev, found.st_ino, found.st_size,
          found.st_ctim.tv_sec * kNanoseconds + found.st_ctim.tv_nsec};
}

}  // namespace fedwatt
