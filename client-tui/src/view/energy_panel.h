#pragma once

#include "view/element.h"
#include "view/style.h"
#include "view/view_context.h"

namespace fedwatt::viewer {

// What the run's energy went into, by component, and from where each figure is: "█" measured, "▒"
// estimated, "▓" both, "░" where nobody said.
ftxui::Element energy_panel(const Style& style, const RunRecord& run, Size size);

// "CPU ~481 J · GPU 97.2 J · RAM not measured · FR 56.0, PL 662 g/kWh": the same and the grids, in
// a line for small terminals.
ftxui::Element source_line(const Style& style, const RunRecord& run, int width);

}  // namespace fedwatt::viewer
