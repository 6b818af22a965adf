# Writes OUTPUT, a C++ source with the table FILE as kIntensityCsv:
#   cmake -DFILE=… -DOUTPUT=… -P embed_intensity.cmake

file(READ ${FILE} csv)
file(WRITE ${OUTPUT} "// Generated from ${FILE}: do not edit.
#include \"carbon/intensity_csv.h\"

namespace fedwatt::carbon {

const std::string_view kIntensityCsv = R\"csv(${csv})csv\";

}  // namespace fedwatt::carbon
")
