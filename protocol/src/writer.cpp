#include "writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace fedwatt::protocol {
namespace {

bool needs_no_escape(char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

template <class T>
void append_digits(std::string& json, T value) {
  std::array<char, 32> digits{};
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  json.append(digits.data(), result.ptr);
}

}  // namespace

void append_string(std::string& json, std::string_view text) {
  if (std::all_of(text.begin(), text.end(), needs_no_escape)) {
    json += '"';
    json += text;
    json += '"';
    return;
  }
  constexpr auto kReplace = nlohmann::json::error_handler_t::replace;
  json += nlohmann::json(text).dump(-1, ' ', false, kReplace);
}

void append_number(std::string& json, double value) {
  if (std::isfinite(value)) {
    append_digits(json, value);
  } else {
    json += "null";
  }
}

void append_number(std::string& json, std::int64_t value) { append_digits(json, value); }

}  // namespace fedwatt::protocol
