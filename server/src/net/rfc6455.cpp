#include "net/rfc6455.h"

#include <algorithm>

namespace fedwatt::net {

bool is_handshake_key(std::string_view key) {
  const auto in_alphabet = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  };
  return key.size() == 24 && key.substr(22) == "==" &&
         std::all_of(key.begin(), key.begin() + 22, in_alphabet);
}

bool ends_inside_character(std::string_view text) {
  for (std::size_t from_end = 1; from_end <= std::min<std::size_t>(3, text.size()); ++from_end) {
    const auto byte = static_cast<unsigned char>(text[text.size() - from_end]);
    if ((byte & 0xC0U) == 0x80) continue;
    const std::size_t needed = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    return needed > from_end;
  }
  return false;
}

}  // namespace fedwatt::net
