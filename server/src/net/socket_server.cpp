#include "fedwatt/net/socket_server.h"

#include <algorithm>
#include <unordered_map>

#include "fedwatt/net/http_target.h"
#include "fedwatt/protocol/close_codes.h"
#include "fedwatt/protocol/subprotocol.h"
#include "net/admission.h"
#include "net/door.h"
#include "net/exchange.h"
#include "net/listen_failure.h"
#include "net/rfc6455.h"
#include "net/session.h"

namespace fedwatt::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
namespace http = websocketpp::http;

constexpr auto kTickEvery = std::chrono::seconds{1};
// Telling news may take this part of the time, and so much more in a burst.
constexpr int kTellingShare = 3;
constexpr std::chrono::milliseconds kTellingBurst{20};
constexpr std::uint64_t kSpareDescriptors = 64;  // for the store, the logs and the listener
constexpr std::uint64_t kMostStrangers = 1'000;

std::uint64_t most_sockets(const SocketServerOptions& options) {
  const auto limit = raise_descriptor_limit();
  const auto allowed = limit > kSpareDescriptors ? limit - kSpareDescriptors : 1;
  return std::min<std::uint64_t>(allowed, options.max_connections + kMostStrangers);
}

}  // namespace

class SocketServer::Impl {
 public:
  explicit Impl(SocketServerOptions options)
      : options_(std::move(options)),
        signals_(io_),
        reload_signals_(io_),
        admission_(most_sockets(options_), kMostStrangers),
        door_(options_.door) {
    server_.init_asio(&io_);
    if (options_.tls) {
      server_.begin_as({[tls = options_.tls] { return tls->context(); },
                        {},
                        options_.patience.handshake_within});
    }
    server_.set_open_handshake_timeout(options_.patience.handshake_within.count());
    server_.set_reuse_addr(true);
    server_.set_user_agent("");
    server_.set_tcp_pre_init_handler([this](auto handle) { accepted(handle); });
    server_.set_tcp_post_init_handler([this](auto handle) { begun(handle); });
    server_.set_validate_handler([this](auto handle) { return validate(handle); });
    server_.set_http_handler([this](auto handle) { answer_http(handle); });
  }

  std::string listen(PeerHandler& handler, HttpHandler http_handler) {
    handler_ = &handler;
    http_handler_ = std::move(http_handler);
    asio::error_code error;
    const auto address = asio::ip::make_address(options_.address, error);
    const std::string where = options_.address + ":" + std::to_string(options_.port);
    if (error) return "cannot listen on " + where + ": that is no IP address";
    websocketpp::lib::error_code listen_error;
    server_.listen(asio::ip::tcp::endpoint(address, options_.port), listen_error);
    if (listen_error) {
      return "cannot listen on " + where + ": " + listen_failure(options_.address, options_.port);
    }
    server_.start_accept(listen_error);
    if (listen_error) return "cannot accept on " + where + ": " + listen_error.message();
    tick();
    return {};
  }

  std::uint16_t port() {
    asio::error_code error;
    return server_.get_local_endpoint(error).port();
  }

  void on_stop_signal(std::function<void(int)> on_signal) {
    signals_.add(SIGINT);
    signals_.add(SIGTERM);
    signals_.async_wait([on_signal = std::move(on_signal)](asio::error_code error, int signal) {
      if (!error) on_signal(signal);
    });
  }

  void on_reload_signal(std::function<void()> on_signal) {
    reload_signals_.add(SIGHUP);
    on_reload_ = std::move(on_signal);
    await_reload_signal();
  }

  std::string run() {
    try {
      io_.run();
      return {};
    } catch (const std::exception& error) {
      return error.what();
    }
  }

  void post(std::function<void()> task) { asio::post(io_, std::move(task)); }
  void stop() { io_.stop(); }

  void stop_listening() {
    websocketpp::lib::error_code ignored;
    if (server_.is_listening()) server_.stop_listening(ignored);
  }

  void close_all(std::uint16_t code, std::string_view reason, std::function<void()> done) {
    when_all_closed_ = std::move(done);
    std::vector<ConnectionId> all;
    for (const auto& [id, session] : sessions_) all.push_back(id);
    for (const auto id : all) close(id, code, reason);
    if (sessions_.empty()) std::exchange(when_all_closed_, {})();
  }

  void send(const std::vector<ConnectionId>& to, std::string frame) {
    const auto shared = prepare(std::move(frame));
    for (const auto id : to) {
      const auto session = find(id);
      if (session && !session->closing) send(id, session, shared);
    }
  }

