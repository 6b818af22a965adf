#include "energy/small_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "energy/numbers.h"

namespace fedwatt::energy {

SmallFile::SmallFile(std::filesystem::path path) : path_(std::move(path)) {}

SmallFile::~SmallFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

SmallFile::SmallFile(SmallFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

SmallFile& SmallFile::operator=(SmallFile&& other) noexcept {
  path_.swap(other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

std::string_view SmallFile::read(Buffer& buffer) {
  if (descriptor_ < 0) descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) return {};
  const auto length = ::pread(descriptor_, buffer.data(), buffer.size(), 0);
  if (length > 0) return {buffer.data(), static_cast<std::size_t>(length)};
  ::close(std::exchange(descriptor_, -1));
  return {};
}

std::optional<double> SmallFile::read_number() {
  Buffer buffer;
  const std::string_view text = read(buffer);
  std::array<double, 1> number{};
  if (!read_numbers(text, number)) return std::nullopt;
  return number[0];
}

}  // namespace fedwatt::energy
