#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "import/import_source.h"

namespace fedwatt::viewer {

// What is in a file of any kind that can be imported, found by its content and by reading all of
// it. Rows of other programs' files that make no sense go to `skipped`. An error is one sentence.
tl::expected<std::vector<ImportSource>, std::string> check_import_file(const std::string& path,
                                                                       SkippedRows& skipped);

}  // namespace fedwatt::viewer