  void tell(std::vector<Peers::News> news, steady_clock::time_point begun) {
    for (auto& each : news) send(each.to, std::move(each.frame));
    resting_ = true;
    // This comes after the writes that were posted just now.
    post([this, begun] {
      const auto now = steady_clock::now();
      telling_paid_ = std::max(telling_paid_, begun) + kTellingShare * (now - begun);
      const auto rest = telling_paid_ - kTellingBurst - now;
      if (rest.count() <= 0) return rested();
      after(rest, [this] { rested(); });
    });
  }
  bool resting() const { return resting_; }

  void close(ConnectionId id, std::uint16_t code, std::string_view reason) {
    const auto session = find(id);
    if (!session || session->closing) return;
    session->closing = true;
    ++closed_[code];
    websocketpp::lib::error_code error;
    // A reason is at most 123 bytes on the wire. Who is behind may still read on and learn it:
    // websocketpp waits 5 s for an answer before it cuts the connection.
    session->connection->close(code, std::string(reason.substr(0, 120)), error);
    if (error) cut(*session);
  }

  void pause_reading(ConnectionId id) {
    if (const auto session = find(id)) {
      session->paused = true;
      // Directly: the posted form would let one more read begin, and a second one with resume.
      session->connection->handle_pause_reading();
    }
  }

  void resume_reading(ConnectionId id) {
    post([this, id] {
      const auto session = find(id);
      if (!session || !std::exchange(session->paused, false)) return;
      read_on(*session);
    });
  }

  bool behind(ConnectionId id) const {
    const auto session = sessions_.find(id);
    return session != sessions_.end() && session->second->behind;
  }

  Peers::Load load() const {
    Peers::Load load;
    for (const auto& [id, session] : sessions_) {
      load.unread_bytes += session->unread_bytes;
      load.behind += session->behind ? 1 : 0;
    }
    load.closed = closed_;
    load.refused = door_.refused();
    return load;
  }

  void after(steady_clock::duration delay, std::function<void()> task) {
    auto timer = std::make_shared<asio::steady_timer>(io_, delay);
    timer->async_wait([timer, task = std::move(task)](asio::error_code error) {
      if (!error) task();
    });
  }

 private:
  // Keeps a message alive while a connection sends it; its end says that those bytes are gone,
  // which websocketpp has no callback for.
  struct InFlight {
    InFlight(Impl& its_server, ConnectionId to, const SessionPtr& its_session, Message::ptr sent)
        : server(its_server), id(to), session(its_session), message(std::move(sent)) {}
    ~InFlight() {
      if (const auto still = session.lock()) server.sent(id, *still, bytes_of(*message));
    }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;
    Impl& server;
    const ConnectionId id;
    const std::weak_ptr<Session> session;
    const Message::ptr message;
  };

  void rested() {
    resting_ = false;
    handler_->rested();
  }

  SessionPtr find(ConnectionId id) const {
    const auto session = sessions_.find(id);
    return session == sessions_.end() ? nullptr : session->second;
  }

  void send(ConnectionId id, const SessionPtr& session, const Message::ptr& message) {
    session->unread_bytes += bytes_of(*message);
    if (!session->behind && session->unread_bytes > kBehindBytes) {
      session->behind = true;
      session->behind_since = steady_clock::now();
    }
    const auto in_flight = std::make_shared<InFlight>(*this, id, session, message);
    session->connection->send(Message::ptr(in_flight, message.get()));
  }

  void sent(ConnectionId id, Session& session, std::size_t bytes) {
    session.unread_bytes -= bytes;
    if (!session.behind || session.unread_bytes > 0) return;
    session.behind = false;
    post([this, id] {
      const auto drained = find(id);
      if (!drained) return;
      if (std::exchange(drained->throttled, false)) read_on(*drained);
      handler_->drained(id);
    });
  }

  void await_reload_signal() {
    reload_signals_.async_wait([this](asio::error_code error, int) {
      if (error) return;
      on_reload_();
      await_reload_signal();
    });
  }

  void accepted(const websocketpp::connection_hdl& handle) {
    websocketpp::lib::error_code error;
    const auto connection = server_.get_con_from_hdl(handle, error);
    if (error) return;
    asio::error_code ignored;
    auto& socket = connection->get_raw_socket();
    // Out of descriptors the accept loop would spin: refuse before that.
    auto ticket = admission_.admit([&socket] {
      asio::error_code none;
      socket.close(none);
    });
    const auto peer = socket.remote_endpoint(ignored).address();
    if (!ticket || door_.slams(peer, steady_clock::now())) {
      if (!ticket) door_.count("no_room");
      socket.close(ignored);
      return;
    }
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    set_tcp_option(socket, TCP_NOTSENT_LOWAT, kKernelBytes);
    // A handler lives as long as its connection, whatever becomes of that: it holds the ticket.
    connection->set_open_handler(
        [this, ticket = std::move(ticket), place = door_.enter(peer)](const auto& opened_handle) {
          ticket->settle();
          opened(opened_handle);
        });
  }

