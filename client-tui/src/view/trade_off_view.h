#pragma once

#include "view/element.h"
#include "view/style.h"
#include "view/view_context.h"

namespace fedwatt::viewer {

// All runs that are judged as the selected one is, by what they reached for how much carbon: as a
// picture with the front joined, as a list, and the selected one in a sentence.
ftxui::Element trade_off_view(const Style& style, const ViewContext& context, Size size);

}  // namespace fedwatt::viewer
