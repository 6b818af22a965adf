#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fedwatt::viewer {

// The fields of a line of RFC 4180 CSV, without their quotes. Empty where a quote is not closed.
std::optional<std::vector<std::string>> csv_fields(std::string_view line);

}  // namespace fedwatt::viewer
