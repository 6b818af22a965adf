#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "fedwatt/protocol/messages.h"
#include "session/outbox.h"

// The bytes of a spool: docs/spool.md specifies them. Pure functions.

namespace fedwatt::session {

// The first bytes of every version.
inline constexpr std::string_view kSpoolMagic = "fwspool";

// The beginning of a file that holds `all` of the worker that says `hello`. No token is in it.
std::string encode_spool(const protocol::WorkerHello& hello, const Outbox::Snapshot& all);

// What is put behind it.
std::string encode_spool(const Outbox::Changes& changes);

struct SpoolContent {
  // Of the worker, as it was when the file was begun, with its run's id if it has one; empty if the
  // beginning cannot be read.
  std::optional<protocol::WorkerHello> hello;
  Outbox::Snapshot left;
  std::size_t torn_bytes = 0;     // at the end: somebody died while writing them
  std::size_t damaged_bytes = 0;  // before it: the disk's fault
};

// What is in a spool of these bytes, whatever has become of them. An error, of no known subject, if
// they never were a spool of this version.
tl::expected<SpoolContent, std::string> decode_spool(std::string_view bytes);

}  // namespace fedwatt::session
