#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string_view>

namespace fedwatt::energy {

// A file of /proc or /sys that is read again and again: opened once, and then read from its start
// with one system call. A file that vanished, or could not be opened, is tried again at each read.
class SmallFile {
 public:
  // As much of a file as is read: enough for every counter and for the first line of /proc/stat.
  using Buffer = std::array<char, 512>;

  explicit SmallFile(std::filesystem::path path);
  ~SmallFile();
  SmallFile(SmallFile&& other) noexcept;
  SmallFile& operator=(SmallFile&& other) noexcept;

  // What the file holds now, in `buffer`; empty if it cannot be read.
  std::string_view read(Buffer& buffer);
  // The number that it begins with.
  std::optional<double> read_number();

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace fedwatt::energy
