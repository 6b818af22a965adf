#pragma once

#include <chrono>
#include <map>
#include <vector>

#include "energy/machine.h"

namespace fedwatt::energy {

// CPU time of this process's children and theirs, as far as they live: PyTorch's DataLoader does
// much of a training's work in such processes. A child with a meter of its own answers for itself
// and its children; it is known by a mark that it keeps until it ends, so nothing is counted twice.
//
// Read from /proc in ticks of 10 ms. What a child used after the last look at it is lost.
class Children {
 public:
  // Marks this process as one that has a meter.
  explicit Children(const Machine& machine);

  static constexpr std::chrono::milliseconds look_at_least_every() {
    return std::chrono::seconds(1);
  }

  // CPU time that they used since the previous call, or the construction.
  double spent_s();

  // Ids of those whose time the last call gave, without those that measure themselves.
  std::vector<int> pids() const;

 private:
  struct Child {
    double cpu_s = 0;
    bool measures_itself = false;
  };
  using ByPid = std::map<int, Child>;

  ByPid look() const;

  std::filesystem::path proc_;
  ByPid last_;
};

}  // namespace fedwatt::energy
