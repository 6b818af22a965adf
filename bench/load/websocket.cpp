#include "websocket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

namespace fedwatt::bench {
namespace {

constexpr std::uint8_t kFinal = 0x80;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::uint8_t kTextOpcode = 0x1;
constexpr std::uint8_t kCloseOpcode = 0x8;
constexpr std::uint8_t kPingOpcode = 0x9;
constexpr std::uint8_t kPongOpcode = 0xa;
constexpr std::size_t kReadBytes = 256 * 1024;
constexpr int kPatienceS = 60;  // for an answer while reading blocks

[[noreturn]] void fail(const char* what) {
  throw std::runtime_error(std::string(what) + ": " +
                           std::system_category().message(errno));  // NOLINT(concurrency-*)
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char each : bytes) value = value << 8 | static_cast<std::uint8_t>(each);
  return value;
}

void append_big_endian(std::string& bytes, std::uint64_t value, int count) {
  while (count-- > 0) bytes += static_cast<char>(value >> (8 * count));
}

}  // namespace

WebSocket::WebSocket(const std::string& address, std::uint16_t port, const std::string& path)
    : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (descriptor_ < 0) fail("no socket");
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_port = htons(port);
  if (::inet_pton(AF_INET, address.c_str(), &server.sin_addr) != 1) {
    throw std::runtime_error(address + " is not an IPv4 address");
  }
  const timeval patience{kPatienceS, 0};
  const int yes = 1;
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0) {
    fail("cannot connect");
  }
  unsent_ = "GET " + path + " HTTP/1.1\r\nHost: " + address +
            "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  flush();
  std::array<char, 4096> bytes{};
  while (unread_.find("\r\n\r\n") == std::string::npos) {
    const auto count = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
    if (count <= 0) fail("no answer to the handshake");
    unread_.append(bytes.data(), static_cast<std::size_t>(count));
  }
  if (unread_.compare(0, 12, "HTTP/1.1 101") != 0) {
    throw std::runtime_error("the server refuses: " + unread_.substr(0, unread_.find('\r')));
  }
  unread_.erase(0, unread_.find("\r\n\r\n") + 4);
}

WebSocket::~WebSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

WebSocket::WebSocket(WebSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      unread_(std::move(other.unread_)),
      unsent_(std::move(other.unsent_)) {}

void WebSocket::set_nonblocking() {
  if (::fcntl(descriptor_, F_SETFL, O_NONBLOCK) != 0) fail("fcntl");
}

void WebSocket::send(std::string_view text) { send_frame(kTextOpcode, text); }

void WebSocket::send_frame(std::uint8_t opcode, std::string_view payload) {
  // RFC 6455 wants a key that nobody can guess, for the sake of proxies; there is none here.
  static constexpr std::array<char, 4> kKey = {'\x37', '\xfa', '\x21', '\x3d'};
  unsent_ += static_cast<char>(kFinal | opcode);
  if (payload.size() < 126) {
    unsent_ += static_cast<char>(kMasked | payload.size());
  } else if (payload.size() < 65536) {
    unsent_ += static_cast<char>(kMasked | 126);
    append_big_endian(unsent_, payload.size(), 2);
  } else {
    unsent_ += static_cast<char>(kMasked | 127);
    append_big_endian(unsent_, payload.size(), 8);
  }
  unsent_.append(kKey.data(), kKey.size());
  const std::size_t start = unsent_.size();
  unsent_ += payload;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    unsent_[start + i] = static_cast<char>(unsent_[start + i] ^ kKey[i % 4]);
  }
  flush();
}

bool WebSocket::flush() {
  while (!unsent_.empty()) {
    const auto count = ::send(descriptor_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
    if (count < 0) fail("the server is gone");
    unsent_.erase(0, static_cast<std::size_t>(count));
  }
  return true;
}

std::size_t WebSocket::receive(const OnText& on_text) {
  static std::vector<char> bytes(kReadBytes);
  // What came with the handshake: reading more might block.
  if (const std::size_t taken = consume(unread_, on_text); taken > 0) {
    unread_.erase(0, taken);
    return taken;
  }
  const auto count = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
  if (count == 0) throw std::runtime_error("the server has closed a connection");
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return 0;
  if (count < 0) fail("cannot read");
  const std::string_view fresh(bytes.data(), static_cast<std::size_t>(count));
  if (unread_.empty()) {
    unread_ = fresh.substr(consume(fresh, on_text));
  } else {
    unread_ += fresh;
    unread_.erase(0, consume(unread_, on_text));
  }
  return fresh.size();
}

std::size_t WebSocket::consume(std::string_view bytes, const OnText& on_text) {
  std::size_t taken = 0;
  while (true) {
    const std::string_view rest = bytes.substr(taken);
    if (rest.size() < 2) return taken;
    const std::uint8_t length_code = static_cast<std::uint8_t>(rest[1]) & 0x7f;
    const std::size_t length_bytes = length_code == 126 ? 2 : length_code == 127 ? 8 : 0;
    if (rest.size() < 2 + length_bytes) return taken;
    const std::size_t length =
        length_bytes ? big_endian(rest.substr(2, length_bytes)) : length_code;
    const std::size_t header = 2 + length_bytes;
    if (rest.size() - header < length) return taken;
    taken += header + length;
    const std::string_view payload = rest.substr(header, length);
    const auto first = static_cast<std::uint8_t>(rest[0]);
    if (first == (kFinal | kTextOpcode)) {
      on_text(payload);
    } else if (first == (kFinal | kPingOpcode)) {
      send_frame(kPongOpcode, payload);
    } else if (first == (kFinal | kCloseOpcode)) {
      const auto code = payload.size() < 2 ? 1005 : big_endian(payload.substr(0, 2));
      throw std::runtime_error("the server closes a connection with " + std::to_string(code) + " " +
                               std::string(payload.substr(std::min<std::size_t>(2, length))));
    } else if (first != (kFinal | kPongOpcode)) {
      throw std::runtime_error("the server sends frames of a kind that this generator cannot read");
    }
  }
}

}  // namespace fedwatt::bench
