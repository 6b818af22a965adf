#include "import/offline_reader.h"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "fedwatt/protocol/codec.h"
#include "text/display_text.h"

namespace fedwatt::viewer {
namespace {

// No more than the hub takes in a frame.
constexpr std::size_t kMaxLineBytes = 64 * 1024;

}  // namespace

OfflineReader::OfflineReader(const std::string& path)
    : path_(path), file_(path, std::ios::binary), buffer_(kMaxLineBytes + 2) {}

tl::unexpected<std::string> OfflineReader::problem(const std::string& what) const {
  return tl::unexpected(fmt::format("{}, line {}: {}", path_, line_, printable(what)));
}

tl::expected<OfflineReader, std::string> OfflineReader::open(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return tl::unexpected(path + " is a folder: name the files in it");
  }
  OfflineReader reader(path);
  if (!reader.file_) {
    return tl::unexpected(
        fmt::format("cannot read {}: {}", path, std::generic_category().message(errno)));
  }
  auto first = reader.next_of_wire();
  if (!first) return tl::unexpected(std::move(first.error()));
  auto* hello = *first ? std::get_if<protocol::WorkerHello>(&**first) : nullptr;
  if (!hello) {
    return reader.problem("a file of reports begins with the hello of the worker that wrote it");
  }
  if (!hello->session) {
    return reader.problem("this hello has no session, so that nobody could tell a second import");
  }
  reader.hello_ = std::move(*hello);
  return reader;
}

tl::expected<std::optional<std::string>, std::string> OfflineReader::next_line() {
  for (;;) {
    ++line_;
    file_.getline(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    if (file_.bad()) return problem(std::generic_category().message(errno));
    if (file_.gcount() == 0) return std::optional<std::string>();
    if (file_.fail()) return problem(fmt::format("is longer than {} bytes", kMaxLineBytes));
    const auto length = static_cast<std::size_t>(file_.gcount()) - (file_.eof() ? 0 : 1);
    std::string line(buffer_.data(), length);
    if (!line.empty() && line != "\r") return std::optional<std::string>(std::move(line));
  }
}

tl::expected<std::optional<protocol::WorkerMessage>, std::string> OfflineReader::next_of_wire() {
  auto line = next_line();
  if (!line) return tl::unexpected(std::move(line.error()));
  if (!*line) return std::optional<protocol::WorkerMessage>();
  auto decoded = protocol::decode_worker_frame(**line);
  if (decoded.size() != 1) return problem("must be one message, not an array");
  if (!decoded.front()) return problem(decoded.front().error().message);
  return std::optional<protocol::WorkerMessage>(*std::move(decoded.front()));
}

tl::expected<std::optional<OfflineMessage>, std::string> OfflineReader::next() {
  auto message = next_of_wire();
  if (!message) return tl::unexpected(std::move(message.error()));
  if (!*message) return problem("the file ends before its bye: it was cut");
  if (!std::holds_alternative<protocol::Bye>(**message)) return check(*std::move(*message));
  const auto after = next_of_wire();
  if (!after) return tl::unexpected(after.error());
  if (*after) return problem("there is something after the bye");
  return std::optional<OfflineMessage>();
}

tl::expected<std::optional<OfflineMessage>, std::string> OfflineReader::check(
    protocol::WorkerMessage&& message) {
  if (auto* report = std::get_if<protocol::Report>(&message)) {
    if (report->seq <= last_seq_) {
      return problem(
          fmt::format("seq {} comes after {}: numbers must rise", report->seq, last_seq_));
    }
    last_seq_ = report->seq;
    return std::optional<OfflineMessage>(std::move(*report));
  }
  if (auto* plan = std::get_if<protocol::RoundPlan>(&message)) {
    if (hello_.role != protocol::Role::kCoordinator) {
      return problem("a round_plan, but this hello does not say coordinator");
    }
    return std::optional<OfflineMessage>(std::move(*plan));
  }
  return problem("only reports and round plans may stand between hello and bye");
}

tl::expected<OfflineFile, std::string> check_offline_file(const std::string& path) {
  auto reader = OfflineReader::open(path);
  if (!reader) return tl::unexpected(std::move(reader.error()));
  OfflineFile file{path, reader->hello()};
  for (;;) {
    const auto message = reader->next();
    if (!message) return tl::unexpected(message.error());
    if (!*message) return file;
    const auto* report = std::get_if<protocol::Report>(&**message);
    if (report && ++file.reports == 1) file.first_seq = report->seq;
  }
}

}  // namespace fedwatt::viewer
