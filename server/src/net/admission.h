#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

namespace fedwatt::net {

// Raises the process's limit of descriptors as far as is allowed; returns what it is then.
std::uint64_t raise_descriptor_limit();

// Decides who gets in. A connection is a stranger from its first byte until it is settled, which a
// WebSocket is after its handshake and an HTTP request never. Strangers may be slow on purpose, so
// there is room for few of them, and where it runs out the one who has been there longest goes.
//
// For one thread. C++17, as websocketpp is.
class Admission {
 public:
  class Ticket;
  using TicketPtr = std::shared_ptr<Ticket>;

  // `most_sockets` is of strangers and settled together.
  Admission(std::uint64_t most_sockets, std::uint64_t most_strangers);

  // A ticket, to be held for as long as the connection is there; null: there is no room for it.
  // `end` shuts the connection at once, and is called at most once, while the ticket is held.
  TicketPtr admit(std::function<void()> end);

 private:
  struct Crowd {
    std::uint64_t sockets = 0;
    std::uint64_t last_number = 0;
    std::map<std::uint64_t, std::function<void()>> strangers;  // by age
  };

  std::uint64_t most_sockets_;
  std::uint64_t most_strangers_;
  std::shared_ptr<Crowd> crowd_ = std::make_shared<Crowd>();  // tickets may outlive us
};

class Admission::Ticket {
 public:
  Ticket(std::shared_ptr<Crowd> crowd, std::function<void()> end);
  ~Ticket();
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  // No stranger any more: it goes when it wants to.
  void settle();

 private:
  std::shared_ptr<Crowd> crowd_;
  std::uint64_t number_;
};

}  // namespace fedwatt::net
