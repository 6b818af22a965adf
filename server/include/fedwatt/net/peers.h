#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the hub's logic needs of the network, and the network of the hub: nothing here knows
// websocketpp, so that the logic is tested without sockets. C++17, as websocketpp is.
//
// Everything here runs on the hub's one I/O thread.

namespace fedwatt::net {

using ConnectionId = std::uint64_t;

enum class Endpoint { kWorker, kViewer };

// Who is at the other end, as far as the network can tell. Nothing in it is proved but the address.
struct Peer {
  std::string address;   // for logs: "192.0.2.1:40123"
  std::string bearer{};  // the token of "Authorization: Bearer …", as it came; empty: none. Secret
  // The common name in its TLS certificate, which is one of --tls-client-ca's; empty: none. Proved.
  std::string certificate{};
};

// The hub's side: sends, closes, and counts what a peer has not read yet.
class Peers {
 public:
  virtual ~Peers() = default;

  // Sends one text frame to all of them; it is framed once. A connection that is gone is skipped.
  virtual void send(const std::vector<ConnectionId>& to, std::string frame) = 0;

  // Sends news to many, each frame to its connections. Making and sending news may take up to a
  // third of the I/O thread's time, and some more in a burst: what it took since `begun` is
  // followed by a rest, where it was more, after which PeerHandler::rested is called.
  struct News {
    std::vector<ConnectionId> to;
    std::string frame;
  };
  virtual void tell(std::vector<News> news, std::chrono::steady_clock::time_point begun) = 0;
  // Whether news should wait for that, and go out in its newest state then.
  virtual bool resting() const = 0;

  // Closes with a code and a reason for people; what was sent before goes out first if the peer
  // reads. PeerHandler::closed follows.
  virtual void close(ConnectionId connection, std::uint16_t code, std::string_view reason) = 0;

  // Stops or goes on taking frames from a peer, so that TCP slows it down. pause_reading is only
  // for the connection whose frame is being handled; resume_reading is harmless for any.
  virtual void pause_reading(ConnectionId connection) = 0;
  virtual void resume_reading(ConnectionId connection) = 0;

  // Whether more is waiting for the peer to read than a healthy connection ever has. Nothing but
  // what it needs should be sent before PeerHandler::drained.
  virtual bool behind(ConnectionId connection) const = 0;

  // All peers together, for whoever runs the hub.
  struct Load {
    std::uint64_t unread_bytes = 0;                 // sent, and still in our memory
    std::uint64_t behind = 0;                       // connections
    std::map<std::uint16_t, std::uint64_t> closed;  // by us so far, by close code
    std::map<std::string, std::uint64_t> refused;   // before they were let in, by reason
  };
  virtual Load load() const = 0;
};

struct HttpRequest {
  std::string method;
  std::string path;   // without the query, percent-decoded
  std::string query;  // after '?', as it came
  std::string accept;
  Peer peer{};
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers{};  // beside that of the content's type
};

class PeerHandler {
 public:
  virtual ~PeerHandler() = default;
  // Asked at a handshake: what to answer instead of opening the connection. Empty: it is opened.
  virtual std::optional<HttpResponse> refuse_handshake(Endpoint endpoint, const Peer& peer) = 0;
  virtual void opened(ConnectionId connection, Endpoint endpoint, const Peer& peer) = 0;
  virtual void received(ConnectionId connection, std::string_view frame) = 0;
  // A connection that was behind has read everything.
  virtual void drained(ConnectionId connection) = 0;
  // The connection is gone; its id is not used again.
  virtual void closed(ConnectionId connection) = 0;
  // News may be told again.
  virtual void rested() = 0;
};

// Answers now or later, once.
using HttpHandler = std::function<void(const HttpRequest&, std::function<void(HttpResponse)>)>;

// The clock and the timers of the I/O thread.
class Timers {
 public:
  // UTC, as protocol::Timestamp is; spelt out because this header is C++17.
  using Time = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

  virtual ~Timers() = default;
  virtual Time now() const = 0;
  virtual void after(std::chrono::milliseconds delay, std::function<void()> task) = 0;
};

}  // namespace fedwatt::net
