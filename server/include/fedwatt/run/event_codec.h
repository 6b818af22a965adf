#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "fedwatt/run/event.h"

// Events as the stores keep them: a kind and a JSON document. The kinds and fields are part of the
// schema: what one version wrote, every later one reads.

namespace fedwatt::run {

// "run_created", "worker_joined", "report_received", …
std::string_view event_kind(const Event& event);

// The event's fields as compact JSON, without its kind.
std::string encode_event(const Event& event);

// The event as a line of a run's log, with its offset and time: what is exported and archived.
std::string log_line(const StoredEvent& stored);

// The reverse of encode_event(). What can fail: an unknown kind (written by a newer hub) or a
// damaged document.
tl::expected<Event, std::string> decode_event(std::string_view kind, std::string_view text);

}  // namespace fedwatt::run
