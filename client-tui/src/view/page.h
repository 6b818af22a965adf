#pragma once

#include "view/element.h"
#include "view/theme.h"

namespace fedwatt::viewer {

// The last layer, around the whole screen: what has no colour gets the theme's text and background,
// and where the terminal shows ASCII only, every cell is put into ASCII.
ftxui::Element page(const Theme& theme, ftxui::Element screen);

}  // namespace fedwatt::viewer
