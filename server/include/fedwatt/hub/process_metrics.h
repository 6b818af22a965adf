#pragma once

#include "fedwatt/hub/metrics.h"

namespace fedwatt::hub {

// What the system knows of this process, by the names that Prometheus' own clients use:
// process_resident_memory_bytes, process_open_fds and so on. What cannot be read is left out.
void add_process_metrics(Metrics& metrics);

}  // namespace fedwatt::hub
