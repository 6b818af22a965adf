#pragma once

#include <cstddef>
#include <vector>

#include "model/run_totals.h"
#include "view/element.h"
#include "view/style.h"
#include "view/view_context.h"

namespace fedwatt::viewer {

// "≥~410 mgCO2e", the marks as those of a run's totals.
std::string format_spent_emissions(const SpentSum& sum);
std::string format_spent_energy(const SpentSum& sum);

// What all runs are and cost together, in one line or in two where it is narrow; on the right how
// many are marked, and how many of them the filter lets through (`listed`).
std::vector<ftxui::Element> totals_lines(const Style& style, const ViewContext& context,
                                         std::size_t listed, int width);

}  // namespace fedwatt::viewer
