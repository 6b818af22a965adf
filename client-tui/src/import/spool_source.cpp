#include "import/spool_source.h"

#include <memory>
#include <utility>

#include "session/spool.h"

namespace fedwatt::viewer {
namespace {

using session::LeftOver;

class SpoolReader : public ImportReader {
 public:
  explicit SpoolReader(std::shared_ptr<const LeftOver> left) : left_(std::move(left)) {}

  tl::expected<std::optional<ImportMessage>, std::string> next() override {
    if (next_ == left_->messages.size()) return std::optional<ImportMessage>();
    return std::optional<ImportMessage>(left_->messages[next_++]);
  }

 private:
  const std::shared_ptr<const LeftOver> left_;
  std::size_t next_ = 0;
};

}  // namespace

tl::expected<ImportSource, std::string> check_spool(const std::string& path) {
  auto read = session::read_spool(path);
  if (!read) return tl::unexpected(std::move(read.error()));
  const auto left = std::make_shared<const LeftOver>(*std::move(read));
  if (session::reports_in(*left) == 0)
    return tl::unexpected("no report waits in the spool " + path);
  ImportSource source{path, left->hello};
  for (const auto& message : left->messages) {
    const auto* report = std::get_if<protocol::Report>(&message);
    if (report && ++source.reports == 1) source.first_seq = report->seq;
  }
  source.open = [left]() -> tl::expected<std::unique_ptr<ImportReader>, std::string> {
    return std::make_unique<SpoolReader>(left);
  };
  return source;
}

}  // namespace fedwatt::viewer
