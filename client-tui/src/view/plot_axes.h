#pragma once

#include <string>

#include "view/chart_scale.h"

namespace fedwatt::viewer {

// What the values along an axis are. They are given in base units: a fraction for kPercent, grams,
// joules, seconds.
enum class Quantity { kNumber, kPercent, kCount, kEmissions, kEnergy, kDuration };

// One unit for a whole axis, so many base units large.
struct AxisUnit {
  double size = 1;
  std::string name;  // "mgCO2e"; empty for a plain number
};

struct Axis {
  Scale scale;  // in units
  AxisUnit unit;

  // Where a value in base units lies between the low end (0) and the high one (1).
  double position(double value) const { return scale.position(value / unit.size); }
  // A tick without its unit: "200".
  std::string label(double tick) const;
};

// From `low` to `high` in base units, with about `ticks` of them. The unit is that of the end which
// is farther from 0. Counts have whole ticks only.
Axis make_axis(Quantity quantity, double low, double high, int ticks);

}  // namespace fedwatt::viewer
