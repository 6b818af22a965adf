#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "fedwatt/run/run_figures.h"

namespace fedwatt::run {

// Runs side by side, as docs/metrics.md defines it: what each emitted until an equal target value,
// and what value each reached with equal emissions. Where the request names neither of the two,
// they are the worst of the runs' best values and the least of their totals.
//
// Goes through each run's rounds once. `runs` holds at least one. In words why not, if they are not
// judged by the same metric with the same goal.
tl::expected<protocol::Comparison, std::string> compare(const std::vector<Run*>& runs,
                                                        FiguresRequest request);

}  // namespace fedwatt::run
