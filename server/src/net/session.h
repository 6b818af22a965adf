#pragma once

#include <netinet/tcp.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "fedwatt/net/peers.h"
#include "net/address_limits.h"
#include "net/websocketpp_server.h"

// An open WebSocket as the hub keeps it, and what it sends.

namespace fedwatt::net {

// What a connection may have unread before it counts as behind. A message costs more than its
// text: without that, a million small ones would count as little.
inline constexpr std::size_t kBehindBytes = 1024 * 1024;
inline constexpr std::size_t kMessageBytes = 512;
// The kernel may hold this much more that is unsent; left alone it takes megabytes.
inline constexpr int kKernelBytes = 128 * 1024;
inline constexpr auto kTextFrame = websocketpp::frame::opcode::text;

struct Session {
  WsConnection connection;
  Endpoint endpoint = Endpoint::kWorker;
  std::size_t unread_bytes = 0;
  bool behind = false;
  bool paused = false;     // its frames are not wanted now
  bool throttled = false;  // nor while it does not read what they brought
  bool closing = false;
  std::chrono::steady_clock::time_point behind_since;
  std::chrono::steady_clock::time_point heard_at;
  std::chrono::steady_clock::time_point pinged_at;
  AddressLimits::PlacePtr place;  // its client's, where a proxy stands between
};
using SessionPtr = std::shared_ptr<Session>;

// One that asio does not know. A kernel without it serves as well, if not as thriftily.
inline void set_tcp_option(asio::ip::tcp::socket& socket, int option, int value) {
  setsockopt(socket.native_handle(), IPPROTO_TCP, option, &value, sizeof value);
}

inline std::size_t bytes_of(const Message& message) {
  return message.get_payload().size() + kMessageBytes;
}

// Framed once, however many connections it goes to.
inline Message::ptr prepare(std::string frame,
                            websocketpp::frame::opcode::value opcode = kTextFrame) {
  namespace frame_ns = websocketpp::frame;
  auto message = std::make_shared<Message>(ServerConfig::con_msg_manager_type::ptr(), opcode, 0);
  const frame_ns::basic_header header(opcode, frame.size(), true, false);
  const frame_ns::extended_header extended(frame.size());
  message->get_raw_payload() = std::move(frame);
  message->set_header(frame_ns::prepare_header(header, extended));
  message->set_prepared(true);
  return message;
}

// Only within a frame's handling: else a read may be under way, and resuming starts another.
inline void throttle(Session& session) {
  if (!session.behind || session.closing) return;
  session.throttled = true;
  session.connection->handle_pause_reading();
}

// Never within a frame's handling, for the same reason.
inline void read_on(Session& session) {
  if (session.paused || session.throttled) return;
  session.heard_at = std::chrono::steady_clock::now();
  session.connection->handle_resume_reading();
}

// Without a word: it would not be read.
inline void cut(Session& session) {
  asio::error_code ignored;
  session.connection->get_raw_socket().close(ignored);
}

}  // namespace fedwatt::net
