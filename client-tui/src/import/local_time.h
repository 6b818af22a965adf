#pragma once

#include <optional>
#include <string_view>

#include "fedwatt/protocol/time.h"

namespace fedwatt::viewer {

// "2026-01-31T09:30:00", or with a space for the T: a time without a zone is one of this machine's
// zone (the environment's TZ). Empty for anything else. One thread at a time.
std::optional<protocol::Timestamp> parse_local_time(std::string_view text);

}  // namespace fedwatt::viewer
