#pragma once

#include "view/element.h"
#include "view/style.h"
#include "view/view_context.h"

namespace fedwatt::viewer {

// The marked runs beside each other: their curves along one axis, what each took to the same value
// and got for the same emissions, and what was set differently. With fewer than two of them it says
// how runs are marked.
ftxui::Element compare_view(const Style& style, const ViewContext& context, Size size);

}  // namespace fedwatt::viewer
