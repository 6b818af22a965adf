#pragma once

#include <string>

#include "input/key.h"

namespace fedwatt::viewer {

// What a key does to a line that is being typed: text goes to its end, Backspace takes a character.
void edit(std::string& typed, const Key& key);

}  // namespace fedwatt::viewer
