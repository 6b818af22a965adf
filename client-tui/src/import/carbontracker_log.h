#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "import/carbontracker_lines.h"
#include "import/import_source.h"

namespace fedwatt::viewer {

// A log of carbontracker's as reports. docs/import.md says what becomes of which line.
class CarbontrackerLog {
 public:
  static tl::expected<CarbontrackerLog, std::string> open(const std::string& path);

  // The next measured interval: an epoch, or in the output log all epochs since its last figure.
  // What is wrong with others goes to `skipped`. Empty after the last.
  tl::expected<std::optional<protocol::Report>, std::string> next(SkippedRows& skipped);

  // What the log says beside that, as far as it was read. No session before the first report.
  protocol::WorkerHello hello() const;
  // Of the standard log, which has it in the end; the output log's reports have their own.
  std::optional<double> average_intensity_g_per_kwh() const {
    return lines_.context().average_intensity_g_per_kwh;
  }

 private:
  using Interval = CarbontrackerLines::Interval;

  explicit CarbontrackerLog(CarbontrackerLines lines) : lines_(std::move(lines)) {}

  tl::expected<protocol::Report, std::string> report_of(const Interval& interval) const;
  tl::expected<protocol::Report, std::string> standard_report(const Interval& interval) const;
  tl::expected<protocol::Report, std::string> output_report(const Interval& interval) const;

  CarbontrackerLines lines_;
  std::int64_t intervals_ = 0;  // read, sound or not
  Interval last_;               // the one that the last report is of
  std::string session_;
};

// Finds what is in a log by reading all of it.
tl::expected<ImportSource, std::string> check_carbontracker_log(const std::string& path,
                                                                SkippedRows& skipped);

}  // namespace fedwatt::viewer
