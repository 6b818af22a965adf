#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace fedwatt::protocol {

// A point in time, UTC, to the millisecond: the resolution of the wire.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

// RFC 3339 in UTC with exactly three fractional digits: "2026-01-01T00:00:00.000Z".
std::string format_timestamp(Timestamp time);

// Reads RFC 3339: any number of fractional digits (cut to milliseconds), 'Z' or a numeric offset.
// Empty for anything else, for dates that do not exist and for years outside 1970..9999.
std::optional<Timestamp> parse_timestamp(std::string_view text);

// Seconds from `from` to `to`, negative if `to` is the earlier one.
inline double seconds_between(Timestamp from, Timestamp to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace fedwatt::protocol
