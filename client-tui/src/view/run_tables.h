#pragma once

#include "view/element.h"
#include "view/style.h"
#include "view/view_context.h"

// The tables of the run screen, each filling the size it is given.

namespace fedwatt::viewer {

// The newest round first. "●" is the best round, "○" one on the Pareto front; "~" goes before an
// energy that is an estimate in part, "≥" before one that misses a component.
ftxui::Element rounds_table(const Style& style, const RunRecord& run, int first, Size size);

// In the order of workers_in_order(); while ui.workers_focused the selected one is shown as such.
ftxui::Element workers_table(const Style& style, const ViewContext& context, const RunRecord& run,
                             Size size);

// The newest events, the last one at the bottom; "▲" goes before what somebody should look at.
ftxui::Element event_lines(const Style& style, const RunRecord& run, Size size);

}  // namespace fedwatt::viewer
