#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/run_comparison.h"
#include "view/plot.h"

namespace fedwatt::viewer {

// The sign that a run's curve and column have, by its place among the compared ones.
PlotSign sign_of_run(std::size_t index);

// A line of the table: a cell for each run.
struct ComparedRow {
  std::string label;
  std::vector<std::string> cells;
};

// The figures at an equal value and at equal emissions, changes being against the first run; the
// brief ones leave out rounds, times and energy.
enum class CompareDetail { kBrief, kFull };
std::vector<ComparedRow> comparison_rows(const protocol::Comparison& comparison,
                                         CompareDetail detail);

}  // namespace fedwatt::viewer
