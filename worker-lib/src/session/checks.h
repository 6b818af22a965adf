#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "fedwatt/protocol/messages.h"
#include "fedwatt/worker.h"
#include "session/recorder.h"

// What comes from the training program, checked against the wire's rules before it leaves: the hub
// would refuse a whole report for one bad number in it.

namespace fedwatt::session {

// Throws std::invalid_argument with one sentence if the options cannot work.
void check_options(const WorkerOptions& options);

// The policies that the options ask for; none if they ask for none.
tl::expected<std::optional<protocol::Policies>, std::string> policies_of(
    const WorkerOptions& options);

// Whether `text` can be a name on the wire: 1 to 200 bytes of UTF-8 without control characters.
bool is_name(std::string_view text);

// `text` as a text on the wire: cut to its limit, spaces in the place of control characters.
std::string as_text(std::string_view text);

struct CheckedResult {
  Results results;
  std::vector<std::string> left_out;  // a sentence for each value that was
};

CheckedResult check_result(const RoundResult& result);

struct CheckedEnergy {
  energy::Lap reading;                // under the source's name
  std::vector<std::string> left_out;  // a sentence for each value that was
};

CheckedEnergy check_energy(const EnergyReading& reading, std::string_view source);

}  // namespace fedwatt::session
