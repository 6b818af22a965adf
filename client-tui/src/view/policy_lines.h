#pragma once

#include <vector>

#include "view/element.h"
#include "view/style.h"
#include "view/view_context.h"

namespace fedwatt::viewer {

// The run's policies in a line, its budget as a gauge, and whose order outranks them in another;
// none if it has no policies.
std::vector<ftxui::Element> policy_lines(const Style& style, const protocol::RunView& run,
                                         int width);

}  // namespace fedwatt::viewer
