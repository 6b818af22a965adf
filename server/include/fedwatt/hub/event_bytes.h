#pragma once

#include <cstddef>

#include "fedwatt/run/event.h"

namespace fedwatt::hub {

// About how much memory an event takes while it waits to be committed: the value itself, and an
// estimate of what it points to. In constant time, but for events that list workers: O(workers).
std::size_t bytes_of(const run::StoredEvent& stored);

}  // namespace fedwatt::hub
