#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fedwatt::link {

struct HubUrl {
  std::string host;  // a name or an address; an IPv6 address without its brackets
  std::uint16_t port = 80;
  bool secure = false;  // wss://

  // "host:port", an IPv6 address in brackets.
  std::string authority() const;
};

// Reads "ws://host[:port]" or "wss://host[:port]", with or without a slash at its end. Throws
// std::invalid_argument with a sentence for people if `url` is anything else.
HubUrl parse_hub_url(std::string_view url);

// Whether `text` can be a token, or is empty: visible ASCII, at most 1,000 bytes. Anything else
// could end the header that it is put into.
bool is_token(std::string_view text);

}  // namespace fedwatt::link
