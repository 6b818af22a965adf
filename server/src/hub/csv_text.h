#pragma once

#include <string>
#include <string_view>

namespace fedwatt::hub {

// `text` as a field of RFC 4180 CSV. What a spreadsheet would take for a formula (text from outside
// that begins with = + - @, a tab or a carriage return) gets an apostrophe before it.
std::string csv_text(std::string_view text);

}  // namespace fedwatt::hub
