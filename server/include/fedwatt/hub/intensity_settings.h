#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "fedwatt/carbon/intensity.h"

namespace fedwatt::hub {

// The intensities that a person asked for: with the table in `table_file`, or the one compiled in
// if that is empty, and a time series for each "REGION=FILE". Reads the files, so it may block.
// Fails with one sentence that names the file and its bad lines.
tl::expected<carbon::Intensities, std::string> read_intensities(
    const std::string& table_file, const std::vector<std::string>& series);

// The table's regions as text, a line for each: all, or those with `part` in a name, in any case.
std::string list_regions(const carbon::RegionTable& table, std::string_view part);

}  // namespace fedwatt::hub
