#pragma once

#include "view/element.h"
#include "view/style.h"
#include "view/view_context.h"

namespace fedwatt::viewer {

// How clean the energy is: the workers' mean now and what the rounds were charged with, each with
// its past, and the grids of the workers with who says so.
ftxui::Element grid_panel(const Style& style, const RunRecord& run, Size size);

}  // namespace fedwatt::viewer
