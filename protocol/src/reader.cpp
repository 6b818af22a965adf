#include "reader.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace fedwatt::protocol {
namespace {

constexpr std::size_t kMaxMetrics = 64;

// Why a text can be neither a name nor a reason; null if it can. Control characters (C0, DEL, and
// C1 as UTF-8) would reach terminals, logs and CSV files; and the parser makes of half an escaped
// surrogate pair what is no UTF-8.
const char* unfit(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0u;
    if (byte < 0x20 || byte == 0x7f || (byte == 0xc2 && next < 0xa0)) {
      return "holds a control character";
    }
    if (byte == 0xed && next >= 0xa0) return "holds half a surrogate pair";
  }
  return nullptr;
}

}  // namespace

std::string number_text(double value) {
  std::array<char, 32> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), result.ptr};
}

const Json* Reader::find(std::string_view key) const {
  // Backwards: of repeated keys the last one counts.
  for (auto member = object_.MemberEnd(); member != object_.MemberBegin();) {
    --member;
    if (text_of(member->name) == key) return member->value.IsNull() ? nullptr : &member->value;
  }
  return nullptr;
}

void Reader::fail(std::string_view key, const std::string& what) {
  if (problem_.empty()) problem_ = path_ + std::string(key) + " " + what;
}

void Reader::read_name(const char* key, std::string_view text, std::string& value) {
  if (text.empty()) return fail(key, "is empty");
  read_text(key, text, value, kMaxNameBytes);
}

void Reader::read_name(const char* key, const Json& field, std::string& value) {
  if (!field.IsString()) return fail(key, "must be a string");
  read_name(key, text_of(field), value);
}

void Reader::read_text(const char* key, std::string_view text, std::string& value,
                       std::size_t max_bytes) {
  if (text.size() > max_bytes) {
    return fail(key, "is longer than " + std::to_string(max_bytes) + " bytes");
  }
  if (const char* problem = unfit(text)) return fail(key, problem);
  value = text;
}

void Reader::name(const char* key, std::string& value) {
  const auto* field = find(key);
  if (!field) return fail(key, "is missing");
  read_name(key, *field, value);
}

void Reader::name(const char* key, std::optional<std::string>& value) {
  if (const auto* field = find(key)) read_name(key, *field, value.emplace());
}

void Reader::text(const char* key, std::string& value, std::size_t max_bytes) {
  const auto* field = find(key);
  if (!field) return;
  if (!field->IsString()) return fail(key, "must be a string");
  read_text(key, text_of(*field), value, max_bytes);
}

void Reader::flag(const char* key, bool& value) {
  const auto* field = find(key);
  if (!field || !field->IsBool()) return fail(key, "must be true or false");
  value = field->GetBool();
}

void Reader::flag(const char* key, std::optional<bool>& value) {
  if (find(key)) flag(key, value.emplace());
}

void Reader::time(const char* key, Timestamp& value) {
  const auto* field = find(key);
  if (!field) return fail(key, "is missing");
  const auto parsed = field->IsString() ? parse_timestamp(text_of(*field)) : std::nullopt;
  if (!parsed) return fail(key, "must be a time like \"2026-01-01T00:00:00.000Z\"");
  value = *parsed;
}

void Reader::time(const char* key, std::optional<Timestamp>& value) {
  if (find(key)) time(key, value.emplace());
}

bool Reader::in_range(std::string_view key, const Json& field, Range range) {
  if (!field.IsNumber()) {
    fail(key, "must be a number");
    return false;
  }
  const double number = field.GetDouble();
  if (std::isfinite(number) && number >= range.min && number <= range.max) return true;
  const bool fraction = range.min == 0 && range.max == 1;
  fail(key,
       number_text(number) + " is outside " + number_text(range.min) + ".." +
           number_text(range.max) +
           (fraction && number > 1 && number <= 100 ? ": send a fraction, 0.81 for 81 %" : ""));
  return false;
}

void Reader::number(const char* key, double& value, Range range) {
  const auto* field = find(key);
  if (!field) return fail(key, "is missing");
  if (in_range(key, *field, range)) value = field->GetDouble();
}

void Reader::number(const char* key, std::optional<double>& value, Range range) {
  const auto* field = find(key);
  if (field && in_range(key, *field, range)) value = field->GetDouble();
}

void Reader::read_integer(const char* key, const Json& field, std::int64_t& value, Range range) {
  if (!in_range(key, field, range)) return;
  // JavaScript and Python peers write whole numbers as 3.0 now and then.
  const double number = field.GetDouble();
  if (std::floor(number) != number) return fail(key, "must be a whole number");
  value = field.IsInt64() ? field.GetInt64() : static_cast<std::int64_t>(number);
}

void Reader::integer(const char* key, std::int64_t& value, Range range) {
  const auto* field = find(key);
  if (!field) return fail(key, "is missing");
  read_integer(key, *field, value, range);
}

void Reader::integer(const char* key, std::optional<std::int64_t>& value, Range range) {
  if (const auto* field = find(key)) read_integer(key, *field, value.emplace(), range);
}

void Reader::read_names(const char* key, const Json& field, std::vector<std::string>& value) {
  if (!field.IsArray()) return fail(key, "must be an array of strings");
  if (field.Size() > kMaxListLength) {
    return fail(key, "holds more than " + std::to_string(kMaxListLength) + " names");
  }
  value.reserve(field.Size());
  for (const auto& element : field.GetArray()) read_name(key, element, value.emplace_back());
}

void Reader::names(const char* key, std::vector<std::string>& value) {
  if (const auto* field = find(key)) read_names(key, *field, value);
}

void Reader::required_names(const char* key, std::vector<std::string>& value) {
  if (!find(key)) return fail(key, "is missing");
  names(key, value);
}

void Reader::names(const char* key, std::optional<std::vector<std::string>>& value) {
  if (const auto* field = find(key)) read_names(key, *field, value.emplace());
}

void Reader::metrics(const char* key, std::map<std::string, double>& value) {
  const auto* field = find(key);
  if (!field) return;
  if (!field->IsObject()) return fail(key, "must be an object of numbers");
  if (field->MemberCount() > kMaxMetrics) {
    return fail(key, "holds more than " + std::to_string(kMaxMetrics) + " metrics");
  }
  for (const auto& [metric, number] : field->GetObject()) {
    if (number.IsNull()) continue;
    std::string name;
    read_name(key, metric, name);
    const bool is_accuracy = name == "accuracy";
    const Range range = is_accuracy ? Range{0, 1} : Range{-1e300, 1e300};
    if (in_range(is_accuracy ? name : std::string(key) + "." + name, number, range)) {
      value[std::move(name)] = number.GetDouble();
    }
  }
}

}  // namespace fedwatt::protocol
