#include "link/hub_url.h"

#include <algorithm>
#include <stdexcept>

#include "fedwatt/protocol/number_in.h"

namespace fedwatt::link {
namespace {

constexpr std::string_view kScheme = "ws://";
constexpr std::string_view kSecureScheme = "wss://";

[[noreturn]] void refuse(std::string_view url, const std::string& why) {
  throw std::invalid_argument("the hub's address \"" + std::string(url) + "\" " + why +
                              "; give one like ws://127.0.0.1:3000");
}

std::uint16_t parse_port(std::string_view url, std::string_view digits) {
  const auto port = protocol::number_in<std::uint16_t>(digits);
  if (!port || *port == 0) refuse(url, "has a port that is no number from 1 to 65535");
  return *port;
}

bool all_of(std::string_view text, std::string_view extra) {
  for (const char c : text) {
    const bool alphanumeric =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!alphanumeric && extra.find(c) == std::string_view::npos) return false;
  }
  return !text.empty();
}

}  // namespace

std::string HubUrl::authority() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

HubUrl parse_hub_url(std::string_view url) {
  HubUrl parsed;
  parsed.secure = url.substr(0, kSecureScheme.size()) == kSecureScheme;
  if (parsed.secure) parsed.port = 443;
  const auto scheme = parsed.secure ? kSecureScheme : kScheme;
  if (url.substr(0, scheme.size()) != scheme) refuse(url, "begins with neither ws:// nor wss://");
  std::string_view authority = url.substr(scheme.size());
  if (!authority.empty() && authority.back() == '/') authority.remove_suffix(1);

  std::string_view after_host;
  if (!authority.empty() && authority.front() == '[') {
    const auto bracket = authority.find(']');
    if (bracket == std::string_view::npos) refuse(url, "opens a bracket and does not close it");
    parsed.host = authority.substr(1, bracket - 1);
    after_host = authority.substr(bracket + 1);
    if (!all_of(parsed.host, ":.%")) refuse(url, "has no IPv6 address between its brackets");
  } else {
    const auto colon = authority.find(':');
    parsed.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) after_host = authority.substr(colon);
    if (!all_of(parsed.host, "-._")) refuse(url, "names no host");
  }
  if (!after_host.empty()) {
    if (after_host.front() != ':') refuse(url, "has something other than a port after its host");
    parsed.port = parse_port(url, after_host.substr(1));
  }
  return parsed;
}

bool is_token(std::string_view text) {
  constexpr std::size_t kMaxTokenBytes = 1'000;
  return text.size() <= kMaxTokenBytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace fedwatt::link
