#pragma once

#include <optional>
#include <string_view>

namespace fedwatt::energy {

// One CPU as it is sold.
struct CpuModel {
  std::string_view name;  // "Intel Xeon Gold 6148"
  double tdp_w;           // thermal design power of the whole package
  int threads;            // hardware threads of the whole package
};

// The model that /proc/cpuinfo names ("Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz"). Only the same
// model will do, letter for letter, but for what makers add to every name (trade marks, "CPU",
// clock, number of cores, graphics): a neighbour in its series may draw half as much. Nothing for a
// CPU that is not in the table, and for one whose name says no model, as virtual machines have.
std::optional<CpuModel> find_cpu(std::string_view cpuinfo_name);

}  // namespace fedwatt::energy
