#pragma once

#include "view/element.h"
#include "view/style.h"
#include "view/view_context.h"

namespace fedwatt::viewer {

// One run: its curve, rounds, workers and events.
ftxui::Element run_view(const Style& style, const ViewContext& context, const RunRecord& run,
                        Size size);

}  // namespace fedwatt::viewer
