#pragma once

#include <optional>

#include "energy/source.h"

namespace fedwatt::energy {

// Joules from a counter that rises since the driver was loaded.
class EnergyCounter {
 public:
  explicit EnergyCounter(std::optional<double> now_j = std::nullopt) : last_j_(now_j) {}

  // Since the previous call; empty if the counter could not be read at one end, if it began anew in
  // between, or if the machine was suspended, after which nobody knows whether it did.
  std::optional<double> spent_j(std::optional<double> now_j, const Interval& interval);

 private:
  std::optional<double> last_j_;
};

// Joules from power that is read now and then: the mean of the readings at both ends (trapezoid).
class PowerIntegral {
 public:
  // What happened in a longer time between two readings is not known from them.
  static constexpr double kLongestGapS = 5;

  explicit PowerIntegral(std::optional<double> now_w = std::nullopt) : last_w_(now_w) {}

  // Since the previous call; empty if power could not be read at one end, or after too long a gap.
  std::optional<double> spent_j(std::optional<double> now_w, const Interval& interval);

 private:
  std::optional<double> last_w_;
};

// Adds one GPU's part to the sum of several, which is not known if one that counts in it is not.
void add_share(std::optional<double>& sum_j, std::optional<double> spent_j,
               std::optional<double> share);

}  // namespace fedwatt::energy
