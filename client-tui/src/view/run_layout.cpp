#include "view/run_layout.h"

#include <algorithm>

namespace fedwatt::viewer {

RunLayout lay_out_run(Size size, std::size_t workers) {
  constexpr int kFrame = 2;
  constexpr int kHeading = 1;
  constexpr int kFewRounds = 5;  // heading included
  const int workers_wanted = static_cast<int>(std::min<std::size_t>(workers, 1000)) + kHeading;

  RunLayout layout;
  layout.boxed = size.width >= 100 && size.height >= 30;
  layout.two_columns = size.width >= 180 && size.height >= 40;
  if (!layout.boxed) {
    layout.source_line = size.height >= 18;
    if (layout.source_line) --size.height;
    layout.events = size.height >= 18 ? 2 : 1;
    layout.chart = std::max(6, size.height * 2 / 5);
    const int rest = size.height - layout.chart - layout.events;
    layout.workers = std::min(workers_wanted, std::max(rest / 2, rest - kFewRounds));
    layout.rounds = rest - layout.workers;
    return layout;
  }
  layout.chart = std::clamp(size.height * 2 / 5, 14, 28);
  const int rest = size.height - layout.chart;
  if (layout.two_columns) {
    layout.workers = std::min(workers_wanted + kFrame, rest * 2 / 3);
    layout.events = rest - layout.workers;
    layout.rounds = rest;
    return layout;
  }
  layout.events = std::clamp(rest / 5, 5, 10);  // the grids stand beside them
  layout.workers = std::min(workers_wanted + kFrame, (rest - layout.events) / 2);
  layout.rounds = rest - layout.events - layout.workers;
  return layout;
}

}  // namespace fedwatt::viewer
