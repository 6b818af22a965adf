#include "fedwatt/run/forecast.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "fedwatt/run/figures.h"

namespace fedwatt::run {
namespace {

constexpr std::size_t kFewestRounds = 3;
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

// The latest of each of so many stretches of the rounds: some may evaluate seldom.
std::vector<TargetPoint> target_points(std::span<const protocol::RoundView* const> closed) {
  const auto most = std::min(closed.size(), kMostPoints);
  std::vector<TargetPoint> points;
  for (std::size_t i = 0; i < most; ++i) {
    const auto begin = i * closed.size() / most;
    for (auto each = (i + 1) * closed.size() / most; each > begin; --each) {
      const auto& round = *closed[each - 1];
      if (!round.target_value) continue;
      points.push_back({static_cast<double>(round.round), *round.target_value});
      break;
    }
  }
  return points;
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
  std::vector<double> decayed(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    decayed[i] = std::exp(-rate * (points[i].round - points[0].round));
    mean_x += decayed[i] / count;
    mean_y += points[i].value / count;
  }
  double xx = 0;
  double xy = 0;
  double yy = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double x = decayed[i] - mean_x;
    const double y = points[i].value - mean_y;
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  const double slope = xx > 0 ? xy / xx : 0;
  return {mean_y - slope * mean_x, slope, yy - slope * xy};
}

// The same total, if what is not spent yet is that many times as much.
protocol::Estimate with_rest_times(double factor, double spent, const protocol::Estimate& total) {
  const auto times = [factor, spent](double end) { return spent + factor * (end - spent); };
  return {times(total.mean), times(total.low), times(total.high)};
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

std::optional<protocol::Estimate> forecast_total(double spent, std::span<const double> latest,
                                                 std::int64_t rounds_left) {
  if (latest.size() < kFewestRounds || rounds_left < 0) return std::nullopt;
  const auto stable = latest.subspan(warm_up_rounds(latest));
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
                                              const Standing& after, const Plan& plan) {
  const auto count = static_cast<std::int64_t>(closed.size());
  if (closed.size() < kFewestRounds || count < plan.after_rounds) return std::nullopt;
  protocol::Forecast forecast;
  const bool from_zero = closed.front()->round == 0;
  forecast.last_round = plan.total_rounds - (from_zero ? 1 : 0);
  forecast.rounds_left = forecast.last_round - closed.back()->round;
  if (forecast.rounds_left < 0) return std::nullopt;

  const auto total_of = [&](double spent, std::optional<double> protocol::RoundView::*figure) {
    std::vector<double> latest;
    for (const auto* round : closed.last(std::min(closed.size(), kMostRounds))) {
      if (round->*figure) latest.push_back(*(round->*figure));
    }
    return forecast_total(spent, latest, forecast.rounds_left);
  };
  using protocol::RoundView;
  const double spent_g = after.cumulative_emissions_g.value_or(0);
  forecast.energy_j = total_of(after.cumulative_energy_j.value_or(0), &RoundView::energy_j);
  forecast.emissions_g = total_of(spent_g, &RoundView::emissions_g);
  forecast.wall_s = total_of(after.cumulative_wall_s, &RoundView::wall_s);
  if (forecast.emissions_g && plan.outlook) {
    forecast.emissions_g = with_rest_times(plan.outlook->factor, spent_g, *forecast.emissions_g);
    forecast.outlook_g_per_kwh = plan.outlook->g_per_kwh;
  }
  forecast.target_value =
      forecast_target(target_points(closed), static_cast<double>(forecast.last_round), plan.goal);
  return forecast;
}

}  // namespace fedwatt::run
