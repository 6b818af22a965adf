#pragma once

#include <websocketpp/concurrency/none.hpp>
#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/logger/stub.hpp>
#include <websocketpp/server.hpp>

#include "fedwatt/transport/socket_policy.h"

// websocketpp as the hub uses it: one I/O thread and no locks; small read buffers; no logs of its
// own. Costs 6 to 10 s to compile: for socket_server.cpp alone.

namespace fedwatt::net {

inline constexpr std::size_t kMaxFrameBytes = 64 * 1024;

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
    using socket_type = transport::SocketEndpoint;
    static constexpr bool enable_multithreading = false;
    static constexpr long timeout_socket_post_init = 0;  // it has one of its own
  };
  using transport_type = websocketpp::transport::asio::endpoint<transport_config>;
};
// NOLINTEND(readability-identifier-naming)

using Server = websocketpp::server<ServerConfig>;
using Connection = Server::connection_type;
using WsConnection = Server::connection_ptr;
using Message = ServerConfig::message_type;

}  // namespace fedwatt::net
