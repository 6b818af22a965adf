#pragma once

#include <asio.hpp>
#include <asio/ssl.hpp>
#include <memory>
#include <optional>
#include <utility>

namespace fedwatt::transport {

using TlsContext = std::shared_ptr<asio::ssl::context>;

// A TCP socket, and from secure() on with TLS over it. What asio's own algorithms read from and
// write to, so that whoever uses them need not know which of the two it is.
//
// As asio's sockets: for one thread, and one read and one write at a time.
class Stream {
 public:
  using next_layer_type = asio::ip::tcp::socket;
  using lowest_layer_type = next_layer_type::lowest_layer_type;
  using executor_type = next_layer_type::executor_type;

  explicit Stream(asio::io_context& io) : socket_(io) {}

  // Before the first byte.
  void secure(TlsContext context) {
    context_ = std::move(context);
    tls_.emplace(socket_, *context_);
  }
  bool secured() const { return tls_.has_value(); }
  // Null without TLS.
  SSL* tls() { return tls_ ? tls_->native_handle() : nullptr; }

  executor_type get_executor() { return socket_.get_executor(); }
  next_layer_type& next_layer() { return socket_; }
  lowest_layer_type& lowest_layer() { return socket_.lowest_layer(); }
  const next_layer_type& next_layer() const { return socket_; }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    if (tls_) return tls_->async_read_some(buffers, std::forward<Handler>(handler));
    socket_.async_read_some(buffers, std::forward<Handler>(handler));
  }
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    if (tls_) return tls_->async_write_some(buffers, std::forward<Handler>(handler));
    socket_.async_write_some(buffers, std::forward<Handler>(handler));
  }

  // Only when secured; else there is nothing to agree on, and nothing to take leave of.
  template <class Handler>
  void async_handshake(asio::ssl::stream_base::handshake_type side, Handler&& handler) {
    tls_->async_handshake(side, std::forward<Handler>(handler));
  }
  template <class Handler>
  void async_shutdown(Handler&& handler) {
    tls_->async_shutdown(std::forward<Handler>(handler));
  }

 private:
  next_layer_type socket_;
  TlsContext context_;
  std::optional<asio::ssl::stream<next_layer_type&>> tls_;
};

}  // namespace fedwatt::transport
