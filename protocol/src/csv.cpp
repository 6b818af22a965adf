#include "fedwatt/protocol/csv.h"

#include <array>
#include <charconv>

namespace fedwatt::protocol {
namespace {

template <class Number>
std::string digits_of(Number value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

}  // namespace

std::string csv_field(std::string_view text) {
  const bool formula =
      !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != text.npos;
  std::string field = formula ? "'" : "";
  if (text.find_first_of(",\"\r\n") == text.npos) return field.append(text);
  field.insert(0, 1, '"');
  for (const char c : text) field.append(c == '"' ? 2 : 1, c);
  return field += '"';
}

std::string csv_field(double value) { return digits_of(value); }
std::string csv_field(std::int64_t value) { return digits_of(value); }

}  // namespace fedwatt::protocol
