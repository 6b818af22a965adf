#pragma once

#include <initializer_list>
#include <string_view>

namespace fedwatt::viewer {

// Whether each word of `filter` is in one of `texts`, whatever the case of its letters (A to Z). An
// empty filter lets everything through.
bool matches_filter(std::string_view filter, std::initializer_list<std::string_view> texts);

}  // namespace fedwatt::viewer
