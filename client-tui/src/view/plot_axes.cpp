#include "view/plot_axes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace fedwatt::viewer {
namespace {

// The smallest first.
const std::vector<AxisUnit>& units_of(Quantity quantity) {
  static const std::vector<AxisUnit> kNumber{{1, ""}};
  static const std::vector<AxisUnit> kPercent{{0.01, "%"}};
  static const std::vector<AxisUnit> kEmissions{
      {1e-6, "µgCO2e"}, {1e-3, "mgCO2e"}, {1, "gCO2e"}, {1e3, "kgCO2e"}, {1e6, "tCO2e"}};
  static const std::vector<AxisUnit> kEnergy{
      {1e-3, "mJ"}, {1, "J"}, {1e3, "kJ"}, {1e6, "MJ"}, {1e9, "GJ"}};
  static const std::vector<AxisUnit> kDuration{{1, "s"}, {60, "min"}, {3600, "h"}, {86400, "d"}};
  static const std::vector<AxisUnit> kCount{{1, "rounds"}};
  switch (quantity) {
    case Quantity::kPercent:
      return kPercent;
    case Quantity::kCount:
      return kCount;
    case Quantity::kEmissions:
      return kEmissions;
    case Quantity::kEnergy:
      return kEnergy;
    case Quantity::kDuration:
      return kDuration;
    case Quantity::kNumber:
      break;
  }
  return kNumber;
}

AxisUnit unit_for(Quantity quantity, double end) {
  // An axis of 1 min would have ticks at parts of it.
  const double least = quantity == Quantity::kDuration ? 2 : 1;
  const auto& units = units_of(quantity);
  AxisUnit chosen = units.front();
  for (const AxisUnit& unit : units) {
    if (end >= unit.size * least) chosen = unit;
  }
  return chosen;
}

void keep_whole_ticks(Scale& scale) {
  const auto is_part = [](double tick) { return std::abs(tick - std::round(tick)) > 1e-9; };
  scale.ticks.erase(std::remove_if(scale.ticks.begin(), scale.ticks.end(), is_part),
                    scale.ticks.end());
  scale.decimals = 0;
}

}  // namespace

std::string Axis::label(double tick) const {
  return tick == 0 ? "0" : fmt::format("{:.{}f}", tick, scale.decimals);
}

Axis make_axis(Quantity quantity, double low, double high, int ticks) {
  Axis axis;
  axis.unit = unit_for(quantity, std::max(std::abs(low), std::abs(high)));
  axis.scale = nice_scale(low / axis.unit.size, high / axis.unit.size, ticks);
  if (quantity == Quantity::kCount) keep_whole_ticks(axis.scale);
  return axis;
}

}  // namespace fedwatt::viewer
