#include "net/door.h"

#include <stdexcept>

namespace fedwatt::net {
namespace {

// So many more connections than an address may have are told so, before they are ended untold.
constexpr std::uint64_t kToldOfCrowding = 100;

// One person may have all addresses of an IPv6 /64.
std::string key_of(const asio::ip::address& address) {
  if (!address.is_v6()) return address.to_string();
  return asio::ip::make_network_v6(address.to_v6(), 64).canonical().to_string();
}

}  // namespace

std::string problem_with(const DoorRules& rules) {
  try {
    const Door tried(rules);
    return {};
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

bool reachable_from_elsewhere(const std::string& listen_address) {
  asio::error_code error;
  const auto address = asio::ip::make_address(listen_address, error);
  return !error && !plain_address(address).is_loopback();
}

// What it says is ours, but for an address: nothing in it needs an escape.
HttpResponse answer_to(const Refusal& refusal) {
  HttpResponse answer{
      refusal.status, "application/json",
      R"({"error":{"code":")" + refusal.reason + R"(","message":")" + refusal.message + "\"}}\n"};
  if (refusal.status == 429) answer.headers.emplace_back("Retry-After", "1");
  return answer;
}

Door::Door(const DoorRules& rules)
    : forwarding_(rules.trusted_proxies),
      origins_(rules.allowed_origins, rules.by_address_only),
      limits_(rules.most_connections_per_address, rules.requests_per_s_per_address) {}

bool Door::is_limited(const asio::ip::address& client) const {
  return !client.is_loopback() && !forwarding_.trusts(client);
}

asio::ip::address Door::client_of(const asio::ip::address& peer, const Header& header) const {
  return forwarding_.client_of(peer, header("X-Forwarded-For"));
}

bool Door::slams(const asio::ip::address& peer, Time now) {
  const auto address = plain_address(peer);
  if (!is_limited(address)) return false;
  const auto key = key_of(address);
  if (limits_.crowded(key, kToldOfCrowding)) {
    count("address_connections");
    return true;
  }
  if (limits_.exhausted(key, now)) {
    count("address_rate");
    return true;
  }
  return false;
}

AddressLimits::PlacePtr Door::enter(const asio::ip::address& client) {
  const auto address = plain_address(client);
  return is_limited(address) ? limits_.enter(key_of(address)) : nullptr;
}

std::optional<Refusal> Door::refuses(const asio::ip::address& client, const Header& header,
                                     Time now) {
  auto refused = refusal(client, header, now);
  if (refused) count(refused->reason);
  return refused;
}

std::optional<Refusal> Door::refusal(const asio::ip::address& client, const Header& header,
                                     Time now) {
  const auto key = key_of(client);
  if (is_limited(client)) {
    if (!limits_.ask(key, now)) {
      return Refusal{429, "address_rate",
                     "too many handshakes and requests from " + key +
                         "; wait a moment, or raise the hub's --max-requests-per-address"};
    }
    if (limits_.crowded(key)) {
      return Refusal{429, "address_connections",
                     "too many connections from " + key +
                         "; close some, or raise the hub's --max-connections-per-address"};
    }
  }
  const auto host = header("Host");
  if (!origins_.allows_host(host)) {
    return Refusal{403, "foreign_host",
                   "this hub has no tokens, and is asked for by its address; start it with "
                   "--allow-origin http://NAME for another name"};
  }
  if (!origins_.allows_origin(header("Origin"), host)) {
    return Refusal{403, "foreign_origin",
                   "web pages from elsewhere may not speak to this hub; start it with "
                   "--allow-origin to let them"};
  }
  return std::nullopt;
}

}  // namespace fedwatt::net
