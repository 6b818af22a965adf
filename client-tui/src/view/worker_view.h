#pragma once

#include "view/element.h"
#include "view/style.h"
#include "view/view_context.h"

namespace fedwatt::viewer {

// The page of the worker that selected_worker() gives: who it is, what it was told and does, where
// its figures come from, and its reports as far as the viewer has seen them.
ftxui::Element worker_view(const Style& style, const ViewContext& context, const RunRecord& run,
                           Size size);

}  // namespace fedwatt::viewer
