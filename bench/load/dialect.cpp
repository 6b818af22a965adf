#include "dialect.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace fedwatt::bench {
namespace {

class Plain : public Dialect {
 public:
  WebSocket connect(const std::string& address, std::uint16_t port, Role role) const override {
    return {address, port, role == Role::kWorker ? "/v1/worker" : "/v1/viewer"};
  }
  void wrap(std::string_view, std::string_view json, std::int64_t,
            std::string& frame) const override {
    frame = json;
  }
  void read(std::string_view frame, std::vector<Message>& messages) const override {
    read_json(frame, messages);
  }
};

// An engine.io packet is a digit and its content; a message (4) holds a socket.io packet, a digit
// again: 0 connect, 2 event, 3 ack. An event that wants an ack has a number, which the ack repeats:
// a report's seq.
class SocketIo : public Dialect {
 public:
  WebSocket connect(const std::string& address, std::uint16_t port, Role) const override {
    WebSocket socket(address, port, "/socket.io/?EIO=4&transport=websocket");
    await_packet(socket, "0");
    socket.send("40");
    await_packet(socket, "40");
    return socket;
  }
  void wrap(std::string_view event, std::string_view json, std::int64_t seq,
            std::string& frame) const override {
    frame = "42";
    if (seq > 0) frame += std::to_string(seq);
    frame.append("[\"").append(event).append("\",").append(json).append("]");
  }
  void read(std::string_view frame, std::vector<Message>& messages) const override {
    if (frame == "2") {
      messages.push_back({Message::Kind::kPing, 0, 0});
    } else if (frame.substr(0, 2) == "43") {
      Message ack{Message::Kind::kAck, 0, 0};
      std::from_chars(frame.data() + 2, frame.data() + frame.size(), ack.seq);
      messages.push_back(ack);
    } else if (frame.substr(0, 2) == "42") {
      read_json(frame.substr(2), messages);
    } else {
      throw std::runtime_error("the server sends no event: " + std::string(frame.substr(0, 200)));
    }
  }
  std::string_view pong() const override { return "3"; }

 private:
  static void await_packet(WebSocket& socket, std::string_view start) {
    bool came = false;
    while (!came) {
      socket.receive([&](std::string_view frame) {
        if (frame.substr(0, start.size()) != start) {
          throw std::runtime_error("no socket.io: " + std::string(frame.substr(0, 200)));
        }
        came = true;
      });
    }
  }
};

}  // namespace

std::unique_ptr<Dialect> make_dialect(std::string_view name) {
  if (name == "plain") return std::make_unique<Plain>();
  if (name == "socket.io") return std::make_unique<SocketIo>();
  return nullptr;
}

void await(WebSocket& socket, const Dialect& dialect, Message::Kind kind) {
  bool came = false;
  while (!came) {
    std::size_t bytes = socket.receive([&](std::string_view frame) {
      std::vector<Message> messages;
      dialect.read(frame, messages);
      came = came || kind == Message::Kind::kOther ||
             std::any_of(messages.begin(), messages.end(),
                         [&](const Message& message) { return message.kind == kind; });
    });
    if (bytes == 0 && !came) throw std::runtime_error("the server does not answer");
  }
}

}  // namespace fedwatt::bench
