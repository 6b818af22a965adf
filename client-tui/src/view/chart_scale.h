#pragma once

#include <vector>

namespace fedwatt::viewer {

// An axis: from where to where, and the round numbers at which it is marked.
struct Scale {
  double low = 0;
  double high = 1;
  std::vector<double> ticks;
  int decimals = 0;  // that the ticks need, to be told apart

  // Where `value` lies between low (0) and high (1).
  double position(double value) const { return (value - low) / (high - low); }
};

// From `low` to `high`, with about `count` ticks between them at multiples of 1, 2 or 5 times a
// power of ten. Equal ends get some room first.
Scale nice_scale(double low, double high, int count);

}  // namespace fedwatt::viewer
