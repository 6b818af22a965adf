#pragma once

#include <string>

#include "fedwatt/protocol/messages.h"

// What a worker is and does, in words. Pure functions; all text is printable.

namespace fedwatt::viewer {

// "pause, not acknowledged", "pause, acknowledged: paused", "pause, informed: its coordinator
// acts on it".
std::string describe_directive(const protocol::WorkerView& worker);

// Where one component's figure comes from: "rapl, measured", "model, estimated"; kMissing if
// nothing was said.
std::string describe_source(const std::string& energy_source);

// "0.31 s behind the hub's", "exact"; kMissing if the worker did not tell its time.
std::string describe_clock(const protocol::WorkerView& worker);

// "1.5", or "1.2, the run's" where the worker said none.
std::string describe_pue(const protocol::WorkerView& worker, const protocol::CarbonSettings& with);

// "A100, A100"; kMissing for none.
std::string describe_gpus(const protocol::Hardware& hardware);

// "118 received, 3 lost"; numbers that the worker skipped are reports that it dropped.
std::string describe_reports(const protocol::WorkerView& worker);

// What the worker made of a command: "acknowledged: pause by anna", else "awaited" or "offline";
// empty if it does not concern the worker.
std::string describe_part_in(const protocol::CommandStatus& command, const std::string& worker);

}  // namespace fedwatt::viewer
