#pragma once

#include <optional>
#include <string>

#include "fedwatt/protocol/messages.h"

namespace fedwatt::energy {

// A component's figure and where it came from, for code that treats all of them alike.
struct Component {
  std::optional<double> protocol::ComponentEnergy::*energy_j;
  std::string protocol::EnergySources::*source;
};

inline constexpr Component kComponents[] = {
    {&protocol::ComponentEnergy::cpu_j, &protocol::EnergySources::cpu},
    {&protocol::ComponentEnergy::gpu_j, &protocol::EnergySources::gpu},
    {&protocol::ComponentEnergy::ram_j, &protocol::EnergySources::ram},
    {&protocol::ComponentEnergy::machine_j, &protocol::EnergySources::machine}};

}  // namespace fedwatt::energy
