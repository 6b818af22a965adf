#pragma once

#include "input/hits.h"
#include "view/element.h"

// A view says what its elements are; where they come to lie is known only while FTXUI renders them.

namespace fedwatt::viewer {

// The element, which adds the visible part of its box to `hits` whenever it is rendered. `hits`
// must outlive it; null: the element alone.
ftxui::Element tracked(ftxui::Element element, HitMap* hits, HitTarget what);

}  // namespace fedwatt::viewer
