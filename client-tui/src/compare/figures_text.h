#pragma once

#include <string>
#include <vector>

#include "fedwatt/protocol/figures.h"

// The figures of a run, and runs side by side, as text and as CSV. Pure.

namespace fedwatt::viewer {

// A run's figures with their units, and the equivalents with their sources.
std::vector<std::string> figures_lines(const protocol::DetailedFigures& detailed);

// A table with a column for each run, four at most beside each other in 80 cells; then in a
// sentence which run did best.
std::vector<std::string> comparison_lines(const protocol::Comparison& comparison);
std::string comparison_summary(const protocol::Comparison& comparison);

// RFC 4180 with a header line, a row for each run; what is not known is an empty field.
std::string comparison_csv(const protocol::Comparison& comparison);

}  // namespace fedwatt::viewer
