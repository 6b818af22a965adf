#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fedwatt/run/event.h"

namespace fedwatt::store::testing {

// 2026-01-01T00:00:00.000Z and so many milliseconds.
protocol::Timestamp at_ms(std::int64_t milliseconds);

run::StoredEvent created(const std::string& run_id, const std::string& name = "digits");

// A report with nothing in it that may be left out.
run::StoredEvent report(const std::string& run_id, std::int64_t offset, const std::string& worker,
                        std::int64_t seq);

// One event of every kind: with all that can be given, and with as little as possible. As the
// events of one run, from offset 1.
std::vector<run::StoredEvent> full_events(const std::string& run_id);
std::vector<run::StoredEvent> sparse_events(const std::string& run_id);

}  // namespace fedwatt::store::testing
