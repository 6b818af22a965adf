#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fedwatt/protocol/messages.h"

namespace fedwatt::viewer {

struct RunRecord;

// Where a figure comes from: from meters alone, from models alone, from both, or nobody said.
enum class Provenance { kMeasured, kEstimated, kMixed, kUnknown };

// What one component of all machines used together.
struct ComponentShare {
  std::string component;           // "CPU", "GPU", "RAM", "machine"
  std::optional<double> energy_j;  // empty: nobody measured it
  bool has_gap = false;            // somebody did not
  std::vector<std::string> sources;
  Provenance provenance = Provenance::kUnknown;
};

// A run's energy by component, those that used or lack some. The sum is that of its rounds; which
// source a component has is what the workers' latest reports say.
struct EnergySplit {
  std::vector<ComponentShare> components;
  double total_j = 0;
  // Of the total, by provenance; the rest is of both kinds, or nobody said which.
  double measured_j = 0;
  double estimated_j = 0;
};

EnergySplit split_energy(const RunRecord& run);

// Of one worker's component: the kind of its one source; kUnknown for "".
Provenance provenance_of(const std::vector<std::string>& sources);

}  // namespace fedwatt::viewer
