#include "session/spool_format.h"

#include <algorithm>
#include <map>
#include <utility>

#include "fedwatt/protocol/codec.h"
#include "session/crc32c.h"

namespace fedwatt::session {
namespace {

using Ticket = Outbox::Ticket;

constexpr char kVersion = '1';
constexpr std::size_t kHeadBytes = 8;            // of a file: magic and version
constexpr std::size_t kRecordHead = 8;           // of a record: length and checksum
constexpr std::size_t kRecordBytes = 64 * 1024;  // aimed at where a record may end anywhere
constexpr std::size_t kMostRecordBytes = std::size_t{1} << 30;

constexpr std::uint64_t kMostSeq = 9'000'000'000'000'000;  // on the wire

enum Item : char { kHello = 'h', kRun = 'r', kGone = 'g', kNumber = 'n', kMessage = 'm' };

// ---- writing ------------------------------------------------------------------------------------

void append_number(std::string& bytes, std::uint64_t value, std::size_t size = 8) {
  for (std::size_t byte = 0; byte < size; ++byte) {
    bytes += static_cast<char>(value >> (8 * byte) & 0xff);
  }
}

void append_text(std::string& bytes, std::string_view text) {
  append_number(bytes, text.size(), 4);
  bytes += text;
}

// Items become records; those of one record take effect together or not at all.
class Writer {
 public:
  std::string take() {
    end_record();
    return std::move(bytes_);
  }
  void begin_file() {
    bytes_ += kSpoolMagic;
    bytes_ += kVersion;
  }
  void hello(protocol::WorkerHello hello) {
    hello.token.clear();  // a secret
    hello.sent_at.reset();
    begin(kHello);
    append_text(body_, protocol::encode(protocol::WorkerMessage(std::move(hello))));
  }
  void run(const std::string& run_id, std::int64_t next_seq) {
    begin(kRun);
    append_number(body_, static_cast<std::uint64_t>(next_seq));
    append_text(body_, run_id);
  }
  void gone(Ticket from, Ticket to) {
    begin(kGone);
    append_number(body_, from);
    append_number(body_, to);
  }
  void number(Ticket ticket, std::int64_t seq) {
    begin(kNumber);
    append_number(body_, ticket);
    append_number(body_, static_cast<std::uint64_t>(seq));
  }
  void message(const Outbox::Waiting& waiting) {
    auto message = waiting.numbered();
    auto* report = std::get_if<protocol::Report>(&message);
    // The wire has no report without a number.
    if (report && waiting.seq == 0) report->seq = static_cast<std::int64_t>(waiting.ticket);
    const std::string json = std::visit(
        [](auto& each) { return protocol::encode(protocol::WorkerMessage(std::move(each))); },
        message);
    if (json.size() > kMaxMessageBytes) return;  // a plan that names too many: the hub refuses it
    begin(kMessage);
    append_number(body_, waiting.ticket);
    append_number(body_, static_cast<std::uint64_t>(waiting.seq));
    append_text(body_, json);
  }
  // Between messages that do not depend on each other.
  void may_end_record() {
    if (body_.size() >= kRecordBytes) end_record();
  }

 private:
  void begin(Item item) { body_ += static_cast<char>(item); }
  void end_record() {
    if (body_.empty()) return;
    std::string length;
    append_number(length, body_.size(), 4);
    bytes_ += length;
    append_number(bytes_, crc32c(body_, crc32c(length)), 4);
    bytes_ += body_;
    body_.clear();
  }

  std::string bytes_;
  std::string body_;  // of the record that is being made
};

// ---- reading ------------------------------------------------------------------------------------

std::uint64_t number_in(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t byte = bytes.size(); byte-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(bytes[byte]);
  }
  return value;
}

// The items of a record, one field after the other. After the first thing that is not there it
// gives zeros and says so.
class Fields {
 public:
  explicit Fields(std::string_view body) : left_(body) {}

  bool at_end() const { return left_.empty(); }
  bool sound() const { return sound_; }
  std::uint64_t number(std::size_t size = 8) { return number_in(take(size)); }
  std::int64_t seq() {
    const std::uint64_t seq = number();
    if (seq > kMostSeq) sound_ = false;
    return static_cast<std::int64_t>(std::min(seq, kMostSeq));
  }
  std::string_view text() { return take(number(4)); }
  char item() { return take(1).empty() ? '\0' : last_; }

 private:
  std::string_view take(std::size_t size) {
    if (size > left_.size()) {
      sound_ = false;
      left_ = {};
      return {};
    }
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    if (size == 1) last_ = taken[0];
    return taken;
  }

  std::string_view left_;
  char last_ = '\0';
  bool sound_ = true;
};

template <class Message>
std::optional<Message> decoded(std::string_view json) {
  auto messages = protocol::decode_worker_frame(json);
  if (messages.size() != 1 || !messages.front()) return std::nullopt;
  auto* message = std::get_if<Message>(&*messages.front());
  if (!message) return std::nullopt;
  return std::move(*message);
}

// What the records say so far.
class Replay {
 public:
  // False if the record's items make no sense: then none of them has taken effect but those
  // before.
  bool apply(std::string_view body) {
    Fields fields(body);
    while (!fields.at_end()) {
      if (!apply_one(fields) || !fields.sound()) return false;
    }
    return true;
  }

