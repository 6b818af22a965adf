#pragma once

#include <cstddef>

#include "view/view_context.h"

namespace fedwatt::viewer {

// How the run screen divides its lines. Heights include each part's frame or heading.
struct RunLayout {
  bool boxed = false;        // frames around the parts, and the figures in a panel of their own
  bool two_columns = false;  // rounds on the left, workers and events on the right
  bool source_line = false;  // energy by source and grids in a line; else each in a panel
  int chart = 0;
  int rounds = 0;
  int workers = 0;
  int events = 0;
};

// Divides `size` (what is left for the parts) for a run of so many workers. The parts fill it.
RunLayout lay_out_run(Size size, std::size_t workers);

}  // namespace fedwatt::viewer