  // After the TLS handshake, if there is one.
  void begun(const websocketpp::connection_hdl& handle) {
    websocketpp::lib::error_code error;
    const auto connection = server_.get_con_from_hdl(handle, error);
    if (!error && connection->tls_error()) door_.count("tls_handshake");
  }

  bool validate(const websocketpp::connection_hdl& handle) {
    websocketpp::lib::error_code error;
    const auto connection = server_.get_con_from_hdl(handle, error);
    if (error || refuses(*connection)) return false;
    const auto path = parse_target(connection->get_resource()).path;
    if (path != "/v1/worker" && path != "/v1/viewer") {
      connection->set_status(http::status_code::not_found);
      return false;
    }
    // websocketpp takes drafts older than the standard too, and any key.
    if (connection->get_request_header("Sec-WebSocket-Version") != "13") {
      connection->set_status(http::status_code::upgrade_required);
      connection->replace_header("Sec-WebSocket-Version", "13");
      return false;
    }
    if (!is_handshake_key(connection->get_request_header("Sec-WebSocket-Key"))) {
      connection->set_status(http::status_code::bad_request);
      return false;
    }
    const auto endpoint = endpoint_of(*connection);
    if (const auto refusal = handler_->refuse_handshake(endpoint, peer_of(*connection, door_))) {
      fill(*connection, *refusal);
      return false;
    }
    const auto& offered = connection->get_requested_subprotocols();
    if (std::find(offered.begin(), offered.end(), protocol::kSubprotocol) != offered.end()) {
      connection->select_subprotocol(protocol::kSubprotocol, error);
    }
    return true;
  }

  // Answers to who is not let in.
  bool refuses(Connection& connection) {
    const auto refusal =
        door_.refuses(client_of(connection, door_), header_of(connection), steady_clock::now());
    if (refusal) fill(connection, answer_to(*refusal));
    return refusal.has_value();
  }

  void opened(const websocketpp::connection_hdl& handle) {
    websocketpp::lib::error_code error;
    const auto connection = server_.get_con_from_hdl(handle, error);
    if (error) return;
    if (sessions_.size() >= options_.max_connections) {
      return connection->close(protocol::kCloseOverloaded, "too many connections", error);
    }
    const ConnectionId id = ++last_id_;
    const auto session = std::make_shared<Session>();
    session->connection = connection;
    session->endpoint = endpoint_of(*connection);
    session->heard_at = session->pinged_at = steady_clock::now();
    sessions_[id] = session;
    connection->set_message_handler(
        [this, id](auto, const Message::ptr& message) { received(id, message); });
    connection->set_pong_handler([this, id](auto, const std::string&) { heard(id); });
    connection->set_ping_handler([this, id](auto, const std::string& payload) {
      answer_ping(id, payload);
      return false;
    });
    connection->set_close_handler([this, id](auto) { closed(id); });
    if (is_proxied(*connection, door_)) session->place = door_.enter(client_of(*connection, door_));
    handler_->opened(id, session->endpoint, peer_of(*connection, door_));
  }

  void heard(ConnectionId id) {
    if (const auto session = find(id)) session->heard_at = steady_clock::now();
  }

  // websocketpp's own pongs are not counted: pings from a peer that does not read would fill the
  // memory.
  void answer_ping(ConnectionId id, const std::string& payload) {
    const auto session = find(id);
    if (!session || session->closing) return;
    session->heard_at = steady_clock::now();
    send(id, session, prepare(payload, websocketpp::frame::opcode::pong));
    throttle(*session);
  }

  void received(ConnectionId id, const Message::ptr& message) {
    const auto session = find(id);
    if (!session || session->closing) return;
    session->heard_at = steady_clock::now();
    if (message->get_opcode() != kTextFrame) {
      return close(id, protocol::kCloseUnsupportedData, "binary frame: send JSON in text frames");
    }
    if (ends_inside_character(message->get_payload())) {
      return close(id, protocol::kCloseInvalidText, "the text ends inside a character");
    }
    handler_->received(id, message->get_payload());
    throttle(*session);
  }

