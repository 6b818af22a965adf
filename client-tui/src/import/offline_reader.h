#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "fedwatt/protocol/messages.h"

namespace fedwatt::viewer {

using OfflineMessage = std::variant<protocol::Report, protocol::RoundPlan>;

// A file that libfedwatt wrote because no hub took its reports: a hello, reports and round plans,
// and a bye, a line each, all as on the wire. Read line by line, so that its size does not matter,
// and checked as the hub would check it. An error is one sentence with file and line.
class OfflineReader {
 public:
  static tl::expected<OfflineReader, std::string> open(const std::string& path);

  const protocol::WorkerHello& hello() const { return hello_; }
  // The next one; empty after the last.
  tl::expected<std::optional<OfflineMessage>, std::string> next();

 private:
  explicit OfflineReader(const std::string& path);

  tl::expected<std::optional<std::string>, std::string> next_line();
  tl::expected<std::optional<protocol::WorkerMessage>, std::string> next_of_wire();
  tl::expected<std::optional<OfflineMessage>, std::string> check(protocol::WorkerMessage&& message);
  tl::unexpected<std::string> problem(const std::string& what) const;

  std::string path_;
  std::ifstream file_;
  std::vector<char> buffer_;
  std::int64_t line_ = 0;
  protocol::WorkerHello hello_;
  std::int64_t last_seq_ = 0;
};

// What is in a file, found by reading all of it.
struct OfflineFile {
  std::string path;
  protocol::WorkerHello hello;
  std::int64_t reports = 0;
  std::int64_t first_seq = 1;
};

tl::expected<OfflineFile, std::string> check_offline_file(const std::string& path);

}  // namespace fedwatt::viewer
