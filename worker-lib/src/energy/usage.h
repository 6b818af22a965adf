#pragma once

#include <optional>

#include "energy/children.h"
#include "energy/machine.h"
#include "energy/small_file.h"
#include "energy/source.h"

namespace fedwatt::energy {

// Who used the machine's CPU, and for how long. In scope kProcess a meter is billed the part
// `CPU time of this process / CPU time of all` of what the machine's CPU spent: whoever is busy
// carries the idle power too, and a process that used no CPU is billed nothing.
class Usage {
 public:
  Usage(const Machine& machine, Scope scope);

  // From the previous call, or the construction, until now.
  Interval next();

 private:
  std::optional<double> machine_cpu_s();

  Machine machine_;
  Scope scope_;
  int threads_;  // that the machine has; 0 if it does not say
  SmallFile stat_;
  Children children_;
  double last_s_;
  double last_suspended_s_;
  double last_cpu_s_;
  std::optional<double> last_machine_cpu_s_;
};

}  // namespace fedwatt::energy
