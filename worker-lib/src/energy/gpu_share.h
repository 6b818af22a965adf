#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "energy/machine.h"
#include "energy/source.h"

namespace fedwatt::energy {

// What a driver says of the processes on one GPU in an interval, by process id.
struct GpuProcesses {
  // Those that hold a part of it, busy or not; empty if the driver does not say.
  std::optional<std::set<int>> holders;
  // How much each used it, in any unit; none if nobody did or the driver does not say.
  std::map<int, double> use;
};

// The part of one GPU's energy that is billed to this process and its children, so that the parts
// of all processes on the GPU add up to it:
//
// - while anybody uses it: own use / everybody's use;
// - while nobody does, or if the driver does not say who: the holders share it equally, and who
//   holds no part of it is billed nothing.
//
// In a container with process ids of its own a driver may name ids of the host, among which a
// process cannot find itself. If it holds the driver's device file, it then is taken for one of
// them, and they share equally. Not thread-safe.
class GpuShare {
 public:
  // `device_file` is the one that only processes that compute on such a GPU have open.
  GpuShare(const Machine& machine, std::string device_file);

  // 0 to 1, of the interval that ends now; empty where nothing tells.
  std::optional<double> of(GpuProcesses processes, const Interval& interval);

 private:
  bool has_device_open() const;

  std::filesystem::path self_;  // /proc/self
  std::string device_file_;
  bool ids_are_the_machines_;  // and so the driver's
  // Who used it when anybody last did. In a container a driver may leave the holders outside of it
  // out, but not their use.
  std::set<int> last_users_;
};

}  // namespace fedwatt::energy
