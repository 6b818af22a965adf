#pragma once

#include "view/element.h"
#include "view/style.h"
#include "view/view_context.h"

// What the viewer has seen of one worker since it follows its run.

namespace fedwatt::viewer {

// Power, target metric, grid and emissions: now, before, and between which values; as many lines as
// fit, four at most.
ftxui::Element worker_past(const Style& style, const RunRecord& run,
                           const protocol::WorkerView& worker, Size size);

// The newest report first; energy and emissions are those since the one before. Reports in between
// that the hub did not tell of one by one are in them.
ftxui::Element reports_table(const Style& style, const RunRecord& run,
                             const protocol::WorkerView& worker, Size size);

}  // namespace fedwatt::viewer
