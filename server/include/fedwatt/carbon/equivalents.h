#pragma once

#include <vector>

#include "fedwatt/protocol/figures.h"

namespace fedwatt::carbon {

// Emissions in words that people can picture: emissions_g / g_per_unit of each thing in the table,
// with the factor, its source and its year. The table is docs/metrics.md's.
std::vector<protocol::Equivalent> equivalents_of(double emissions_g);

}  // namespace fedwatt::carbon
