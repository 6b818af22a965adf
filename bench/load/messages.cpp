#include "messages.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <charconv>
#include <stdexcept>

namespace fedwatt::bench {
namespace {

constexpr std::string_view kNamePrefix = "load-";

// One pass over the text, without building a document. RapidJSON's strings are gone when a callback
// returns, so what a key or a type means is kept instead.
class Handler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Handler> {
 public:
  explicit Handler(std::vector<Message>& messages) : messages_(messages) {}

  // NOLINTBEGIN(readability-identifier-naming): RapidJSON's names
  bool StartObject() {
    objects_.emplace_back();
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    const std::string_view name(text, length);
    key_ = name == "type"       ? Known::kType
           : name == "worker"   ? Known::kWorker
           : name == "seq"      ? Known::kSeq
           : name == "last_seq" ? Known::kLastSeq
                                : Known::kNone;
    return true;
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    if (objects_.empty() || key_ == Known::kNone) return true;
    const std::string_view value(text, length);
    if (key_ == Known::kType) return read_type(value);
    if (key_ == Known::kWorker && value.substr(0, kNamePrefix.size()) == kNamePrefix) {
      std::from_chars(text + kNamePrefix.size(), text + length, objects_.back().worker);
      objects_.back().has_worker = true;
    }
    return true;
  }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
    if (objects_.empty()) return true;
    if (key_ == Known::kSeq) std::from_chars(text, text + length, objects_.back().seq);
    if (key_ == Known::kLastSeq) std::from_chars(text, text + length, objects_.back().last_seq);
    return true;
  }
  bool EndObject(rapidjson::SizeType) {
    const Object object = objects_.back();
    objects_.pop_back();
    if (object.has_worker && object.last_seq >= 0) {
      messages_.push_back({Message::Kind::kWorkerState, object.worker, object.last_seq});
    } else if (object.has_type) {
      messages_.push_back({object.kind, 0, object.seq});
    }
    return true;
  }
  // NOLINTEND(readability-identifier-naming)

 private:
  enum class Known { kNone, kType, kWorker, kSeq, kLastSeq };
  struct Object {
    bool has_type = false;
    Message::Kind kind = Message::Kind::kOther;
    bool has_worker = false;
    std::size_t worker = 0;
    std::int64_t seq = -1;
    std::int64_t last_seq = -1;
  };

  // False, which ends the parse, for an error.
  bool read_type(std::string_view type) {
    objects_.back().has_type = true;
    if (type == "ack") objects_.back().kind = Message::Kind::kAck;
    if (type == "welcome") objects_.back().kind = Message::Kind::kWelcome;
    return type != "error";
  }

  std::vector<Message>& messages_;
  std::vector<Object> objects_;
  Known key_ = Known::kNone;
};

}  // namespace

std::string worker_name(std::size_t index) {
  return std::string(kNamePrefix) + std::to_string(index);
}

void read_json(std::string_view text, std::vector<Message>& messages) {
  Handler handler(messages);
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  const auto result = reader.Parse<rapidjson::kParseNumbersAsStringsFlag>(stream, handler);
  if (result.IsError()) {
    throw std::runtime_error("the server sent an error, or no JSON: " +
                             std::string(text.substr(0, 500)));
  }
}

}  // namespace fedwatt::bench
