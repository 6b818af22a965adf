#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "fedwatt/carbon/interval.h"
#include "fedwatt/protocol/time.h"

namespace fedwatt::carbon {

// How a grid's intensity went. Each value holds from its time until the next one's, but for a day
// at most; the last holds for as long as the one before it did. Never changes, so any thread may
// read it.
class IntensitySeries {
 public:
  struct Point {
    protocol::Timestamp start;
    double g_per_kwh = 0;
  };
  // Of one or more points, whose times rise.
  static IntensitySeries of(const std::vector<Point>& points);

  // Reads lines of `timestamp,g_per_kwh` after a header that says so; times are RFC 3339 with Z or
  // an offset, and rise. Fails with one sentence that names the line of each bad row.
  static tl::expected<IntensitySeries, std::string> parse(std::string_view csv);

  // What the series says of an interval.
  struct Part {
    double g_per_kwh = 0;  // the mean over the time covered, each value weighed by how long it held
    double share = 0;      // how much of the interval is covered: 1 is all, 0 nothing
  };
  // Takes the time of a binary search, and of a step for each value within the interval.
  Part over(Interval interval) const;

 private:
  struct Step {
    protocol::Timestamp start;
    protocol::Timestamp end;
    double g_per_kwh = 0;
  };
  std::vector<Step> steps_;  // in order, without overlap; there may be gaps
};

}  // namespace fedwatt::carbon
