#include "json_text.h"

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <cstdint>

#include "fedwatt/protocol/number_in.h"

namespace fedwatt::protocol {
namespace {

using rapidjson::SizeType;

// Where a character is cut off by the end, RapidJSON 1.1 takes all the bytes that it should have.
constexpr std::size_t kBeyondTheEnd = 3;

// Iterative: the depth of a peer's nesting is not that of our stack.
constexpr unsigned kStrict = rapidjson::kParseIterativeFlag | rapidjson::kParseInsituFlag |
                             rapidjson::kParseNumbersAsStringsFlag |
                             rapidjson::kParseValidateEncodingFlag;

// Of a number that no double holds: whether it is next to 0, and not too big.
bool is_tiny(std::string_view digits) {
  constexpr std::int64_t kFar = 1'000'000'000;
  const auto end = std::min(digits.find_first_of("eE"), digits.size());
  auto power = digits.substr(std::min(end + 1, digits.size()));
  if (power.substr(0, 1) == "+") power.remove_prefix(1);
  std::int64_t magnitude = 0;
  if (!power.empty()) {
    magnitude = number_in<std::int64_t>(power).value_or(power.front() == '-' ? -kFar : kFar);
  }
  const auto point = std::min(digits.find('.'), end);
  const auto first = digits.find_first_of("123456789");
  return std::clamp(magnitude, -kFar, kFar) + static_cast<std::int64_t>(point) <
         static_cast<std::int64_t>(first);
}

// Takes what the parser finds into a document. The standard library reads the numbers:
// RapidJSON 1.1 takes some zeros, such as 0e300, for other numbers.
class Builder {
 public:
  explicit Builder(rapidjson::Document& document) : document_(document) {}

  // NOLINTBEGIN(readability-identifier-naming): RapidJSON's names
  bool RawNumber(const char* text, SizeType length, bool /*copy*/) {
    const std::string_view digits(text, length);
    if (const auto whole = number_in<std::int64_t>(digits)) return document_.Int64(*whole);
    if (const auto number = number_in<double>(digits)) return document_.Double(*number);
    return is_tiny(digits) && document_.Double(0);
  }
  bool Null() { return document_.Null(); }
  bool Bool(bool value) { return document_.Bool(value); }
  bool Int(int value) { return document_.Int(value); }
  bool Uint(unsigned value) { return document_.Uint(value); }
  bool Int64(std::int64_t value) { return document_.Int64(value); }
  bool Uint64(std::uint64_t value) { return document_.Uint64(value); }
  bool Double(double value) { return document_.Double(value); }
  bool String(const char* text, SizeType length, bool copy) {
    return document_.String(text, length, copy);
  }
  bool StartObject() { return document_.StartObject(); }
  bool Key(const char* text, SizeType length, bool copy) {
    return document_.Key(text, length, copy);
  }
  bool EndObject(SizeType members) { return document_.EndObject(members); }
  bool StartArray() { return document_.StartArray(); }
  bool EndArray(SizeType elements) { return document_.EndArray(elements); }
  // NOLINTEND(readability-identifier-naming)

 private:
  rapidjson::Document& document_;
};

// Where the parser's own words say too little, ours.
std::string in_words(rapidjson::ParseErrorCode code, char at) {
  if (code == rapidjson::kParseErrorStringInvalidEncoding) return "this is no UTF-8";
  if (code == rapidjson::kParseErrorStringEscapeInvalid && at >= 0 && at < 0x20) {
    return "a control character in a string must be escaped";
  }
  // The builder takes everything but that.
  if (code == rapidjson::kParseErrorTermination) code = rapidjson::kParseErrorNumberTooBig;
  return rapidjson::GetParseError_En(code);
}

}  // namespace

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): the pool is written before it is read
JsonText::JsonText(std::string_view text) {
  text_.reserve(text.size() + kBeyondTheEnd);
  text_.append(text).append(kBeyondTheEnd, '\0');
  // The parser takes it for the end, whatever follows.
  if (text.find('\0') != text.npos) {
    error_ = Error{"malformed_json", "a NUL byte is no JSON", {}, {}};
    return;
  }
  rapidjson::ParseResult result;
  const auto parse = [&](rapidjson::Document& document) {
    rapidjson::InsituStringStream stream(text_.data());
    Builder builder(document);
    result = rapidjson::Reader().Parse<kStrict>(stream, builder);
    return !result.IsError();
  };
  document_.Populate(parse);
  if (!result.IsError()) return;
  const auto at = result.Offset();
  error_ = Error{"malformed_json",
                 "parse error at byte " + std::to_string(at) + ": " +
                     in_words(result.Code(), text_.c_str()[at]),
                 {},
                 {}};
}

}  // namespace fedwatt::protocol
