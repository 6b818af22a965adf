#include "fedwatt/run/forecast.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "fedwatt/run/figures.h"

namespace fedwatt::run {
namespace {

constexpr std::size_t kFewestRounds = 3;
constexpr std::size_t kMostRounds = 500;
constexpr std::size_t kFewestForCorrelation = 8;
constexpr double kMostCorrelation = 0.6;
constexpr std::size_t kFewestPoints = 6;
constexpr std::size_t kMostPoints = 64;
constexpr double kLeastExplained = 0.9;

struct Moments {
  double mean = 0;
  double sum_of_squares = 0;  // of the distances from the mean
};

Moments moments_of(std::span<const double> values) {
  Moments moments;
  for (const double value : values) moments.mean += value;
  moments.mean /= static_cast<double>(values.size());
  for (const double value : values) {
    const double distance = value - moments.mean;
    moments.sum_of_squares += distance * distance;
  }
  return moments;
}

// The 90th percentile of Student's t, for two or more degrees of freedom to 0.2 %: Abramowitz and
// Stegun, Handbook of Mathematical Functions, 26.7.5.
double student_t_90(double degrees) {
  const double z = 1.2815515655446004;
  const double z2 = z * z;
  const double g1 = z * (z2 + 1) / 4;
  const double g2 = z * ((5 * z2 + 16) * z2 + 3) / 96;
  const double g3 = z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
  const double g4 = z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160;
  const double u = 1 / degrees;
  return z + u * (g1 + u * (g2 + u * (g3 + u * g4)));
}

// How many times the variance of a long sum exceeds that of as many independent values.
double correlation_factor(std::span<const double> values, const Moments& moments) {
  if (values.size() < kFewestForCorrelation || !(moments.sum_of_squares > 0)) return 1;
  double products = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    products += (values[i] - moments.mean) * (values[i - 1] - moments.mean);
  }
  // The sample's correlation is too low by about 1/n.
  const double seen = products / moments.sum_of_squares + 1 / static_cast<double>(values.size());
  const double rho = std::clamp(seen, 0.0, kMostCorrelation);
  return (1 + rho) / (1 - rho);
}

// Evenly spread, the last one among them.
std::vector<TargetPoint> some_of(std::span<const TargetPoint> points) {
  std::vector<TargetPoint> some;
  for (std::size_t i = 1; i <= kMostPoints; ++i) {
    some.push_back(points[i * points.size() / kMostPoints - 1]);
  }
  return some;
}

struct Line {
  double intercept;
  double slope;
  double unexplained;  // sum of squares
};

// Least squares of value = intercept + slope · exp(−rate · round).
Line fit_line(std::span<const TargetPoint> points, double rate) {
  const auto count = static_cast<double>(points.size());
  double mean_x = 0;
  double mean_y = 0;
  for (const auto& [round, value] : points) {
    mean_x += std::exp(-rate * (round - points[0].round)) / count;
    mean_y += value / count;
  }
  double xx = 0;
  double xy = 0;
  double yy = 0;
  for (const auto& [round, value] : points) {
    const double x = std::exp(-rate * (round - points[0].round)) - mean_x;
    const double y = value - mean_y;
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  const double slope = xx > 0 ? xy / xx : 0;
  return {mean_y - slope * mean_x, slope, yy - slope * xy};
}

}  // namespace

std::size_t warm_up_rounds(std::span<const double> per_round) {
  if (per_round.size() <= kFewestRounds) return 0;
  const std::size_t most = std::min(per_round.size() / 4, per_round.size() - kFewestRounds);
  // From the last round to the first, so that each step adds one to the rest.
  double count = 0;
  double mean = 0;
  double sum_of_squares = 0;
  std::size_t best = most;
  double least = 0;
  for (std::size_t skipped = per_round.size(); skipped-- > 0;) {
    const double distance = per_round[skipped] - mean;
    mean += distance / ++count;
    sum_of_squares += distance * (per_round[skipped] - mean);
    const double error = sum_of_squares / (count * count);
    if (skipped > most || (skipped < most && error > least)) continue;
    least = error;
    best = skipped;
  }
  return best;
}

std::optional<protocol::Estimate> forecast_total(std::span<const double> per_round,
                                                 std::int64_t rounds_left) {
  if (per_round.size() < kFewestRounds || rounds_left < 0) return std::nullopt;
  double spent = 0;
  for (const double value : per_round) spent += value;

  const auto recent = per_round.last(std::min(per_round.size(), kMostRounds));
  const auto stable = recent.subspan(warm_up_rounds(recent));
  const Moments moments = moments_of(stable);
  const auto count = static_cast<double>(stable.size());
  const auto left = static_cast<double>(rounds_left);
  const double variance =
      moments.sum_of_squares / (count - 1) * correlation_factor(stable, moments);
  const double half = student_t_90(count - 1) * std::sqrt(variance * (left + left * left / count));

  const double mean = spent + left * moments.mean;
  return protocol::Estimate{mean, std::max(spent, mean - half), mean + half};
}

std::optional<double> forecast_target(std::span<const TargetPoint> points, double last_round,
                                      protocol::Target::Goal goal) {
  if (points.size() < kFewestPoints) return std::nullopt;
  if (points.size() > kMostPoints) return forecast_target(some_of(points), last_round, goal);
  const double span = points.back().round - points.front().round;
  if (!(span > 0) || last_round < points.back().round) return std::nullopt;

