#pragma once

#include "energy/machine.h"
#include "energy/meter.h"
#include "fedwatt/protocol/messages.h"
#include "fedwatt/worker.h"

namespace fedwatt::session {

// What a worker with these options says of itself, as a new session. `meter` may be null.
protocol::WorkerHello hello_of(const WorkerOptions& options, const energy::Machine& machine,
                               const energy::Meter* meter);

}  // namespace fedwatt::session
