#pragma once

#include "view/element.h"
#include "view/view_context.h"

namespace fedwatt::viewer {

// The element in exactly that many cells.
ftxui::Element sized(ftxui::Element element, Size size);

}  // namespace fedwatt::viewer
