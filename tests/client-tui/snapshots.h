#pragma once

#include <string>

#include "view/element.h"
#include "view/view_context.h"

// Pictures as text, compared with tests/client-tui/snapshots. FEDWATT_UPDATE_SNAPSHOTS=1 writes
// them anew: look at the difference before committing it.

namespace fedwatt::viewer {

inline constexpr Size kSmall{80, 24};
inline constexpr Size kMedium{120, 40};
inline constexpr Size kLarge{200, 60};

// What a view alone looks like: size.height lines without trailing spaces.
std::string element_text(const ftxui::Element& element, Size size);

void expect_snapshot(const std::string& name, const std::string& actual);

}  // namespace fedwatt::viewer
