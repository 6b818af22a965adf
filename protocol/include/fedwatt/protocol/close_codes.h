#pragma once

#include <cstdint>

// Close codes of wire version 1 beside those of RFC 6455. 1001 and 3000 to 3499: come back, after a
// pause. 3500 to 3999: don't, before a person has changed something.

namespace fedwatt::protocol {

using CloseCode = std::uint16_t;

inline constexpr CloseCode kCloseNormal = 1000;
inline constexpr CloseCode kCloseGoingAway = 1001;        // the hub stops or restarts
inline constexpr CloseCode kCloseUnsupportedData = 1003;  // a binary frame
inline constexpr CloseCode kCloseInvalidText = 1007;      // not UTF-8
inline constexpr CloseCode kCloseTooBig = 1009;

inline constexpr CloseCode kCloseTooSlow = 3000;        // did not read what it asked for
inline constexpr CloseCode kCloseOverloaded = 3001;     // too many connections
inline constexpr CloseCode kCloseNoLife = 3002;         // no answer to pings
inline constexpr CloseCode kCloseRightsChanged = 3003;  // of the token: a new connection has them

inline constexpr CloseCode kCloseNoHello = 3500;      // said nothing useful in time
inline constexpr CloseCode kCloseReplaced = 3501;     // a newer connection of the same worker came
inline constexpr CloseCode kCloseBadMessages = 3502;  // error after error
inline constexpr CloseCode kCloseUnauthorized =
    3503;                                            // no token, or one that is not valid any more
inline constexpr CloseCode kCloseNotAllowed = 3504;  // the token does not allow this

// Whether a client should try again by itself after being closed with `code`.
constexpr bool may_reconnect(CloseCode code) {
  return !(code >= 3500 && code <= 3999) && code != kCloseUnsupportedData && code != kCloseTooBig;
}

}  // namespace fedwatt::protocol
