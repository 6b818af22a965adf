#include "transport/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace fashion {
namespace {

std::string last_error() { return std::generic_category().message(errno); }

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

const sockaddr* generic(const sockaddr_in* address) {
  return reinterpret_cast<const sockaddr*>(address);
}

Descriptor tcp_socket() { return Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

void send_at_once(int descriptor) {
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

std::string broken() {
  if (errno == EAGAIN || errno == EWOULDBLOCK) return "does not answer";
  return "has gone (" + last_error() + ")";
}

// What poll takes: no negative value, which would wait for ever, and none beyond an int.
int poll_timeout(std::chrono::milliseconds timeout) {
  return static_cast<int>(std::clamp<std::int64_t>(timeout.count(), 0, 1'000'000'000));
}

}  // namespace

Descriptor::~Descriptor() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Descriptor::Descriptor(Descriptor&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

tl::expected<Connection, std::string> Connection::to(std::uint16_t port) {
  Descriptor socket = tcp_socket();
  const sockaddr_in address = loopback(port);
  if (::connect(socket.get(), generic(&address), sizeof address) != 0) {
    return tl::unexpected("cannot be reached on 127.0.0.1:" + std::to_string(port) + " (" +
                          last_error() + ")");
  }
  send_at_once(socket.get());
  return Connection(std::move(socket));
}

void Connection::set_timeout(std::chrono::milliseconds timeout) {
  timeval value{};
  value.tv_sec = timeout.count() / 1000;
  value.tv_usec = timeout.count() % 1000 * 1000;
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value);
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &value, sizeof value);
}

tl::expected<void, std::string> Connection::send(const Message& message) {
  const std::vector<std::uint8_t> body = encode(message);
  const auto length = static_cast<std::uint32_t>(body.size());
  std::vector<std::uint8_t> frame(sizeof length + body.size());
  std::memcpy(frame.data(), &length, sizeof length);
  std::copy(body.begin(), body.end(), frame.begin() + sizeof length);
  for (std::size_t sent = 0; sent < frame.size();) {
    const ssize_t count =
        ::send(socket_.get(), frame.data() + sent, frame.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return tl::unexpected(broken());
    sent += static_cast<std::size_t>(count);
  }
  traffic_.bytes_sent += static_cast<std::int64_t>(frame.size());
  return {};
}

tl::expected<void, std::string> Connection::receive_exactly(void* data, std::size_t size) {
  auto* const bytes = static_cast<std::uint8_t*>(data);
  for (std::size_t received = 0; received < size;) {
    const ssize_t count = ::recv(socket_.get(), bytes + received, size - received, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return tl::unexpected(broken());
    if (count == 0) return tl::unexpected<std::string>("has gone");
    received += static_cast<std::size_t>(count);
  }
  traffic_.bytes_received += static_cast<std::int64_t>(size);
  return {};
}

tl::expected<Message, std::string> Connection::receive() {
  std::uint32_t length = 0;
  if (auto done = receive_exactly(&length, sizeof length); !done) {
    return tl::unexpected(std::move(done.error()));
  }
  if (length > kMaxBody) {
    return tl::unexpected("sent a frame of " + std::to_string(length) + " bytes, more than the " +
                          std::to_string(kMaxBody) + " that are allowed");
  }
  std::vector<std::uint8_t> body(length);
  if (auto done = receive_exactly(body.data(), body.size()); !done) {
    return tl::unexpected(std::move(done.error()));
  }
  return decode(body).map_error([](const std::string& error) { return "sent " + error; });
}

tl::expected<Listener, std::string> Listener::on(std::uint16_t port) {
  Descriptor socket = tcp_socket();
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address = loopback(port);
  socklen_t size = sizeof address;
  if (::bind(socket.get(), generic(&address), size) != 0 ||
      ::listen(socket.get(), SOMAXCONN) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return tl::unexpected("cannot listen on 127.0.0.1:" + std::to_string(port) + " (" +
                          last_error() + ")");
  }
  return Listener(std::move(socket), ntohs(address.sin_port));
}

std::optional<Connection> Listener::accept(std::chrono::milliseconds timeout) {
  if (wait_readable({socket_.get()}, timeout).empty()) return std::nullopt;
  Descriptor socket(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (socket.get() < 0) return std::nullopt;
  send_at_once(socket.get());
  return Connection(std::move(socket));
}

std::vector<std::size_t> wait_readable(const std::vector<int>& descriptors,
                                       std::chrono::milliseconds timeout) {
  std::vector<pollfd> polled;
  polled.reserve(descriptors.size());
  for (const int descriptor : descriptors) polled.push_back({descriptor, POLLIN, 0});
  std::vector<std::size_t> readable;
  if (::poll(polled.data(), polled.size(), poll_timeout(timeout)) <= 0) return readable;
  for (std::size_t i = 0; i < polled.size(); ++i) {
    if (polled[i].revents != 0) readable.push_back(i);
  }
  return readable;
}

}  // namespace fashion
