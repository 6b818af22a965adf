#pragma once

#include <string_view>

namespace fedwatt::carbon {

// server/data/intensity.csv.
extern const std::string_view kIntensityCsv;

}  // namespace fedwatt::carbon
