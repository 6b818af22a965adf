#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "fedwatt/protocol/messages.h"

// What can be imported: the reports of one worker, in whatever file they are.

namespace fedwatt::viewer {

inline constexpr double kJoulesPerKwh = 3.6e6;

using ImportMessage = std::variant<protocol::Report, protocol::RoundPlan>;

// Reads the messages of one worker from a file, one at a time. An error is one sentence with file
// and line.
class ImportReader {
 public:
  virtual ~ImportReader() = default;
  // The next one; empty after the last. Numbers of reports rise.
  virtual tl::expected<std::optional<ImportMessage>, std::string> next() = 0;
};

// A worker whose reports were found, and checked, by reading all of a file.
struct ImportSource {
  std::string path;
  protocol::WorkerHello hello;  // with a session, so that a second import is known as such
  std::int64_t reports = 0;
  std::int64_t first_seq = 1;
  // Reads them again, from the first.
  std::function<tl::expected<std::unique_ptr<ImportReader>, std::string>()> open{};
};

// The rows of other programs' files that make no sense: how many, and the first of them.
class SkippedRows {
 public:
  static constexpr std::size_t kKept = 20;

  // `what` names file and line.
  void add(std::string what);
  std::size_t count() const { return count_; }
  const std::vector<std::string>& first() const { return first_; }

 private:
  std::size_t count_ = 0;
  std::vector<std::string> first_;
};

// What a hub would find wrong with the message; empty if nothing is.
std::string problem_on_the_wire(const protocol::WorkerMessage& message);

// A session for reports that no libfedwatt numbered, always the same for the same content.
std::string session_of_content(const std::string& kind, const std::string& content);

}  // namespace fedwatt::viewer
