#pragma once

#include "view/element.h"
#include "view/style.h"
#include "view/view_context.h"

namespace fedwatt::viewer {

// All runs, a line each, and what they cost together.
ftxui::Element run_list_view(const Style& style, const ViewContext& context, Size size);

}  // namespace fedwatt::viewer
