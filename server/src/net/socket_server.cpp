#include "fedwatt/net/socket_server.h"

#include <sys/resource.h>

#include <algorithm>
#include <unordered_map>
#include <websocketpp/concurrency/none.hpp>
#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/logger/stub.hpp>
#include <websocketpp/server.hpp>

#include "fedwatt/net/http_target.h"
#include "fedwatt/protocol/close_codes.h"
#include "fedwatt/protocol/subprotocol.h"

namespace fedwatt::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
namespace http = websocketpp::http;

constexpr std::size_t kMaxFrameBytes = 64 * 1024;
// What a connection may have unread before it counts as behind, and how long it may stay so.
constexpr std::size_t kBehindBytes = 1024 * 1024;
constexpr auto kBehindFor = std::chrono::seconds{30};
constexpr auto kTickEvery = std::chrono::seconds{1};
constexpr auto kPingEvery = std::chrono::seconds{15};
constexpr auto kSilentFor = std::chrono::seconds{40};
constexpr std::uint64_t kSpareDescriptors = 64;  // for the store, the logs and the listener

// One I/O thread and no locks; small read buffers; no logs of websocketpp's own.
// NOLINTBEGIN(readability-identifier-naming): the names are websocketpp's.
struct ServerConfig : websocketpp::config::asio {
  using type = ServerConfig;
  using concurrency_type = websocketpp::concurrency::none;
  using alog_type = websocketpp::log::stub;
  using elog_type = websocketpp::log::stub;
  [[maybe_unused]] static constexpr bool enable_multithreading = false;
  static constexpr std::size_t connection_read_buffer_size = 2048;
  static constexpr std::size_t max_message_size = kMaxFrameBytes;
  static constexpr std::size_t max_http_body_size = kMaxFrameBytes;

  struct transport_config : websocketpp::config::asio::transport_config {
    using concurrency_type = type::concurrency_type;
    using alog_type = type::alog_type;
    using elog_type = type::elog_type;
    static constexpr bool enable_multithreading = false;
  };
  using transport_type = websocketpp::transport::asio::endpoint<transport_config>;
};
// NOLINTEND(readability-identifier-naming)

using Server = websocketpp::server<ServerConfig>;
using WsConnection = Server::connection_ptr;
using Message = ServerConfig::message_type;

struct Session {
  WsConnection connection;
  Endpoint endpoint = Endpoint::kWorker;
  std::size_t unread_bytes = 0;
  bool behind = false;
  bool paused = false;
  bool closing = false;
  steady_clock::time_point behind_since;
  steady_clock::time_point heard_at;
  steady_clock::time_point pinged_at;
};
using SessionPtr = std::shared_ptr<Session>;

// Keeps a message alive while a connection sends it; its end says that those bytes are gone, which
// websocketpp has no callback for.
struct InFlight {
  InFlight(Message::ptr sent_message, std::function<void()> when_gone)
      : message(std::move(sent_message)), gone(std::move(when_gone)) {}
  ~InFlight() { gone(); }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  Message::ptr message;
  std::function<void()> gone;
};

// One of a number of things, for as long as it lives.
struct Counted {
  explicit Counted(std::shared_ptr<std::uint64_t> shared_count) : count(std::move(shared_count)) {
    ++*count;
  }
  ~Counted() { --*count; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  std::shared_ptr<std::uint64_t> count;
};

std::uint64_t descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

}  // namespace

