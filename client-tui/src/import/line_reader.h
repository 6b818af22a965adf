#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace fedwatt::viewer {

// A text file line by line, so that its size does not matter. Line ends of all systems will do.
class LineReader {
 public:
  // No more than the hub takes in a frame.
  static constexpr std::size_t kMaxLineBytes = 64 * 1024;

  // An error is one sentence with the file.
  static tl::expected<LineReader, std::string> open(const std::string& path);

  struct Line {
    std::string text;       // without its end; empty if too long
    bool too_long = false;  // has more than kMaxLineBytes, which are passed over
  };
  // The next line that is not empty; nothing after the last, or where reading fails: see failure().
  std::optional<Line> next();

  // Why the file could not be read to its end; empty if it could.
  const std::string& failure() const { return failure_; }
  // "FILE, line 3: what", about the line that next() gave last.
  std::string problem(std::string_view what) const;
  std::int64_t line() const { return line_; }
  const std::string& path() const { return path_; }

 private:
  explicit LineReader(const std::string& path);

  std::string path_;
  std::ifstream file_;
  std::vector<char> buffer_;
  std::int64_t line_ = 0;
  std::string failure_;
};

}  // namespace fedwatt::viewer
