#pragma once

#include <optional>

#include "fedwatt/protocol/figures.h"
#include "fedwatt/run/run.h"

// The figures of a whole run, as docs/metrics.md defines them. Functions of its rounds, which they
// go through once and do not copy: O(rounds), so asked for when somebody wants to see them, not
// after each report. Not const, because a run computes its rounds' figures when they are asked for.

namespace fedwatt::run {

// What is asked about, beside what a run has anyway.
struct FiguresRequest {
  std::optional<double> target_value;  // what did it take to get there?
  std::optional<double> emissions_g;   // what did so much buy?
  protocol::ZeusWeights zeus;
};

protocol::RunFigures run_figures(Run& run, const FiguresRequest& request);

// The same with the rounds on the front and the equivalents of the emissions.
protocol::DetailedFigures detailed_figures(Run& run, const FiguresRequest& request);

}  // namespace fedwatt::run
