#include "net/origins.h"

#include <algorithm>
#include <asio/ip/address.hpp>
#include <stdexcept>
#include <utility>

namespace fedwatt::net {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

// What stands behind "http://" or "https://"; empty if neither is there.
std::string_view authority_of(std::string_view origin) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.substr(0, scheme.size()) == scheme) return origin.substr(scheme.size());
  }
  return {};
}

std::string_view without_port(std::string_view host) {
  if (!host.empty() && host.front() == '[') {
    const auto end = host.find(']');
    return end == std::string_view::npos ? host : host.substr(1, end - 1);
  }
  return host.substr(0, host.find(':'));
}

bool is_address_or_localhost(std::string_view host) {
  asio::error_code error;
  asio::ip::make_address(std::string(host), error);
  return !error || host == "localhost";
}

}  // namespace

Origins::Origins(std::vector<std::string> allowed, bool by_address_only)
    : allowed_(std::move(allowed)), by_address_only_(by_address_only) {
  for (auto& origin : allowed_) {
    const auto authority = authority_of(origin);
    if (authority.empty() || authority.find('/') != std::string_view::npos) {
      throw std::invalid_argument(origin +
                                  " is no origin like https://dashboard.example, without a path");
    }
    origin = lower(origin);
  }
}

// The hub's own is whatever it was asked by, where no other page can have that name.
bool Origins::allows_origin(std::string_view origin, std::string_view host) const {
  if (origin.empty()) return true;
  const auto wanted = lower(origin);
  if (std::find(allowed_.begin(), allowed_.end(), wanted) != allowed_.end()) return true;
  const auto authority = authority_of(wanted);
  return !authority.empty() && authority == lower(host) &&
         is_address_or_localhost(without_port(authority));
}

bool Origins::allows_host(std::string_view host) const {
  if (!by_address_only_) return true;
  const auto asked = lower(host);
  const auto name = without_port(asked);
  if (is_address_or_localhost(name) || name.find('.') == std::string_view::npos) return true;
  return std::any_of(allowed_.begin(), allowed_.end(), [&](const auto& origin) {
    return without_port(authority_of(origin)) == name;
  });
}

}  // namespace fedwatt::net
