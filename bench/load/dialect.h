#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "messages.h"
#include "websocket.h"

namespace fedwatt::bench {

enum class Role { kWorker, kViewer };

// How a server's messages are wrapped. The JSON inside is the same for all: hello, report,
// subscribe from us; welcome, ack and workers' states from the server.
class Dialect {
 public:
  virtual ~Dialect() = default;

  // Connects and waits until the server takes events.
  virtual WebSocket connect(const std::string& address, std::uint16_t port, Role role) const = 0;
  // Replaces `frame` by the event with this JSON. `seq`: of a report, else 0.
  virtual void wrap(std::string_view event, std::string_view json, std::int64_t seq,
                    std::string& frame) const = 0;
  // Appends the messages of a frame.
  virtual void read(std::string_view frame, std::vector<Message>& messages) const = 0;
  // What answers a kPing.
  virtual std::string_view pong() const { return {}; }
};

// "plain": JSON in WebSocket text frames at /v1/worker and /v1/viewer, as the hub and the ws peer
// speak it. "socket.io": version 4, over the WebSocket transport. Null: no such dialect.
std::unique_ptr<Dialect> make_dialect(std::string_view name);

// Reads until a frame holds a message of this kind; kOther: until there is any frame.
void await(WebSocket& socket, const Dialect& dialect, Message::Kind kind);

}  // namespace fedwatt::bench
