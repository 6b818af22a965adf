#pragma once

#include <string>

#include "view/element.h"
#include "view/view_context.h"

namespace fedwatt::viewer {

inline constexpr Size kSmallestSize{64, 20};

// The whole screen: title, the chosen view, footer, and a dialog over them if there is one. Below
// kSmallestSize it says so instead.
ftxui::Element screen_view(const ViewContext& context);

// The same as plain text, context.size.height lines without trailing spaces: what it looks like
// without colours, for tests and for documents.
std::string screen_text(const ViewContext& context);

}  // namespace fedwatt::viewer
