#include "import/offline_reader.h"

#include <fmt/format.h>

#include <utility>

#include "fedwatt/protocol/codec.h"

namespace fedwatt::viewer {
tl::unexpected<std::string> OfflineReader::problem(const std::string& what) const {
  return tl::unexpected(lines_.problem(what));
}

tl::expected<OfflineReader, std::string> OfflineReader::open(const std::string& path) {
  auto lines = LineReader::open(path);
  if (!lines) return tl::unexpected(std::move(lines.error()));
  OfflineReader reader(*std::move(lines));
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
  auto line = lines_.next();
  if (!line && !lines_.failure().empty()) return tl::unexpected(lines_.failure());
  if (!line) return std::optional<std::string>();
  if (line->too_long) {
    return problem(fmt::format("is longer than {} bytes", LineReader::kMaxLineBytes));
  }
  return std::optional<std::string>(std::move(line->text));
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

tl::expected<std::optional<ImportMessage>, std::string> OfflineReader::next() {
  auto message = next_of_wire();
  if (!message) return tl::unexpected(std::move(message.error()));
  if (!*message) return problem("the file ends before its bye: it was cut");
  if (!std::holds_alternative<protocol::Bye>(**message)) return check(*std::move(*message));
  const auto after = next_of_wire();
  if (!after) return tl::unexpected(after.error());
  if (*after) return problem("there is something after the bye");
  return std::optional<ImportMessage>();
}

tl::expected<std::optional<ImportMessage>, std::string> OfflineReader::check(
    protocol::WorkerMessage&& message) {
  if (auto* report = std::get_if<protocol::Report>(&message)) {
    if (report->seq <= last_seq_) {
      return problem(
          fmt::format("seq {} comes after {}: numbers must rise", report->seq, last_seq_));
    }
    last_seq_ = report->seq;
    return std::optional<ImportMessage>(std::move(*report));
  }
  if (auto* plan = std::get_if<protocol::RoundPlan>(&message)) {
    if (hello_.role != protocol::Role::kCoordinator) {
      return problem("a round_plan, but this hello does not say coordinator");
    }
    return std::optional<ImportMessage>(std::move(*plan));
  }
  return problem("only reports and round plans may stand between hello and bye");
}

tl::expected<ImportSource, std::string> check_offline_file(const std::string& path) {
  auto reader = OfflineReader::open(path);
  if (!reader) return tl::unexpected(std::move(reader.error()));
  ImportSource file{path, reader->hello()};
  file.open = [path]() -> tl::expected<std::unique_ptr<ImportReader>, std::string> {
    auto again = OfflineReader::open(path);
    if (!again) return tl::unexpected(std::move(again.error()));
    return std::make_unique<OfflineReader>(*std::move(again));
  };
  for (;;) {
    const auto message = reader->next();
    if (!message) return tl::unexpected(message.error());
    if (!*message) return file;
    const auto* report = std::get_if<protocol::Report>(&**message);
    if (report && ++file.reports == 1) file.first_seq = report->seq;
  }
}

}  // namespace fedwatt::viewer
