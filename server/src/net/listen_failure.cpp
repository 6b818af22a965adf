#include "net/listen_failure.h"

#include <asio.hpp>

namespace fedwatt::net {

std::string listen_failure(const std::string& address, std::uint16_t port) {
  asio::io_context io;
  asio::ip::tcp::acceptor acceptor(io);
  const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(address), port);
  asio::error_code error;
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

}  // namespace fedwatt::net
