#pragma once

#include <optional>
#include <string>
#include <vector>

namespace fedwatt::viewer {

// The newest of `values` (oldest first), a cell each, from "▁" for the least of them to "█" for the
// largest; "▄" where all are the same. What is not known is a gap. Always `width` cells: the newest
// is the last one.
std::string sparkline(const std::vector<std::optional<double>>& values, int width);

}  // namespace fedwatt::viewer
