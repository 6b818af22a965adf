#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fedwatt/protocol/messages.h"

namespace fedwatt::energy {

double process_cpu_s();
double monotonic_s();
double suspended_s();
std::optional<std::string> environment(const char* name);

// The machine as the meter sees it: the one seam through which tests put recorded counters in the
// place of the real ones.
struct Machine {
  std::filesystem::path root = "/";  // of /proc and /sys
  // CPU time of all threads of this process since it started.
  std::function<double()> process_cpu_s = energy::process_cpu_s;
  // A clock that no clock step moves and that stands still while the machine is suspended.
  std::function<double()> monotonic_s = energy::monotonic_s;
  // Time that the machine spent suspended since it was booted.
  std::function<double()> suspended_s = energy::suspended_s;
  // The value of an environment variable; empty if it is not set.
  std::function<std::optional<std::string>(const char* name)> environment = energy::environment;
  // NVIDIA's library, by the names under which it may be loaded, the best first.
  std::vector<std::string> nvml_libraries = {"libnvidia-ml.so.1", "libnvidia-ml.so"};
};

struct Cpu {
  std::string name;  // "" if the machine does not say
  int threads = 0;   // hardware threads; 0 if it does not say
  int sockets = 1;
  bool is_virtual = false;  // of a virtual machine
};

Cpu read_cpu(const Machine& machine);

// The memory that the machine has, as far as its kernel uses it.
std::optional<double> read_ram_bytes(const Machine& machine);

// What hello says of the machine, as far as it can be read.
protocol::Hardware read_hardware(const Machine& machine);

// The number in the file, if it holds one and can be read.
std::optional<double> read_number(const std::filesystem::path& file);

// The file's first line, without its end; empty if it cannot be read.
std::string read_first_line(const std::filesystem::path& file);

}  // namespace fedwatt::energy