  // Rates from "hardly bent over all the rounds" to "level after the first", a tenth apart.
  Line best{};
  double best_rate = 0;
  for (double rate = 0.5 / span; rate < 5; rate *= 1.1) {
    const Line line = fit_line(points, rate);
    if (best_rate > 0 && line.unexplained >= best.unexplained) continue;
    best = line;
    best_rate = rate;
  }
  const double variance = fit_line(points, 0).unexplained;  // about the mean: exp(0) is no help
  const bool explains = best.unexplained <= (1 - kLeastExplained) * variance;
  const bool toward_goal = goal == protocol::Target::Goal::kMax ? best.slope < 0 : best.slope > 0;
  const bool bent = best_rate * span >= 1;
  if (!(variance > 0) || !explains || !toward_goal || !bent) return std::nullopt;
  const double estimate =
      best.intercept + best.slope * std::exp(-best_rate * (last_round - points[0].round));
  // A curve that levels off below what was reached already is not this run's.
  const bool passed = std::any_of(points.begin(), points.end(), [&](const TargetPoint& point) {
    return improvement(point.value, estimate, goal) > 0;
  });
  return passed ? std::nullopt : std::optional(estimate);
}

std::optional<protocol::Forecast> forecast_of(std::span<const protocol::RoundView* const> closed,
                                              std::int64_t total_rounds,
                                              protocol::Target::Goal goal) {
  if (closed.size() < kFewestRounds) return std::nullopt;
  std::vector<double> energy_j;
  std::vector<double> emissions_g;
  std::vector<double> wall_s;
  std::vector<TargetPoint> target;
  for (const auto* round : closed) {
    if (round->energy_j) energy_j.push_back(*round->energy_j);
    if (round->emissions_g) emissions_g.push_back(*round->emissions_g);
    if (round->wall_s) wall_s.push_back(*round->wall_s);
    if (round->target_value) {
      target.push_back({static_cast<double>(round->round), *round->target_value});
    }
  }
  protocol::Forecast forecast;
  const bool from_zero = closed.front()->round == 0;
  forecast.last_round = total_rounds - (from_zero ? 1 : 0);
  forecast.rounds_left = forecast.last_round - closed.back()->round;
  if (forecast.rounds_left < 0) return std::nullopt;
  forecast.energy_j = forecast_total(energy_j, forecast.rounds_left);
  forecast.emissions_g = forecast_total(emissions_g, forecast.rounds_left);
  forecast.wall_s = forecast_total(wall_s, forecast.rounds_left);
  forecast.target_value = forecast_target(target, static_cast<double>(forecast.last_round), goal);
  return forecast;
}

}  // namespace fedwatt::run
