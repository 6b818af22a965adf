#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "fedwatt/protocol/figures.h"
#include "model/viewer_model.h"

// Runs side by side, from their rounds: what the hub's comparison says, but live. Pure.

namespace fedwatt::viewer {

struct ComparedRuns {
  std::vector<const RunRecord*> runs;  // in the order of their start; valid until the model changes
  std::size_t others = 0;              // marked, but judged otherwise
};

// Those of the marked runs that the model knows and that are judged as most of them are.
ComparedRuns compared_runs(const ViewerModel& model, const std::set<std::string>& marked);

// The figures of docs/metrics.md for these runs, which are judged alike, at the value that all have
// reached and at the emissions that all have had. What needs rounds that have not come is empty.
protocol::Comparison compare(const std::vector<const RunRecord*>& runs);

}  // namespace fedwatt::viewer
