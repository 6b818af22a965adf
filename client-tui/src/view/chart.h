#pragma once

#include <string>

#include "model/viewer_model.h"
#include "view/element.h"
#include "view/plot.h"
#include "view/style.h"
#include "view/view_context.h"

namespace fedwatt::viewer {

// What the training gained against what it has cost so far: a point for each closed round, with the
// Pareto front and the best round marked, the forecast dashed with its band, and the limits of the
// policies. The axes are those of `context.ui`. Rounds without one of the two figures are gaps.
ftxui::Element chart(const Style& style, const ViewContext& context, const RunRecord& run,
                     Size size);

// "accuracy against gCO2e", and what the signs mean, as far as they are in the chart.
std::string chart_title(const UiState& ui, const RunRecord& run);

// What the chart of that size shows; without a point in its first series if there is nothing.
Plot run_plot(const UiState& ui, const RunRecord& run, Size size);

}  // namespace fedwatt::viewer
