#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "transport/messages.h"

// Messages over TCP on this machine (127.0.0.1). A frame is the length of its body, 32 bits, and
// the body. Errors are half sentences for "NAME " in front: "has gone", "sent …".

namespace fashion {

// An open descriptor, closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int descriptor = -1) : descriptor_(descriptor) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;

  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

// What a connection carried, both ways together with the frames' lengths.
struct Traffic {
  std::int64_t bytes_sent = 0;
  std::int64_t bytes_received = 0;
};

// One end of a connection. For one thread. After an error it is of no more use.
class Connection {
 public:
  explicit Connection(Descriptor socket) : socket_(std::move(socket)) {}

  // Connects to a coordinator on this machine.
  static tl::expected<Connection, std::string> to(std::uint16_t port);

  // From now on a send or receive that makes no progress for `timeout` fails. Without this they
  // wait for ever.
  void set_timeout(std::chrono::milliseconds timeout);

  // Blocks until the whole message is with the system.
  tl::expected<void, std::string> send(const Message& message);

  // Blocks until a whole message is there. A frame longer than kMaxBody is an error, and is not
  // waited for.
  tl::expected<Message, std::string> receive();

  const Traffic& traffic() const { return traffic_; }
  int descriptor() const { return socket_.get(); }

  static constexpr std::uint32_t kMaxBody = 16U << 20;

 private:
  tl::expected<void, std::string> receive_exactly(void* data, std::size_t size);

  Descriptor socket_;
  Traffic traffic_;
};

// Where workers knock.
class Listener {
 public:
  // On a port of 127.0.0.1; 0 lets the system choose one.
  static tl::expected<Listener, std::string> on(std::uint16_t port);

  std::uint16_t port() const { return port_; }

  // The next worker, or nothing if none came in `timeout`.
  std::optional<Connection> accept(std::chrono::milliseconds timeout);

 private:
  Listener(Descriptor socket, std::uint16_t port) : socket_(std::move(socket)), port_(port) {}

  Descriptor socket_;
  std::uint16_t port_;
};

// Those of `descriptors` that can be read without waiting, as positions in it; waits at most
// `timeout` for the first. A peer that went away counts as readable.
std::vector<std::size_t> wait_readable(const std::vector<int>& descriptors,
                                       std::chrono::milliseconds timeout);

}  // namespace fashion
