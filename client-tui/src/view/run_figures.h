#pragma once

#include "view/element.h"
#include "view/style.h"
#include "view/view_context.h"

namespace fedwatt::viewer {

// The run's key figures in one line, for small terminals.
ftxui::Element figure_line(const Style& style, const RunRecord& run, int width);

// The same and more, a line each.
ftxui::Element figure_panel(const Style& style, const RunRecord& run, Size size);

// The run's latest command: who gave it, who has acknowledged, who is missing. A command of this
// screen that the hub refused says why. Null if there was none.
ftxui::Element command_line(const Style& style, const ViewContext& context, const RunRecord& run,
                            int width);

// The run's totals, with "~" if they are estimates in part and "≥" if a component's energy was not
// measured: "≥~578 J", "≥~410 mgCO2e", and "≥~410 mg" in tables.
std::string format_run_energy(const protocol::RunView& run);
std::string format_run_emissions(const protocol::RunView& run);
std::string format_run_mass(const protocol::RunView& run);

// Emissions of the closed rounds after the best one; empty if there are none or one is not known.
std::optional<double> emissions_after_best_g(const RunRecord& run);

}  // namespace fedwatt::viewer