  void closed(ConnectionId id) {
    if (sessions_.erase(id) == 0) return;
    handler_->closed(id);
    if (sessions_.empty() && when_all_closed_) std::exchange(when_all_closed_, {})();
  }

  void answer_http(const websocketpp::connection_hdl& handle) {
    websocketpp::lib::error_code error;
    const auto connection = server_.get_con_from_hdl(handle, error);
    if (error || refuses(*connection)) return;
    connection->defer_http_response();  // which ends the deadline of the request
    // From here on the kernel ends what makes no progress.
    set_tcp_option(connection->get_raw_socket(), TCP_USER_TIMEOUT,
                   static_cast<int>(options_.patience.slow_for.count()));
    http_handler_(request_of(*connection, door_), [connection](const HttpResponse& response) {
      try {
        fill(*connection, response);
        connection->send_http_response();
      } catch (const websocketpp::exception&) {
        // The client left before its answer came.
      }
    });
  }

  // Once a second: pings those who are quiet, and ends those who are dead or do not read.
  void tick() {
    const auto now = steady_clock::now();
    door_.tick(now);
    const auto& patience = options_.patience;
    std::vector<std::pair<ConnectionId, SessionPtr>> all(sessions_.begin(), sessions_.end());
    for (const auto& [id, session] : all) {
      if (session->closing) continue;
      if (session->behind && now - session->behind_since > patience.slow_for) {
        close(id, protocol::kCloseTooSlow, "too slow: read faster, or ask for less");
      } else if (!session->paused && !session->throttled &&
                 now - session->heard_at > patience.silent_for) {
        close(id, protocol::kCloseNoLife, "no sign of life");
        post([gone = session] { cut(*gone); });  // once that is written
      } else if (now - session->pinged_at > patience.silent_for * 3 / 8) {
        session->pinged_at = now;
        websocketpp::lib::error_code ignored;
        session->connection->ping("", ignored);
      }
    }
    after(kTickEvery, [this] { tick(); });
  }

  SocketServerOptions options_;
  asio::io_service io_{1};
  Server server_;
  asio::signal_set signals_;
  asio::signal_set reload_signals_;
  std::function<void()> on_reload_;
  PeerHandler* handler_ = nullptr;
  HttpHandler http_handler_;
  std::unordered_map<ConnectionId, SessionPtr> sessions_;
  ConnectionId last_id_ = 0;
  Admission admission_;
  Door door_;
  std::map<std::uint16_t, std::uint64_t> closed_;  // by us, by code
  std::function<void()> when_all_closed_;
  bool resting_ = false;
  steady_clock::time_point telling_paid_;  // when what was told so far has had its share
};

SocketServer::SocketServer(SocketServerOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}
SocketServer::~SocketServer() = default;

std::string SocketServer::listen(PeerHandler& handler, HttpHandler http_handler) {
  return impl_->listen(handler, std::move(http_handler));
}
std::uint16_t SocketServer::port() const { return impl_->port(); }
void SocketServer::on_stop_signal(std::function<void(int)> on_signal) {
  impl_->on_stop_signal(std::move(on_signal));
}
void SocketServer::on_reload_signal(std::function<void()> on_signal) {
  impl_->on_reload_signal(std::move(on_signal));
}
std::string SocketServer::run() { return impl_->run(); }
void SocketServer::post(std::function<void()> task) { impl_->post(std::move(task)); }
void SocketServer::stop() { impl_->stop(); }
void SocketServer::stop_listening() { impl_->stop_listening(); }
void SocketServer::close_all(std::uint16_t code, std::string_view reason,
                             std::function<void()> done) {
  impl_->close_all(code, reason, std::move(done));
}
void SocketServer::send(const std::vector<ConnectionId>& to, std::string frame) {
  impl_->send(to, std::move(frame));
}
void SocketServer::close(ConnectionId connection, std::uint16_t code, std::string_view reason) {
  impl_->close(connection, code, reason);
}
void SocketServer::pause_reading(ConnectionId connection) { impl_->pause_reading(connection); }
void SocketServer::resume_reading(ConnectionId connection) { impl_->resume_reading(connection); }
void SocketServer::tell(std::vector<News> news, steady_clock::time_point begun) {
  impl_->tell(std::move(news), begun);
}
bool SocketServer::resting() const { return impl_->resting(); }
bool SocketServer::behind(ConnectionId connection) const { return impl_->behind(connection); }
Peers::Load SocketServer::load() const { return impl_->load(); }
Timers::Time SocketServer::now() const {
  return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}
void SocketServer::after(milliseconds delay, std::function<void()> task) {
  impl_->after(delay, std::move(task));
}

}  // namespace fedwatt::net
