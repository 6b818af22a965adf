#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "import/import_source.h"
#include "import/line_reader.h"

namespace fedwatt::viewer {

// A file that libfedwatt wrote because no hub took its reports: a hello, reports and round plans,
// and a bye, a line each, all as on the wire. Read line by line, so that its size does not matter,
// and checked as the hub would check it. An error is one sentence with file and line.
class OfflineReader : public ImportReader {
 public:
  static tl::expected<OfflineReader, std::string> open(const std::string& path);

  const protocol::WorkerHello& hello() const { return hello_; }
  tl::expected<std::optional<ImportMessage>, std::string> next() override;

 private:
  explicit OfflineReader(LineReader lines) : lines_(std::move(lines)) {}

  tl::expected<std::optional<std::string>, std::string> next_line();
  tl::expected<std::optional<protocol::WorkerMessage>, std::string> next_of_wire();
  tl::expected<std::optional<ImportMessage>, std::string> check(protocol::WorkerMessage&& message);
  tl::unexpected<std::string> problem(const std::string& what) const;

  LineReader lines_;
  protocol::WorkerHello hello_;
  std::int64_t last_seq_ = 0;
};

// Finds what is in a file by reading all of it.
tl::expected<ImportSource, std::string> check_offline_file(const std::string& path);

}  // namespace fedwatt::viewer
