#pragma once

#include <cstdint>
#include <string>

namespace fedwatt::net {

// Why nobody can listen there, and what to do, in half a sentence. websocketpp does not say: a
// second try of our own does. `address` is an IP address.
std::string listen_failure(const std::string& address, std::uint16_t port);

}  // namespace fedwatt::net
