#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <websocketpp/common/asio_ssl.hpp>
#include <websocketpp/transport/asio/security/base.hpp>
#include <websocketpp/uri.hpp>

#include "fedwatt/transport/stream.h"

// websocketpp wants to know when it is compiled whether it speaks TLS: each of its two socket
// policies makes another server of it. This one is asked for every connection when that begins, so
// there is one server, and one unit to compile: docs/decisions/0019-tls.md.

namespace fedwatt::transport {

// How connections begin. The context is asked for once a connection, so that a new certificate is
// used from the next one on; null is a connection without TLS.
struct Beginning {
  std::function<TlsContext()> context;
  // Sees the connection before the TLS handshake; empty: there is nothing to see.
  std::function<void(SSL*)> prepare;
  std::chrono::milliseconds handshake_within{5'000};
};

// NOLINTBEGIN(readability-identifier-naming): the names are what websocketpp calls.
class SocketConnection : public std::enable_shared_from_this<SocketConnection> {
 public:
  using ptr = std::shared_ptr<SocketConnection>;
  using Error = websocketpp::lib::error_code;

  ptr get_shared() { return shared_from_this(); }
  bool is_secure() const { return stream_ && stream_->secured(); }
  Stream& get_socket() { return *stream_; }
  Stream::next_layer_type& get_next_layer() { return stream_->next_layer(); }
  Stream::next_layer_type& get_raw_socket() { return stream_->next_layer(); }
  void begin_as(std::shared_ptr<const Beginning> beginning) { beginning_ = std::move(beginning); }

  // Null without TLS.
  SSL* tls() { return stream_->tls(); }
  // What the TLS handshake failed with, as OpenSSL says it.
  const asio::error_code& tls_error() const { return tls_error_; }

  std::string get_remote_endpoint(Error& error) const {
    asio::error_code failed;
    const auto remote = stream_->next_layer().remote_endpoint(failed);
    error = failed;
    if (failed) return {};
    const auto host = remote.address().to_string();
    return (remote.address().is_v6() ? "[" + host + "]" : host) + ":" +
           std::to_string(remote.port());
  }

  template <class ErrorCode>
  static Error translate_ec(ErrorCode error) {
    return error;
  }

 protected:
  template <class Strand>
  Error init_asio(asio::io_context* io, const Strand& /*there is one thread*/, bool is_server) {
    stream_ = std::make_unique<Stream>(*io);
    side_ = is_server ? asio::ssl::stream_base::server : asio::ssl::stream_base::client;
    return {};
  }
  void set_uri(const websocketpp::uri_ptr&) {}
  void set_handle(const websocketpp::connection_hdl&) {}

  void pre_init(const websocketpp::transport::asio::socket::init_handler& done) { done({}); }

  // The TLS handshake, if there is to be one. An own deadline: websocketpp's is a constant.
  void post_init(const websocketpp::transport::asio::socket::init_handler& done) {
    const auto context = beginning_ && beginning_->context ? beginning_->context() : nullptr;
    if (!context || !stream_->next_layer().is_open()) return done({});
    stream_->secure(context);
    if (beginning_->prepare) beginning_->prepare(stream_->tls());
    auto deadline =
        std::make_shared<asio::steady_timer>(stream_->get_executor(), beginning_->handshake_within);
    deadline->async_wait([self = shared_from_this()](asio::error_code cancelled) {
      asio::error_code ignored;
      if (!cancelled) self->stream_->next_layer().close(ignored);
    });
    stream_->async_handshake(
        side_, [self = shared_from_this(), deadline, done](const asio::error_code& error) {
          deadline->cancel();
          self->tls_error_ = error;
          done(error);
        });
  }
  Error get_ec() const { return tls_error_; }

  // Only for who took too long, so nothing more may begin: TLS would write its goodbye even now.
  asio::error_code cancel_socket() {
    asio::error_code error;
    stream_->next_layer().close(error);
    return error;
  }

  void async_shutdown(const websocketpp::transport::asio::socket::shutdown_handler& done) {
    if (stream_->secured() && !tls_error_) return stream_->async_shutdown(done);
    asio::error_code error;
    stream_->next_layer().shutdown(asio::ip::tcp::socket::shutdown_both, error);
    done(error);
  }

 private:
  std::unique_ptr<Stream> stream_;
  std::shared_ptr<const Beginning> beginning_;
  asio::ssl::stream_base::handshake_type side_ = asio::ssl::stream_base::server;
  asio::error_code tls_error_;
};

class SocketEndpoint {
 public:
  using socket_con_type = SocketConnection;
  using socket_con_ptr = SocketConnection::ptr;

  // For the connections that are made from now on.
  void begin_as(Beginning beginning) {
    beginning_ = std::make_shared<const Beginning>(std::move(beginning));
  }
  bool is_secure() const { return false; }

 protected:
  websocketpp::lib::error_code init(const socket_con_ptr& connection) {
    connection->begin_as(beginning_);
    return {};
  }

 private:
  std::shared_ptr<const Beginning> beginning_;
};
// NOLINTEND(readability-identifier-naming)

}  // namespace fedwatt::transport
