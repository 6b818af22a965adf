#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "fedwatt/access/token.h"
#include "fedwatt/file_stamp.h"

// The file that tokens live in: JSON, with digests in the place of secrets. Every error is a
// sentence that names what is wrong; those of a file name the file, too. docs/security.md shows
// one.

namespace fedwatt::access {

inline constexpr std::size_t kMaxTokens = 10'000;
inline constexpr std::size_t kMaxTokensFileBytes = 16 << 20;

using Tokens = std::map<std::string, Token, std::less<>>;  // by name

tl::expected<Tokens, std::string> parse_tokens(std::string_view json);
std::string text_of(const Tokens& tokens);

// What would make a token of no use, or no token at all; empty if nothing does.
std::string problem_of(const Token& token);

// Blocks for as long as the disk takes. Refuses a file that others than its owner may write.
tl::expected<Tokens, std::string> read_tokens(const std::filesystem::path& file);

// Reads the file, if there is one, has it changed, and puts the new one in its place: a reader, or
// a crash, finds the old one or the new one, whole. Waits for others who do the same.
using Change = std::function<tl::expected<void, std::string>(Tokens&)>;
tl::expected<void, std::string> change_tokens(const std::filesystem::path& file,
                                              const Change& change);

// A file that is looked at again and again.
class WatchedTokens {
 public:
  explicit WatchedTokens(std::filesystem::path file) : file_(std::move(file)) {}

  // What it says, if it is not the file that was there at the last look, or what is wrong with it,
  // once. Blocks as read_tokens does.
  tl::expected<std::optional<Tokens>, std::string> look();
  // The next look counts as the first.
  void forget() { seen_.reset(); }

 private:
  std::filesystem::path file_;
  std::optional<FileStamp> seen_;
};

}  // namespace fedwatt::access
