#include "fedwatt/carbon/interval.h"

#include <chrono>
#include <cmath>

namespace fedwatt::carbon {

Interval interval_of(const protocol::Report& report, double clock_offset_s) {
  const auto milliseconds = [](double seconds) {
    return std::chrono::milliseconds{std::llround(seconds * 1000)};
  };
  const auto start = report.started_at + milliseconds(clock_offset_s);
  return {start, start + milliseconds(report.duration_s)};
}

}  // namespace fedwatt::carbon
