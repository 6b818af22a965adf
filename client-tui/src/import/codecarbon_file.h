#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <unordered_map>
#include <vector>

#include "import/import_source.h"
#include "import/line_reader.h"

namespace fedwatt::viewer {

// codecarbon's emissions.csv, of any version that writes energy, or the CSV file of its tasks. Each
// row is a report: what was measured since the row before of the same codecarbon run, whose rows
// are running totals. docs/import.md says what becomes of which column.
class CodecarbonFile {
 public:
  // Whether the first line of a file is the header of such a file.
  static bool is_header(std::string_view line);
  static tl::expected<CodecarbonFile, std::string> open(const std::string& path);

  struct Row {
    protocol::WorkerHello hello;  // what the row says of its worker; its run is the project
    protocol::Report report;      // numbered by its place in the file
  };
  // The next row that is sound; what is wrong with others goes to `skipped`. Empty after the last.
  tl::expected<std::optional<Row>, std::string> next(SkippedRows& skipped);

 private:
  enum Figure { kDurationS, kEmissionsKg, kCpuKwh, kGpuKwh, kRamKwh, kTotalKwh, kFigures };
  using Figures = std::array<double, kFigures>;

  explicit CodecarbonFile(LineReader lines) : lines_(std::move(lines)) {}

  std::string_view field(const std::string& column) const;
  tl::expected<Row, std::string> row_of(const LineReader::Line& line);
  tl::expected<Figures, std::string> read_figures() const;
  tl::expected<Figures, std::string> since_the_row_before(const Figures& figures);
  tl::expected<protocol::Report, std::string> report_of(const Figures& totals,
                                                        const Figures& figures) const;
  protocol::WorkerHello hello_of(const std::string& line) const;

  LineReader lines_;
  std::map<std::string, std::size_t> columns_;  // by name
  std::vector<std::string> fields_;             // of the row that is read
  std::int64_t rows_ = 0;
  std::unordered_map<std::string, Figures> totals_;  // by codecarbon's run_id: its latest row
};

// Finds what is in a file by reading all of it: a source for each of its projects.
tl::expected<std::vector<ImportSource>, std::string> check_codecarbon_file(const std::string& path,
                                                                           SkippedRows& skipped);

}  // namespace fedwatt::viewer
