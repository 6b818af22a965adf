#include "import/import_files.h"

#include <utility>

#include "import/carbontracker_log.h"
#include "import/codecarbon_file.h"
#include "import/line_reader.h"
#include "import/offline_reader.h"
#include "import/spool_source.h"
#include "session/spool.h"

namespace fedwatt::viewer {
namespace {

using Sources = tl::expected<std::vector<ImportSource>, std::string>;

Sources alone(tl::expected<ImportSource, std::string> source) {
  if (!source) return tl::unexpected(std::move(source.error()));
  return std::vector<ImportSource>{*std::move(source)};
}

}  // namespace

Sources check_import_file(const std::string& path, SkippedRows& skipped) {
  if (session::is_spool(path)) return alone(check_spool(path));
  auto lines = LineReader::open(path);
  if (!lines) return tl::unexpected(std::move(lines.error()));
  const auto first = lines->next();
  if (!first && !lines->failure().empty()) return tl::unexpected(lines->failure());
  const std::string text = first ? first->text : "";
  Sources sources;
  if (text.find_first_not_of(" \t") != std::string::npos &&
      text[text.find_first_not_of(" \t")] == '{') {
    return alone(check_offline_file(path));
  }
  if (CodecarbonFile::is_header(text)) {
    sources = check_codecarbon_file(path, skipped);
  } else if (CarbontrackerLines::is_first_line(text)) {
    sources = alone(check_carbontracker_log(path, skipped));
  } else {
    return tl::unexpected(
        path +
        " is of no kind that can be imported: these are offline files of Fedwatt's workers (JSON "
        "lines), their spools, codecarbon's emissions.csv, and carbontracker's logs "
        "(…_carbontracker.log, "
        "…_carbontracker_output.log)");
  }
  if (!sources) return sources;
  if (sources->empty() || sources->front().reports == 0) {
    return tl::unexpected(path + " holds nothing that could be imported");
  }
  return sources;
}

}  // namespace fedwatt::viewer
