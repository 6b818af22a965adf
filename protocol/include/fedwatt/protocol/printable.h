#pragma once

#include <string>
#include <string_view>

namespace fedwatt::protocol {

// `text` with every control character, line separator, bidirectional mark, invisible character (but
// for the joiners, which some scripts need) and broken byte replaced by one "�" each, so that a
// name from outside can neither write to a terminal or a log, nor look like another one there. The
// result is valid UTF-8.
std::string printable(std::string_view text);

}  // namespace fedwatt::protocol
