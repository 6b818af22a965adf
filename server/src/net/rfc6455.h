#pragma once

#include <string_view>

// What RFC 6455 asks for and websocketpp does not check.

namespace fedwatt::net {

// Whether a Sec-WebSocket-Key is 16 bytes in base64.
bool is_handshake_key(std::string_view key);

// Whether a text whose characters are right otherwise ends before its last one does.
bool ends_inside_character(std::string_view text);

}  // namespace fedwatt::net
