#pragma once

#include "view/element.h"
#include "view/style.h"
#include "view/view_context.h"

namespace fedwatt::viewer {

// The question before a command: which run and workers it concerns and what has been spent. Only
// with context.ui.confirmation set, for a run that the model knows.
ftxui::Element confirmation_dialog(const Style& style, const ViewContext& context);

// The keys of the screen, made from the keymap.
ftxui::Element help_dialog(const Style& style, const ViewContext& context);

}  // namespace fedwatt::viewer
