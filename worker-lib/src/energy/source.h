#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fedwatt/protocol/messages.h"

namespace fedwatt::energy {

// Whose energy. kProcess: this process's and its child processes', so that the figures of several
// FL clients on one machine add up to the machine's and not to a multiple of it. kMachine: all of
// the machine's, for a machine that trains and does nothing else. docs/energy.md states the rules.
enum class Scope { kProcess, kMachine };

// What happened on the machine between two laps.
struct Interval {
  double elapsed_s = 0;    // time that the machine slept is no part of it
  bool suspended = false;  // the machine slept in between: counters may have started anew
  // CPU time of this process and of those of its children that have no meter of their own.
  double process_cpu_s = 0;
  std::optional<double> machine_cpu_s{};  // of everybody; empty where the kernel does not say
  // The part of what the CPU spent that is billed to this meter: 0 to 1, and 1 in scope kMachine.
  std::optional<double> cpu_share{};
  std::vector<int> children{};  // ids of those children, in scope kProcess
};

// One way of knowing what is spent: RAPL, an estimate, a GPU's counter.
//
// Not thread-safe: Meter calls it from one thread at a time.
class Source {
 public:
  virtual ~Source() = default;

  // What reports call it: "rapl", "cpu_load", …
  virtual std::string_view name() const = 0;

  // Joules spent since the previous call, or since the source was made; `interval` is the same time
  // as the meter saw it. A component that this source does not know, or not for this interval, is
  // empty; a figure is finite and not negative.
  virtual protocol::ComponentEnergy lap(const Interval& interval) = 0;

  // How often lap() has to be called for nothing to be missed. May change from lap to lap.
  virtual std::chrono::milliseconds lap_at_least_every() const { return std::chrono::seconds(60); }

  // The GPUs that it looks after, by the names that hello.hardware.gpu has.
  virtual std::vector<std::string> gpu_names() const { return {}; }

  // What came up in lap() that a person should know: a line each, each of them once.
  virtual std::vector<std::string> take_notices() { return {}; }
};

}  // namespace fedwatt::energy
