#pragma once

#include "view/element.h"
#include "view/style.h"
#include "view/view_context.h"

namespace fedwatt::viewer {

// What was ordered in a run, by whom, why, and who has acknowledged it; and what happened. The
// newest line is the lowest, and context.ui.first_log_line says how many of them are scrolled away.
ftxui::Element log_view(const Style& style, const ViewContext& context, const RunRecord& run,
                        Size size);

}  // namespace fedwatt::viewer
