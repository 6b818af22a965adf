#include "fuzz_checks.h"
#include "session/crc32c.h"
#include "session/spool_format.h"

// A worker's spool, whatever has become of it on the disk: as it is, cut, and with checksums put
// right, so that what is behind them is reached. What is read must be what is written down again.

namespace fedwatt::session {
namespace {

using fuzz::require;

constexpr std::size_t kFileHead = 8;
constexpr std::size_t kRecordHead = 8;

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

void put_checksums_right(std::string& bytes) {
  for (std::size_t at = kFileHead; at + kRecordHead <= bytes.size();) {
    const std::size_t length = number_at(bytes, at);
    if (length > bytes.size() - at - kRecordHead) return;
    const std::string_view all = bytes;
    const auto sum = crc32c(all.substr(at + kRecordHead, length), crc32c(all.substr(at, 4)));
    for (std::size_t i = 0; i < 4; ++i) bytes[at + 4 + i] = static_cast<char>(sum >> (8 * i));
    at += kRecordHead + length;
  }
}

bool same(const Outbox::Waiting& a, const Outbox::Waiting& b) {
  return a.ticket == b.ticket && a.seq == b.seq && *a.message == *b.message;
}

void require_reads_back(const SpoolContent& content) {
  const auto bytes = encode_spool(*content.hello, content.left);
  const auto again = decode_spool(bytes);
  require(again && again->hello == content.hello, "the hello reads back");
  require(again->torn_bytes == 0 && again->damaged_bytes == 0, "what is written is sound");
  const auto& [run_id, next_seq, waiting] = again->left;
  require(run_id == content.left.run_id && next_seq == content.left.next_seq, "so does the run");
  require(std::equal(waiting.begin(), waiting.end(), content.left.waiting.begin(),
                     content.left.waiting.end(), same),
          "so do the messages");

  Outbox::Changes all_gone;
  all_gone.gone = {{0, UINT64_MAX}};
  require(decode_spool(bytes + encode_spool(all_gone))->left.waiting.empty(), "all can go");
}

void check(std::string_view bytes) {
  const auto content = decode_spool(bytes);
  if (!content) return fuzz::require_sentence(content.error());
  require(content->torn_bytes + content->damaged_bytes <= bytes.size(), "no more than there is");
  const auto& waiting = content->left.waiting;
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    require(waiting[i].message != nullptr, "a message waits");
    require(i == 0 || waiting[i - 1].ticket < waiting[i].ticket, "in the order of their making");
  }
  if (content->hello) require_reads_back(*content);

  Outbox outbox({});
  outbox.restore(content->left);
  outbox.welcomed(content->left.run_id, 0);
  while (outbox.next()) {
  }
  require(outbox.rest().size() <= waiting.size(), "nothing is made of nothing");
}

}  // namespace
}  // namespace fedwatt::session

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fedwatt;
  std::string bytes(fuzz::as_text(data, size));
  session::check(bytes);
  session::put_checksums_right(bytes);
  session::check(bytes);
  session::check(std::string_view(bytes).substr(0, size - size / 3));
  return 0;
}