  SpoolContent content() {
    if (hello_ && run_id_.empty()) hello_->run_id.reset();
    if (hello_ && !run_id_.empty()) {
      hello_->run_id = run_id_;
      // Not every text is an id.
      hello_ = decoded<protocol::WorkerHello>(protocol::encode(protocol::WorkerMessage(*hello_)));
    }
    SpoolContent content{std::move(hello_), {run_id_, next_seq_, {}}};
    for (auto& [ticket, waiting] : waiting_) content.left.waiting.push_back(std::move(waiting));
    return content;
  }

 private:
  bool apply_one(Fields& fields) {
    switch (fields.item()) {
      case kHello:
        hello_ = decoded<protocol::WorkerHello>(fields.text());
        return hello_.has_value();
      case kRun:
        return apply_run(fields);
      case kGone: {
        const Ticket from = fields.number();
        const Ticket to = fields.number();
        if (!fields.sound() || from > to) return false;
        waiting_.erase(waiting_.lower_bound(from), waiting_.upper_bound(to));
        return true;
      }
      case kNumber: {
        const auto found = waiting_.find(fields.number());
        const std::int64_t seq = fields.seq();
        if (found != waiting_.end() && fields.sound()) found->second.seq = seq;
        return true;
      }
      case kMessage:
        return apply_message(fields);
      default:
        return false;
    }
  }

  bool apply_run(Fields& fields) {
    const std::int64_t next_seq = fields.seq();
    const std::string_view run_id = fields.text();
    if (!fields.sound()) return false;
    next_seq_ = next_seq;
    run_id_ = run_id;
    for (auto& [ticket, waiting] : waiting_) waiting.seq = 0;
    return true;
  }

  bool apply_message(Fields& fields) {
    Outbox::Waiting waiting;
    waiting.ticket = fields.number();
    waiting.seq = fields.seq();
    const std::string_view json = fields.text();
    if (!fields.sound() || waiting.ticket == 0 || waiting.ticket > kMostSeq) return false;
    if (auto report = decoded<protocol::Report>(json)) {
      report->seq = 0;
      waiting.message = std::make_shared<const Outbox::Message>(*std::move(report));
    } else if (auto plan = decoded<protocol::RoundPlan>(json)) {
      waiting.message = std::make_shared<const Outbox::Message>(*std::move(plan));
    } else {
      return false;
    }
    waiting_[waiting.ticket] = std::move(waiting);
    return true;
  }

  std::optional<protocol::WorkerHello> hello_;
  std::string run_id_;
  std::int64_t next_seq_ = 1;
  std::map<Ticket, Outbox::Waiting> waiting_;
};

}  // namespace

std::string encode_spool(const protocol::WorkerHello& hello, const Outbox::Snapshot& all) {
  Writer writer;
  writer.begin_file();
  writer.hello(hello);
  writer.run(all.run_id, all.next_seq);
  for (const auto& waiting : all.waiting) {
    writer.may_end_record();
    writer.message(waiting);
  }
  return writer.take();
}

std::string encode_spool(const Outbox::Changes& changes) {
  Writer writer;
  if (changes.run_id) writer.run(*changes.run_id, 1);
  for (const auto& [from, to] : changes.gone) writer.gone(from, to);
  for (const auto& [ticket, seq] : changes.number) writer.number(ticket, seq);
  for (const auto& waiting : changes.put) writer.message(waiting);
  return writer.take();
}

tl::expected<SpoolContent, std::string> decode_spool(std::string_view bytes) {
  const std::string_view magic = bytes.substr(0, kSpoolMagic.size());
  if (magic != kSpoolMagic.substr(0, magic.size()))
    return tl::unexpected(std::string("it is no spool"));
  if (bytes.size() >= kHeadBytes && bytes[kSpoolMagic.size()] != kVersion) {
    return tl::unexpected(std::string("it is a spool of another version of Fedwatt"));
  }
  Replay replay;
  std::size_t damaged = 0;
  std::size_t at = std::min(bytes.size(), kHeadBytes);
  while (bytes.size() - at >= kRecordHead) {
    const std::size_t length = number_in(bytes.substr(at, 4));
    if (length > kMostRecordBytes || length > bytes.size() - at - kRecordHead) break;
    const std::string_view body = bytes.substr(at + kRecordHead, length);
    const bool intact = length > 0 && number_in(bytes.substr(at + 4, 4)) ==
                                          crc32c(body, crc32c(bytes.substr(at, 4)));
    if (!intact || !replay.apply(body)) damaged += kRecordHead + length;
    at += kRecordHead + length;
  }
  SpoolContent content = replay.content();
  content.torn_bytes = at < kHeadBytes ? bytes.size() : bytes.size() - at;
  content.damaged_bytes = damaged;
  return content;
}

}  // namespace fedwatt::session
