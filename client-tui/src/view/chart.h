#pragma once

#include "model/viewer_model.h"
#include "view/element.h"
#include "view/style.h"
#include "view/view_context.h"

namespace fedwatt::viewer {

// What the training gained against what it has cost so far: the target metric over the cumulative
// emissions, a point for each closed round, with the Pareto front and the best round marked.
// Rounds without one of the two figures are gaps.
ftxui::Element chart(const Style& style, const RunRecord& run, Size size);

// "accuracy against gCO2e", with the units that the axes have, and what the marks mean.
std::string chart_title(const RunRecord& run);

}  // namespace fedwatt::viewer
