#pragma once

namespace fedwatt::protocol {

// What a client may offer at the handshake, and the hub then selects. C++17, for websocketpp's
// units.
inline constexpr char kSubprotocol[] = "fedwatt.v1";

}  // namespace fedwatt::protocol
