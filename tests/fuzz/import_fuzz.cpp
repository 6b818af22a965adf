#include "fuzz_checks.h"
#include "import/import_files.h"
#include "temporary_file.h"

// A file that somebody imports, of whatever kind it is. All that is read of it must be what a hub
// takes, and the same when it is read again.

namespace fedwatt::viewer {
namespace {

using fuzz::require;

std::int64_t seq_of(const ImportMessage& message) {
  const auto* report = std::get_if<protocol::Report>(&message);
  return report ? report->seq : 0;
}

std::vector<ImportMessage> messages_of(const ImportSource& source) {
  auto reader = source.open();
  require(reader.has_value(), "what was checked can be opened");
  std::vector<ImportMessage> messages;
  for (;;) {
    auto message = (*reader)->next();
    require(message.has_value(), "what was checked can be read");
    if (!*message) return messages;
    messages.push_back(**std::move(message));
  }
}

void check_source(const ImportSource& source) {
  require(source.hello.session.has_value(), "a second import can be told");
  require(problem_on_the_wire(source.hello).empty(), "a hub takes the hello");
  std::int64_t reports = 0;
  std::int64_t last_seq = 0;
  const auto messages = messages_of(source);
  for (const auto& message : messages) {
    std::visit(
        [](const auto& each) { require(problem_on_the_wire(each).empty(), "a hub takes it"); },
        message);
    const auto seq = seq_of(message);
    if (seq == 0) continue;
    require(seq > last_seq, "numbers rise");
    require(reports > 0 || seq == source.first_seq, "the first number is known");
    last_seq = seq;
    ++reports;
  }
  require(reports == source.reports, "their number is known");
  require(messages_of(source) == messages, "a file reads the same again");
}

void check(std::string_view text) {
  const fuzz::TemporaryFile file(text);
  SkippedRows skipped;
  const auto sources = check_import_file(file.path(), skipped);
  require(skipped.first().size() == std::min(skipped.count(), SkippedRows::kKept), "rows skipped");
  for (const auto& row : skipped.first()) fuzz::require_sentence(row);
  if (!sources) return fuzz::require_sentence(sources.error());
  for (const auto& source : *sources) check_source(source);
}

}  // namespace
}  // namespace fedwatt::viewer

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fedwatt::viewer::check(fedwatt::fuzz::as_text(data, size));
  return 0;
}
