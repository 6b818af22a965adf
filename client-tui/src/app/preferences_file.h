#pragma once

#include <string>
#include <tl/expected.hpp>

#include "app/preferences.h"

namespace fedwatt::viewer {

// What the file says; the defaults where there is none, or no `path`. A file that cannot be read,
// that is none, or that is too large for one is ignored, and complained of. Reads a little, at
// once.
ReadPreferences read_preferences(const std::string& path);

// Writes them, whole or not at all, and makes the folder (for its owner only) where it is missing.
// A link stays one. Does nothing without a `path`. An error is one sentence; nothing depends on
// what is kept, so it is for telling only.
tl::expected<void, std::string> write_preferences(const std::string& path,
                                                  const Preferences& preferences);

}  // namespace fedwatt::viewer
