#pragma once

#include <asio/ip/address.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "fedwatt/net/door.h"
#include "fedwatt/net/peers.h"
#include "net/address_limits.h"
#include "net/forwarding.h"
#include "net/origins.h"

namespace fedwatt::net {

// The answer to who may not come in. `reason` is its code, in the answer and in what is counted.
struct Refusal {
  int status = 0;
  std::string reason;
  std::string message;
};
HttpResponse answer_to(const Refusal& refusal);

// Applies the rules to connections, and then to what is asked on them. For the I/O thread.
class Door {
 public:
  using Header = std::function<std::string(const char* name)>;
  using Time = AddressLimits::Time;

  // Throws std::invalid_argument where problem_with() the rules says something.
  explicit Door(const DoorRules& rules);

  // Who asks on a connection from `peer`.
  asio::ip::address client_of(const asio::ip::address& peer, const Header& header) const;

  // At a connection's first moment: whether it is to be ended at once. Nothing could be told to it
  // yet, so this is only for who was told before, and comes all the same.
  bool slams(const asio::ip::address& peer, Time now);
  // From then on it counts as one of that address. A proxy's count only as their clients'.
  AddressLimits::PlacePtr enter(const asio::ip::address& client);

  // A handshake or a request.
  std::optional<Refusal> refuses(const asio::ip::address& client, const Header& header, Time now);

  void tick(Time now) { limits_.forget_idle(now); }

  // By reason.
  const std::map<std::string, std::uint64_t>& refused() const { return refused_; }
  void count(const std::string& reason) { ++refused_[reason]; }

 private:
  // Not those who speak for many, nor this machine's own: a proxy on it may be one that nobody
  // named.
  bool is_limited(const asio::ip::address& client) const;
  std::optional<Refusal> refusal(const asio::ip::address& client, const Header& header, Time now);

  Forwarding forwarding_;
  Origins origins_;
  AddressLimits limits_;
  std::map<std::string, std::uint64_t> refused_;
};

}  // namespace fedwatt::net
