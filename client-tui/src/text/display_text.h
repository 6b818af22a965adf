#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fedwatt/protocol/printable.h"

// Text for terminals: nothing in it moves the cursor, and its width is counted in cells.

namespace fedwatt::viewer {

using protocol::printable;

// Cells that printable text takes; a CJK character takes two.
int display_width(const std::string& text);

// At most `width` cells of printable text, the last one being "…" if something was cut.
std::string clip(const std::string& text, int width);

// Printable text in lines of at most `width` cells, broken at spaces; a longer word has a line of
// its own.
std::vector<std::string> wrapped(const std::string& text, int width);

enum class Align { kLeft, kRight };

// Exactly `width` cells: clipped, or filled with spaces.
std::string fit(const std::string& text, int width, Align align = Align::kLeft);

}  // namespace fedwatt::viewer
