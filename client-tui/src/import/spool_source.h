#pragma once

#include <string>
#include <tl/expected.hpp>

#include "import/import_source.h"

namespace fedwatt::viewer {

// What waits in the spool of a worker that does not come back (docs/spool.md). An error is one
// sentence with the file.
tl::expected<ImportSource, std::string> check_spool(const std::string& path);

}  // namespace fedwatt::viewer
