#pragma once

#include <asio/ip/address.hpp>
#include <asio/ip/network_v4.hpp>
#include <asio/ip/network_v6.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace fedwatt::net {

// An address of IPv4 in its own form, also where it came in that of IPv6.
asio::ip::address plain_address(const asio::ip::address& given);

// The proxies whose word is taken for whom they speak for.
//
// X-Forwarded-For is a list to which every proxy adds, at its end, whom it was asked by. So it is
// read from the end, as long as who added an address is trusted; what stands before may be anything
// that somebody made up.
class Forwarding {
 public:
  // Each "ADDRESS" or "ADDRESS/BITS". Throws std::invalid_argument with what is wrong.
  explicit Forwarding(const std::vector<std::string>& trusted);

  bool trusts(const asio::ip::address& host) const;

  // Who asks by a connection from `peer` with this X-Forwarded-For (empty: none).
  asio::ip::address client_of(const asio::ip::address& peer, std::string_view forwarded_for) const;

 private:
  std::vector<asio::ip::network_v4> v4_;
  std::vector<asio::ip::network_v6> v6_;
};

}  // namespace fedwatt::net
