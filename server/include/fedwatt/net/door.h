#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fedwatt::net {

// Whom the hub lets speak to it, before anybody looks at tokens.
struct DoorRules {
  std::vector<std::string> trusted_proxies{};  // "10.0.0.0/8": their X-Forwarded-For is believed
  std::vector<std::string> allowed_origins{};  // "https://dashboard.example": pages of browsers
  // A hub that anybody may speak to who reaches it is asked for by an address or by a name that no
  // web page can have.
  bool by_address_only = false;
  // Of one address (of IPv6: one /64) that is neither this machine's nor a trusted proxy's;
  // handshakes and HTTP requests together.
  std::uint64_t most_connections_per_address = 5'000;
  double requests_per_s_per_address = 500;
};

// What is wrong with the rules, in one sentence without its beginning; empty: nothing.
std::string problem_with(const DoorRules& rules);

// Whether another machine may reach who listens on this IP address. False for what is none.
bool reachable_from_elsewhere(const std::string& listen_address);

}  // namespace fedwatt::net
