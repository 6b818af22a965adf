#include "learning/idx.h"

#include <zlib.h>

#include <array>
#include <cerrno>
#include <memory>
#include <span>
#include <system_error>

namespace fashion {
namespace {

// Far above the 47 MB of Fashion-MNIST: what a damaged header may make us allocate.
constexpr std::uint64_t kMaxValues = 1ULL << 30;
constexpr unsigned kUnsignedByte = 0x08;

using GzFile = std::unique_ptr<gzFile_s, decltype(&gzclose_r)>;

bool read_exactly(gzFile_s* file, std::span<std::uint8_t> bytes) {
  const auto wanted = static_cast<unsigned>(bytes.size());
  return gzread(file, bytes.data(), wanted) == static_cast<int>(wanted);
}

std::uint32_t big_endian(std::span<const std::uint8_t, 4> bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
         std::uint32_t{bytes[2]} << 8 | std::uint32_t{bytes[3]};
}

}  // namespace

tl::expected<IdxArray, std::string> read_idx(const std::filesystem::path& path,
                                             std::size_t dimensions) {
  const auto failed = [&path](const std::string& what) {
    return tl::unexpected(path.string() + " " + what);
  };
  errno = 0;
  // gzread passes plain files through as they are.
  const GzFile file(gzopen(path.c_str(), "rb"), &gzclose_r);
  if (!file) {
    return failed("cannot be opened (" + std::generic_category().message(errno) +
                  "): install Debian's package dataset-fashion-mnist or give its folder.");
  }
  std::array<std::uint8_t, 4> word{};
  if (!read_exactly(file.get(), word) || word[0] != 0 || word[1] != 0 || word[2] != kUnsignedByte ||
      word[3] != dimensions) {
    return failed("is damaged: it does not begin like an idx file of bytes in " +
                  std::to_string(dimensions) + " dimension(s).");
  }
  IdxArray array;
  std::uint64_t count = 1;
  for (std::size_t i = 0; i < dimensions; ++i) {
    if (!read_exactly(file.get(), word)) return failed("is damaged: it ends within its header.");
    array.dimensions.push_back(big_endian(word));
    // Neither factor passes 32 bits, so that the product cannot overflow.
    count *= array.dimensions.back();
    if (count == 0 || count > kMaxValues) return failed("is damaged: its size makes no sense.");
  }
  array.values.resize(count);
  if (!read_exactly(file.get(), array.values)) {
    return failed("is damaged: it ends before the " + std::to_string(count) +
                  " bytes that its header promises.");
  }
  const int after = gzread(file.get(), word.data(), 1);
  if (after < 0) return failed("is damaged: its checksum is wrong.");
  if (after > 0) {
    return failed("is damaged: more follows the " + std::to_string(count) +
                  " bytes that its header promises.");
  }
  return array;
}

}  // namespace fashion
