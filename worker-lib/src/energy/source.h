#pragma once

#include <string_view>

#include "fedwatt/protocol/messages.h"

namespace fedwatt::energy {

// One way of knowing what this process spends: RAPL, an estimate, later a GPU's counter.
//
// Whose energy: this process's. Several FL clients share a machine, and their figures must add up
// to the machine's and not to a multiple of it. A source that measures the whole machine therefore
// gives the part `process CPU time / busy CPU time of the machine` over the interval. Whoever is
// busy so carries the machine's idle power too; a process that uses no CPU is billed nothing. Child
// processes are not part of their parent.
//
// Not thread-safe: Meter calls it from one thread at a time.
class Source {
 public:
  virtual ~Source() = default;

  // What reports call it: "rapl", "cpu_load", …
  virtual std::string_view name() const = 0;

  // Joules spent since the previous call, or since the source was made. A component that this
  // source does not know, or not for this interval, is empty; a figure is finite and not negative.
  virtual protocol::ComponentEnergy lap() = 0;
};

}  // namespace fedwatt::energy
