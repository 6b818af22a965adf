#include "fedwatt/carbon/intensity_series.h"

#include <algorithm>
#include <utility>

#include "carbon/csv.h"
#include "fedwatt/carbon/region_table.h"
#include "fedwatt/protocol/number_in.h"

namespace fedwatt::carbon {
namespace {

using protocol::Timestamp;
using std::chrono::milliseconds;

const CsvFields kSeriesHeader = {"timestamp", "g_per_kwh"};
constexpr milliseconds kHoldsAtMost = std::chrono::hours{24};

}  // namespace

IntensitySeries IntensitySeries::of(const std::vector<Point>& points) {
  IntensitySeries series;
  auto held = kHoldsAtMost;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto& [start, g_per_kwh] = points[i];
    if (i + 1 < points.size()) held = std::min(points[i + 1].start - start, kHoldsAtMost);
    series.steps_.push_back({start, start + held, g_per_kwh});
  }
  return series;
}

tl::expected<IntensitySeries, std::string> IntensitySeries::parse(std::string_view csv) {
  std::vector<Point> points;
  CsvProblems problems;
  read_csv(csv, kSeriesHeader, problems, [&](std::size_t line, const CsvFields& fields) {
    const auto start = protocol::parse_timestamp(fields[0]);
    if (!start) {
      return problems.add(line, "'" + fields[0] + "' is not a time as 2026-01-31T12:00:00Z");
    }
    const auto g_per_kwh = protocol::number_in<double>(fields[1]);
    if (!g_per_kwh || !(*g_per_kwh >= 0 && *g_per_kwh <= kMostGPerKwh)) {
      return problems.add(line, "'" + fields[1] + "' is not a number from 0 to 2000");
    }
    if (!points.empty() && *start <= points.back().start) {
      return problems.add(line, "not later than the row before");
    }
    points.push_back({*start, *g_per_kwh});
  });
  if (problems.any()) return tl::unexpected(problems.text());
  if (points.empty()) return tl::make_unexpected("no row with a time and a number");
  const auto most =
      std::max_element(points.begin(), points.end(),
                       [](const Point& a, const Point& b) { return a.g_per_kwh < b.g_per_kwh; });
  if (most->g_per_kwh > 0 && most->g_per_kwh < 2) {
    return tl::make_unexpected("no value reaches 2 g/kWh: these are probably kg, and g are meant");
  }
  return of(points);
}

IntensitySeries::Part IntensitySeries::over(Interval interval) const {
  const bool moment = interval.start == interval.end;
  const auto end = moment ? interval.end + milliseconds{1} : interval.end;
  auto step = std::partition_point(steps_.begin(), steps_.end(),
                                   [&](const Step& each) { return each.end <= interval.start; });
  Part part;
  milliseconds covered{0};
  double sum = 0;  // of the differences from the first value, so that equal ones give just that
  const double first = step == steps_.end() ? 0 : step->g_per_kwh;
  for (; step != steps_.end() && step->start < end; ++step) {
    const auto held = std::min(step->end, end) - std::max(step->start, interval.start);
    sum += (step->g_per_kwh - first) * static_cast<double>(held.count());
    covered += held;
  }
  if (covered.count() == 0) return part;
  part.g_per_kwh = first + sum / static_cast<double>(covered.count());
  part.share =
      static_cast<double>(covered.count()) / static_cast<double>((end - interval.start).count());
  return part;
}

}  // namespace fedwatt::carbon