class SocketServer::Impl {
 public:
  explicit Impl(SocketServerOptions options) : options_(std::move(options)), signals_(io_) {
    const auto limit = descriptor_limit();
    max_sockets_ = limit > kSpareDescriptors ? limit - kSpareDescriptors : 1;
    server_.init_asio(&io_);
    server_.set_reuse_addr(true);
    server_.set_user_agent("");
    server_.set_tcp_post_init_handler([this](auto handle) { accepted(handle); });
    server_.set_validate_handler([this](auto handle) { return validate(handle); });
    server_.set_open_handler([this](auto handle) { opened(handle); });
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
    if (listen_error) return "cannot listen on " + where + ": " + why_not(address);
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

  void close(ConnectionId id, std::uint16_t code, std::string_view reason) {
    const auto session = find(id);
    if (!session || session->closing) return;
    session->closing = true;
    websocketpp::lib::error_code error;
    // A reason is at most 123 bytes on the wire.
    session->connection->close(code, std::string(reason.substr(0, 120)), error);
    if (error || session->behind) cancel(session);
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
      session->heard_at = steady_clock::now();
      session->connection->handle_resume_reading();
    });
  }

  bool behind(ConnectionId id) const {
    const auto session = sessions_.find(id);
    return session != sessions_.end() && session->second->behind;
  }

  void after(milliseconds delay, std::function<void()> task) {
    auto timer = std::make_shared<asio::steady_timer>(io_, delay);
    timer->async_wait([timer, task = std::move(task)](asio::error_code error) {
      if (!error) task();
    });
  }

 private:
  // websocketpp does not say why it could not listen: a second try of our own does.
  std::string why_not(const asio::ip::address& address) {
    asio::error_code error;
    asio::ip::tcp::acceptor acceptor(io_);
    const asio::ip::tcp::endpoint endpoint(address, options_.port);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.bind(endpoint, error);
    if (error == asio::error::address_in_use) {
      return "another program uses that port; stop it, or choose another with --listen";
    }
    if (error == asio::error::access_denied) {
      return "ports below 1024 need more rights; choose another with --listen";
    }
    return error ? error.message() + "; choose another address with --listen"
                 : "try once more, or choose another port with --listen";
  }

  SessionPtr find(ConnectionId id) const {
    const auto session = sessions_.find(id);
    return session == sessions_.end() ? nullptr : session->second;
  }

  // Framed once, however many connections it goes to.
  static Message::ptr prepare(std::string frame) {
    namespace frame_ns = websocketpp::frame;
    auto message = std::make_shared<Message>(ServerConfig::con_msg_manager_type::ptr(),
                                             frame_ns::opcode::text, 0);
    const frame_ns::basic_header header(frame_ns::opcode::text, frame.size(), true, false);
    const frame_ns::extended_header extended(frame.size());
    message->get_raw_payload() = std::move(frame);
    message->set_header(frame_ns::prepare_header(header, extended));
    message->set_prepared(true);
    return message;
  }

  void send(ConnectionId id, const SessionPtr& session, const Message::ptr& message) {
    const std::size_t bytes = message->get_payload().size();
    session->unread_bytes += bytes;
    if (!session->behind && session->unread_bytes > kBehindBytes) {
      session->behind = true;
      session->behind_since = steady_clock::now();
    }
    const std::weak_ptr<Session> watched = session;
    const auto in_flight = std::make_shared<InFlight>(message, [this, id, watched, bytes] {
      if (const auto still = watched.lock()) sent(id, *still, bytes);
    });
    session->connection->send(Message::ptr(in_flight, message.get()));
  }

  void sent(ConnectionId id, Session& session, std::size_t bytes) {
    session.unread_bytes -= bytes;
    if (!session.behind || session.unread_bytes > 0) return;
    session.behind = false;
    post([this, id] {
      if (find(id)) handler_->drained(id);
    });
  }

  static void cancel(const SessionPtr& session) {
    asio::error_code ignored;
    session->connection->get_raw_socket().cancel(ignored);
  }

  void accepted(const websocketpp::connection_hdl& handle) {
    websocketpp::lib::error_code error;
    const auto connection = server_.get_con_from_hdl(handle, error);
    if (error) return;
    asio::error_code ignored;
    auto& socket = connection->get_raw_socket();
    // Out of descriptors the accept loop would spin: refuse before that.
    if (*sockets_ >= max_sockets_) {
      socket.close(ignored);
      return;
    }
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    // Plain HTTP ends without any handler being called. What does end with the connection is its
    // handlers: one that is never called holds the count.
    connection->set_interrupt_handler(
        [socket_count = std::make_shared<Counted>(sockets_)](auto) {});
  }

  bool validate(const websocketpp::connection_hdl& handle) {
    websocketpp::lib::error_code error;
    const auto connection = server_.get_con_from_hdl(handle, error);
    if (error) return false;
    const auto path = parse_target(connection->get_resource()).path;
    if (path != "/v1/worker" && path != "/v1/viewer") {
      connection->set_status(http::status_code::not_found);
      return false;
    }
    // websocketpp takes drafts older than the standard too, and any key.
    if (connection->get_request_header("Sec-WebSocket-Version") != "13" ||
        connection->get_request_header("Sec-WebSocket-Key").size() != 24) {
      connection->set_status(http::status_code::bad_request);
      return false;
    }
    const auto& offered = connection->get_requested_subprotocols();
    if (std::find(offered.begin(), offered.end(), protocol::kSubprotocol) != offered.end()) {
      connection->select_subprotocol(protocol::kSubprotocol, error);
    }
    return true;
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
    session->endpoint = parse_target(connection->get_resource()).path == "/v1/worker"
                            ? Endpoint::kWorker
                            : Endpoint::kViewer;
    session->heard_at = session->pinged_at = steady_clock::now();
    sessions_[id] = session;
    connection->set_message_handler(
        [this, id](auto, const Message::ptr& message) { received(id, message); });
    connection->set_pong_handler([this, id](auto, const std::string&) { heard(id); });
    connection->set_ping_handler([this, id](auto, const std::string&) {
      heard(id);
      return true;
    });
    connection->set_close_handler([this, id](auto) { closed(id); });
    handler_->opened(id, session->endpoint, connection->get_remote_endpoint());
  }

  void heard(ConnectionId id) {
    if (const auto session = find(id)) session->heard_at = steady_clock::now();
  }

  void received(ConnectionId id, const Message::ptr& message) {
    const auto session = find(id);
    if (!session || session->closing) return;
    session->heard_at = steady_clock::now();
    if (message->get_opcode() != websocketpp::frame::opcode::text) {
      return close(id, protocol::kCloseUnsupportedData, "binary frame: send JSON in text frames");
    }
    handler_->received(id, message->get_payload());
  }

  void closed(ConnectionId id) {
    if (sessions_.erase(id) == 0) return;
    handler_->closed(id);
    if (sessions_.empty() && when_all_closed_) std::exchange(when_all_closed_, {})();
  }

  void answer_http(const websocketpp::connection_hdl& handle) {
    websocketpp::lib::error_code error;
    const auto connection = server_.get_con_from_hdl(handle, error);
    if (error) return;
    HttpRequest request = parse_target(connection->get_resource());
    request.method = connection->get_request().get_method();
    request.accept = connection->get_request_header("Accept");
    connection->defer_http_response();
    http_handler_(request, [connection](const HttpResponse& response) {
      try {
        connection->set_status(static_cast<http::status_code::value>(response.status));
        connection->replace_header("Content-Type", response.content_type);
        connection->replace_header("Cache-Control", "no-store");
        for (const auto& [name, value] : response.headers) connection->replace_header(name, value);
        connection->set_body(response.body);
        connection->send_http_response();
      } catch (const websocketpp::exception&) {
        // The client left before its answer came.
      }
    });
  }

  // Once a second: pings those who are quiet, and ends those who are dead or do not read.
  void tick() {
    const auto now = steady_clock::now();
    std::vector<std::pair<ConnectionId, SessionPtr>> all(sessions_.begin(), sessions_.end());
    for (const auto& [id, session] : all) {
      if (session->closing) continue;
      if (session->behind && now - session->behind_since > kBehindFor) {
        close(id, protocol::kCloseTooSlow, "too slow: read faster, or ask for less");
      } else if (!session->paused && now - session->heard_at > kSilentFor) {
        close(id, protocol::kCloseNoLife, "no sign of life");
        cancel(session);
      } else if (now - session->pinged_at > kPingEvery) {
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
  PeerHandler* handler_ = nullptr;
  HttpHandler http_handler_;
  std::unordered_map<ConnectionId, SessionPtr> sessions_;
  ConnectionId last_id_ = 0;
  std::shared_ptr<std::uint64_t> sockets_ = std::make_shared<std::uint64_t>(0);
  std::uint64_t max_sockets_ = 0;
  std::function<void()> when_all_closed_;
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
bool SocketServer::behind(ConnectionId connection) const { return impl_->behind(connection); }
Timers::Time SocketServer::now() const {
  return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}
void SocketServer::after(milliseconds delay, std::function<void()> task) {
  impl_->after(delay, std::move(task));
}

}  // namespace fedwatt::net
