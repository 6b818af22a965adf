#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

// What the fuzz targets have in common. Each requires more of the code than that it survives.

namespace fedwatt::fuzz {

// What is not so ends the program, which is how libFuzzer and the replay learn of it.
inline void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// The text between line feeds, of which there is one more than there are line feeds.
inline std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (;;) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == text.npos) return lines;
    text.remove_prefix(end + 1);
  }
}

// Something for people to read. It may quote what it is about.
inline void require_message(std::string_view text) {
  constexpr std::size_t kLongest = 16'000;
  require(!text.empty() && text.size() <= kLongest, "a message is short, and not empty");
}

// The same for a terminal or a log: one line, in which nothing moves the cursor.
inline void require_sentence(std::string_view text) {
  require_message(text);
  require(
      std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }),
      "a message is one printable line");
}

}  // namespace fedwatt::fuzz
