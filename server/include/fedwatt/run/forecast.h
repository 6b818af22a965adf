#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "fedwatt/protocol/messages.h"
#include "fedwatt/run/figures.h"
#include "fedwatt/run/outlook.h"

// What the rest of a run will probably cost and reach, from the rounds that are done. Pure
// functions; docs/metrics.md says in words what they compute, tests/run/forecast_test.cpp how well
// the bands hold on synthetic runs whose end is known.

namespace fedwatt::run {

// Rounds at the start that cost otherwise than those that follow: caches are cold, clients download
// the model. At most a quarter of the rounds, and never so many that fewer than three are left.
// Marginal standard error rule: K. P. White, "An effective truncation heuristic for bias reduction
// in simulation output", Simulation 69(6), 1997.
std::size_t warm_up_rounds(std::span<const double> per_round);

// No more of the latest rounds are looked at, so that the cost does not grow with the run.
inline constexpr std::size_t kMostRounds = 500;

// The total at the planned end of what each round adds to: what is `spent`, and `rounds_left` times
// the mean of the stable ones among the latest rounds, which are done, in order. The band is the
// 80 % prediction interval of that sum, Student's t, widened by the rounds' lag-1 autocorrelation
// where there are enough of them to see it. Never lower than what is spent. Empty with fewer than
// three rounds.
std::optional<protocol::Estimate> forecast_total(double spent, std::span<const double> latest,
                                                 std::int64_t rounds_left);

struct TargetPoint {
  double round;
  double value;
};

// The target's value in `last_round` from the least-squares fit of a + b·exp(−c·round), c > 0: a
// curve that saturates. Empty while that says nothing: fewer than six rounds, a fit that explains
// less than 90 % of the variance, one that moves away from the goal, that has not bent yet (then
// where it levels off is a guess) or that ends worse than what was reached already.
std::optional<double> forecast_target(std::span<const TargetPoint> points, double last_round,
                                      protocol::Target::Goal goal);

// A plan to forecast: how many rounds, judged how, after how many a forecast makes sense.
struct Plan {
  std::int64_t total_rounds = 0;
  protocol::Target::Goal goal = protocol::Target::Goal::kMax;
  std::int64_t after_rounds = 3;
  std::optional<Outlook> outlook;  // empty: the rest will be as what was
  bool operator==(const Plan&) const = default;
};

// The forecast of a run from its rounds that are closed, in order, and the standing after the last
// of them. Empty if there are fewer than three or than the plan wants, or more than planned.
std::optional<protocol::Forecast> forecast_of(std::span<const protocol::RoundView* const> closed,
                                              const Standing& after, const Plan& plan);

}  // namespace fedwatt::run
