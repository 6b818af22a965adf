#include "view/chart_scale.h"

#include <algorithm>
#include <cmath>

namespace fedwatt::viewer {
namespace {

// The smallest 1, 2 or 5 times a power of ten that is at least `size`.
double nice_step(double size) {
  const double power = std::pow(10, std::floor(std::log10(size)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= size * (1 - 1e-9)) return factor * power;
  }
  return 10 * power;
}

}  // namespace

Scale nice_scale(double low, double high, int count) {
  if (!(high > low)) {
    const double room = low == 0 ? 1 : std::abs(low) * 0.1;
    low -= room;
    high += room;
  }
  Scale scale{low, high, {}, 0};
  const double step = nice_step((high - low) / std::max(1, count));
  // The allowance keeps a tick that is an end but for rounding.
  const double first = std::ceil(low / step - 1e-9) + 0.0;  // and no "-0"
  const double last = std::floor(high / step + 1e-9);
  for (double i = first; i <= last; ++i) scale.ticks.push_back(i * step);
  scale.decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
  return scale;
}

}  // namespace fedwatt::viewer
