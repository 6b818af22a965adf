#include "reader.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace fedwatt::protocol {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxMetrics = 64;

// Control characters (C0, DEL, and C1 as UTF-8) have no business in a name or a reason: they would
// reach terminals, logs and CSV files.
bool has_control_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string number_text(double value) {
  std::array<char, 32> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), result.ptr};
}

const json* Reader::find(const char* key) const {
  const auto field = object_.find(key);
  return field == object_.end() || field->is_null() ? nullptr : &*field;
}

std::optional<std::string> Reader::string_of(const json& field) {
  if (!field.is_string()) return std::nullopt;
  return field.get<std::string>();
}

void Reader::fail(const std::string& key, const std::string& what) {
  if (problem_.empty()) problem_ = path_ + key + " " + what;
}

void Reader::read_name(const char* key, const json& field, std::string& value) {
  const auto text = string_of(field);
  if (!text) return fail(key, "must be a string");
  if (text->empty()) return fail(key, "is empty");
  if (text->size() > kMaxNameBytes) {
    return fail(key, "is longer than " + std::to_string(kMaxNameBytes) + " bytes");
  }
  if (has_control_character(*text)) return fail(key, "holds a control character");
  value = *text;
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
  const auto text = string_of(*field);
  if (!text) return fail(key, "must be a string");
  if (text->size() > max_bytes) {
    return fail(key, "is longer than " + std::to_string(max_bytes) + " bytes");
  }
  if (has_control_character(*text)) return fail(key, "holds a control character");
  value = *text;
}

void Reader::flag(const char* key, bool& value) {
  const auto* field = find(key);
  if (!field || !field->is_boolean()) return fail(key, "must be true or false");
  value = field->get<bool>();
}

void Reader::flag(const char* key, std::optional<bool>& value) {
  if (find(key)) flag(key, value.emplace());
}

void Reader::time(const char* key, Timestamp& value) {
  const auto* field = find(key);
  if (!field) return fail(key, "is missing");
  const auto text = string_of(*field);
  const auto parsed = text ? parse_timestamp(*text) : std::nullopt;
  if (!parsed) return fail(key, "must be a time like \"2026-01-01T00:00:00.000Z\"");
  value = *parsed;
}

void Reader::time(const char* key, std::optional<Timestamp>& value) {
  if (find(key)) time(key, value.emplace());
}

bool Reader::in_range(const std::string& key, const json& field, Range range) {
  if (!field.is_number()) {
    fail(key, "must be a number");
    return false;
  }
  const double number = field.get<double>();
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
  if (in_range(key, *field, range)) value = field->get<double>();
}

void Reader::number(const char* key, std::optional<double>& value, Range range) {
  const auto* field = find(key);
  if (field && in_range(key, *field, range)) value = field->get<double>();
}

void Reader::integer(const char* key, std::int64_t& value, Range range) {
  const auto* field = find(key);
  if (!field) return fail(key, "is missing");
  if (!in_range(key, *field, range)) return;
  // JavaScript and Python peers write whole numbers as 3.0 now and then.
  if (field->is_number_float() && std::floor(field->get<double>()) != field->get<double>()) {
    return fail(key, "must be a whole number");
  }
  value = field->get<std::int64_t>();
}

void Reader::integer(const char* key, std::optional<std::int64_t>& value, Range range) {
  if (find(key)) integer(key, value.emplace(), range);
}

void Reader::read_names(const char* key, const json& field, std::vector<std::string>& value) {
  if (!field.is_array()) return fail(key, "must be an array of strings");
  if (field.size() > kMaxListLength) {
    return fail(key, "holds more than " + std::to_string(kMaxListLength) + " names");
  }
  for (const auto& element : field) read_name(key, element, value.emplace_back());
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
  if (!field->is_object()) return fail(key, "must be an object of numbers");
  if (field->size() > kMaxMetrics) {
    return fail(key, "holds more than " + std::to_string(kMaxMetrics) + " metrics");
  }
  for (const auto& [metric, number] : field->items()) {
    if (number.is_null()) continue;
    std::string name;
    read_name(key, json(metric), name);
    const bool is_accuracy = metric == "accuracy";
    const Range range = is_accuracy ? Range{0, 1} : Range{-1e300, 1e300};
    if (in_range(is_accuracy ? metric : std::string(key) + "." + metric, number, range)) {
      value[metric] = number.get<double>();
    }
  }
}

}  // namespace fedwatt::protocol
