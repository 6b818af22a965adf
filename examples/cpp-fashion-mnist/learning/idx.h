#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace fashion {

// An array of bytes with its dimensions: what an idx file holds.
struct IdxArray {
  std::vector<std::uint32_t> dimensions;
  std::vector<std::uint8_t> values;
};

// Reads an idx file of unsigned bytes, plain or gzipped, that has `dimensions` dimensions. The
// error is one sentence that names the file: not there, no such idx file, too short, too long.
tl::expected<IdxArray, std::string> read_idx(const std::filesystem::path& path,
                                             std::size_t dimensions);

}  // namespace fashion
