#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "fedwatt/protocol/messages.h"
#include "import/line_reader.h"

namespace fedwatt::viewer {

// What one of carbontracker's logs says, line by line: the standard one (…_carbontracker.log),
// which has duration and power of each epoch, or the output one (…_carbontracker_output.log), which
// has what was consumed so far once or twice in a training. Its predictions are no measurements and
// are passed over.
class CarbontrackerLines {
 public:
  enum class Kind { kStandard, kOutput };

  // Whether the first line of a file is that of such a log.
  static bool is_first_line(std::string_view line);
  static tl::expected<CarbontrackerLines, std::string> open(const std::string& path);

  // What the log says about an epoch; in the output log, about all up to its end.
  struct Interval {
    std::int64_t line = 0;  // where it begins
    std::string text;       // the lines that say so
    std::int64_t epoch = 0;
    std::optional<protocol::Timestamp> end;
    std::optional<double> duration_s;
    protocol::ComponentEnergy power_w;
    std::optional<double> energy_kwh;
    std::optional<double> co2eq_g;
    std::string problem;  // the first thing in it that makes no sense
  };
  // The next interval; empty after the last.
  tl::expected<std::optional<Interval>, std::string> next();

  // What the log says beside that, as far as it was read.
  struct Context {
    std::string version;
    protocol::Hardware hardware;
    std::optional<double> pue;
    std::optional<double> average_intensity_g_per_kwh;
  };
  const Context& context() const { return context_; }

  Kind kind() const { return kind_; }
  const std::string& path() const { return lines_.path(); }
  const std::string& first_line() const { return first_line_; }

 private:
  CarbontrackerLines(LineReader lines, Kind kind) : lines_(std::move(lines)), kind_(kind) {}

  void take_line(const std::string& text);
  void take_message(const std::string& message);
  void begin(const std::string& epoch);
  void take_figure(const std::string& name, const std::string& value);
  void take_power(const std::string& component, const std::string& watts);
  void take_context(const std::string& message);
  void end_interval();

  LineReader lines_;
  Kind kind_;
  std::string first_line_;
  std::optional<protocol::Timestamp> now_;  // of the latest line that has a time
  std::optional<Interval> open_;
  std::optional<Interval> complete_;  // waits for next()
  std::string open_list_;             // a component's powers, which go on in the next line
  Context context_;
};

}  // namespace fedwatt::viewer
