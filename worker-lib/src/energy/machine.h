#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "fedwatt/protocol/messages.h"

namespace fedwatt::energy {

double process_cpu_s();
double monotonic_s();

// The machine as the meter sees it: the one seam through which tests put recorded counters in the
// place of the real ones.
struct Machine {
  std::filesystem::path root = "/";  // of /proc and /sys
  // CPU time of all threads of this process since it started.
  std::function<double()> process_cpu_s = energy::process_cpu_s;
  // A clock that no clock step moves and that stands still while the machine is suspended.
  std::function<double()> monotonic_s = energy::monotonic_s;
};

// CPU time that the machine's processes have used since it was booted, from /proc/stat; a tick of
// it is 10 ms. Empty if that cannot be read.
std::optional<double> machine_busy_s(const Machine& machine);

// What hello says of the machine, as far as it can be read.
protocol::Hardware read_hardware(const Machine& machine);

// The number in the file, if it holds one and can be read.
std::optional<double> read_number(const std::filesystem::path& file);

}  // namespace fedwatt::energy
