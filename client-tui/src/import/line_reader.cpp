#include "import/line_reader.h"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <limits>
#include <system_error>

#include "text/display_text.h"

namespace fedwatt::viewer {

LineReader::LineReader(const std::string& path)
    : path_(path), file_(path, std::ios::binary), buffer_(kMaxLineBytes + 2) {}

tl::expected<LineReader, std::string> LineReader::open(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return tl::unexpected(path + " is a folder: name the files in it");
  }
  LineReader reader(path);
  if (!reader.file_) {
    return tl::unexpected(
        fmt::format("cannot read {}: {}", path, std::generic_category().message(errno)));
  }
  return reader;
}

std::string LineReader::problem(std::string_view what) const {
  return fmt::format("{}, line {}: {}", path_, line_, printable(what));
}

std::optional<LineReader::Line> LineReader::next() {
  for (;;) {
    ++line_;
    file_.getline(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    if (file_.bad()) {
      failure_ = problem(std::generic_category().message(errno));
      return std::nullopt;
    }
    if (file_.gcount() == 0) return std::nullopt;
    if (file_.fail()) {
      file_.clear();
      file_.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
      return Line{{}, true};
    }
    auto length = static_cast<std::size_t>(file_.gcount()) - (file_.eof() ? 0 : 1);
    if (length > 0 && buffer_[length - 1] == '\r') --length;
    if (length > 0) return Line{std::string(buffer_.data(), length), false};
  }
}

}  // namespace fedwatt::viewer
