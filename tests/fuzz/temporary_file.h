#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "fuzz_checks.h"

namespace fedwatt::fuzz {

// A file that is only in memory, for code that reads files by their names.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view content) : descriptor_(memfd_create("fuzz", 0)) {
    const auto size = static_cast<ssize_t>(content.size());
    require(descriptor_ >= 0 && write(descriptor_, content.data(), content.size()) == size,
            "a file can be made");
  }
  ~TemporaryFile() { close(descriptor_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

}  // namespace fedwatt::fuzz
