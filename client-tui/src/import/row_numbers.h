#pragma once

#include <optional>
#include <string_view>

namespace fedwatt::viewer {

inline constexpr double kJoulesPerKwh = 3.6e6;

// The number that a field of another program's file is; empty if it is no finite number, or more.
std::optional<double> number_in(std::string_view text);

}  // namespace fedwatt::viewer
