#include "net/forwarding.h"

#include <optional>
#include <stdexcept>

#include "fedwatt/protocol/number_in.h"

namespace fedwatt::net {
namespace {

using asio::ip::address;

std::optional<address> address_in(std::string_view text) {
  asio::error_code error;
  const auto parsed = asio::ip::make_address(std::string(text), error);
  if (error) return std::nullopt;
  return plain_address(parsed);
}

// "203.0.113.7", "203.0.113.7:4711", "2001:db8::7", "[2001:db8::7]", "[2001:db8::7]:4711".
std::optional<address> forwarded_address(std::string_view entry) {
  if (!entry.empty() && entry.front() == '[') {
    const auto end = entry.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    return address_in(entry.substr(1, end - 1));
  }
  const auto colon = entry.find(':');
  if (colon != std::string_view::npos && entry.find(':', colon + 1) == std::string_view::npos) {
    entry = entry.substr(0, colon);
  }
  return address_in(entry);
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

address plain_address(const address& given) {
  if (!given.is_v6() || !given.to_v6().is_v4_mapped()) return given;
  return asio::ip::make_address_v4(asio::ip::v4_mapped, given.to_v6());
}

Forwarding::Forwarding(const std::vector<std::string>& trusted) {
  for (const auto& text : trusted) {
    const auto slash = text.find('/');
    const auto host = address_in(std::string_view(text).substr(0, slash));
    const int most = host && host->is_v6() ? 128 : 32;
    std::optional<int> bits = most;
    if (slash != std::string::npos) {
      bits = protocol::number_in<int>(std::string_view(text).substr(slash + 1));
    }
    if (!host || !bits || *bits < 0 || *bits > most) {
      throw std::invalid_argument(text + " is no ADDRESS or ADDRESS/BITS, for example 10.0.0.0/8");
    }
    if (host->is_v6()) {
      v6_.push_back(asio::ip::make_network_v6(host->to_v6(), static_cast<unsigned short>(*bits)));
    } else {
      v4_.push_back(asio::ip::make_network_v4(host->to_v4(), static_cast<unsigned short>(*bits)));
    }
  }
}

bool Forwarding::trusts(const address& host) const {
  const auto holds = [](const auto& networks, const auto& one) {
    for (const auto& network : networks) {
      const auto bits = network.prefix_length();
      const auto around = typename std::decay_t<decltype(network)>(one, bits);
      if (around.canonical() == network.canonical()) return true;
    }
    return false;
  };
  return host.is_v6() ? holds(v6_, host.to_v6()) : holds(v4_, host.to_v4());
}

address Forwarding::client_of(const address& peer, std::string_view forwarded_for) const {
  address client = plain_address(peer);
  while (trusts(client) && !trimmed(forwarded_for).empty()) {
    const auto comma = forwarded_for.rfind(',');
    const auto last =
        comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1);
    const auto next = forwarded_address(trimmed(last));
    if (!next) break;  // "unknown": the nearest that we know of it is the proxy
    client = *next;
    forwarded_for =
        comma == std::string_view::npos ? std::string_view{} : forwarded_for.substr(0, comma);
  }
  return client;
}

}  // namespace fedwatt::net
