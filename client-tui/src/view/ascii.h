#pragma once

#include <string_view>

namespace fedwatt::viewer {

// The one ASCII sign that stands for what is in a cell of the screen: a UTF-8 character, with what
// combines with it. States, marks and curves keep signs of their own; letters lose their accents;
// "?" is what has none, and both cells of a wide character. ASCII stays as it is.
char ascii_sign(std::string_view glyph);

}  // namespace fedwatt::viewer
