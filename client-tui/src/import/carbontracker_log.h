#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "import/import_source.h"
#include "import/line_reader.h"

namespace fedwatt::viewer {

// A log of carbontracker's: the standard one (…_carbontracker.log), which has duration and power of
// each epoch, or the output one (…_carbontracker_output.log), which has what was consumed so far
// once or twice in a training. Its predictions are no measurements and are passed over.
// docs/import.md says what becomes of which line.
class CarbontrackerLog {
 public:
  // Whether the first line of a file is that of such a log.
  static bool is_first_line(std::string_view line);
  static tl::expected<CarbontrackerLog, std::string> open(const std::string& path);

  // The next measured interval: an epoch, or in the output log all epochs since its last figure.
  // What is wrong with others goes to `skipped`. Empty after the last.
  tl::expected<std::optional<protocol::Report>, std::string> next(SkippedRows& skipped);

  // What the log says beside that, as far as it was read. No session before the first report.
  protocol::WorkerHello hello() const;
  // Of the standard log, which has it in the end; the output log's reports have their own.
  std::optional<double> average_intensity_g_per_kwh() const { return intensity_; }

 private:
  enum class Kind { kStandard, kOutput };

  // What the log says about an interval; in the output log, about all up to its end.
  struct Interval {
    std::int64_t line = 0;
    std::string text;  // the lines that say so
    std::int64_t epoch = 0;
    std::optional<protocol::Timestamp> end;
    std::optional<double> duration_s;
    protocol::ComponentEnergy power_w;
    std::optional<double> energy_kwh;
    std::optional<double> co2eq_g;
    std::string problem;  // the first thing in it that makes no sense
  };

  CarbontrackerLog(LineReader lines, Kind kind) : lines_(std::move(lines)), kind_(kind) {}

  void take_line(const std::string& text);
  void take_message(const std::string& message);
  void begin(const std::string& epoch);
  void take_figure(const std::string& name, const std::string& value);
  void take_power(const std::string& component, const std::string& watts);
  void take_context(const std::string& message);
  void end_interval();
  std::optional<protocol::Report> finish(SkippedRows& skipped);
  tl::expected<protocol::Report, std::string> report_of(const Interval& interval) const;
  tl::expected<Interval, std::string> since_the_last(Interval interval) const;

  LineReader lines_;
  Kind kind_;
  std::string first_line_;
  std::optional<protocol::Timestamp> now_;  // of the latest line that has a time
  std::optional<Interval> open_;
  std::optional<Interval> complete_;  // waits for finish()
  std::string open_list_;             // a component's powers, which go on in the next line
  std::int64_t intervals_ = 0;        // finished, sound or not
  Interval last_;                     // the one that the last report is of
  std::string version_;
  protocol::Hardware hardware_;
  std::optional<double> pue_;
  std::optional<double> intensity_;
  std::string session_;
};

// Finds what is in a log by reading all of it.
tl::expected<ImportSource, std::string> check_carbontracker_log(const std::string& path,
                                                                SkippedRows& skipped);

}  // namespace fedwatt::viewer
