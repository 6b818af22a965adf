#pragma once

#include <string>
#include <websocketpp/http/constants.hpp>

#include "fedwatt/net/http_target.h"
#include "fedwatt/net/peers.h"
#include "net/bearer.h"
#include "net/certified_name.h"
#include "net/door.h"

// What a websocketpp connection was asked, and how it is answered before it is a WebSocket. For any
// kind of connection that websocketpp has; only on the I/O thread.

namespace fedwatt::net {

template <class Connection>
Door::Header header_of(const Connection& connection) {
  return [&connection](const char* name) { return connection.get_request_header(name); };
}

template <class Connection>
asio::ip::address direct_address(Connection& connection) {
  asio::error_code gone;
  return plain_address(connection.get_raw_socket().remote_endpoint(gone).address());
}

// Who asks, perhaps by way of proxies.
template <class Connection>
asio::ip::address client_of(Connection& connection, const Door& door) {
  return door.client_of(direct_address(connection), header_of(connection));
}
template <class Connection>
bool is_proxied(Connection& connection, const Door& door) {
  return client_of(connection, door) != direct_address(connection);
}

template <class Connection>
Peer peer_of(Connection& connection, const Door& door) {
  return {is_proxied(connection, door) ? client_of(connection, door).to_string()
                                       : connection.get_remote_endpoint(),
          std::string(bearer_of(connection.get_request_header("Authorization"))),
          certified_name(connection.tls())};
}

template <class Connection>
HttpRequest request_of(Connection& connection, const Door& door) {
  HttpRequest request = parse_target(connection.get_resource());
  request.method = connection.get_request().get_method();
  request.accept = connection.get_request_header("Accept");
  request.peer = peer_of(connection, door);
  return request;
}

// Of a handshake whose path is known to be one of the two.
template <class Connection>
Endpoint endpoint_of(const Connection& connection) {
  const auto path = parse_target(connection.get_resource()).path;
  return path == "/v1/worker" ? Endpoint::kWorker : Endpoint::kViewer;
}

template <class Connection>
void fill(Connection& connection, const HttpResponse& response) {
  connection.set_status(static_cast<websocketpp::http::status_code::value>(response.status));
  connection.replace_header("Content-Type", response.content_type);
  connection.replace_header("Cache-Control", "no-store");
  for (const auto& [name, value] : response.headers) connection.replace_header(name, value);
  connection.set_body(response.body);
}

}  // namespace fedwatt::net
