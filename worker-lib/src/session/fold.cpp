#include "session/fold.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

#include "energy/components.h"

namespace fedwatt::session {
namespace {

using energy::kComponents;
using protocol::Phase;
using protocol::Report;

// What the wire takes of one report.
constexpr double kMostEnergyJ = 1e12;
constexpr double kMostDurationS = 1e8;
constexpr std::int64_t kMostCount = 9'000'000'000'000'000;
constexpr std::size_t kMostMetrics = 64;

bool same_energy(const Report& a, const Report& b) {
  return std::all_of(std::begin(kComponents), std::end(kComponents), [&](const auto& component) {
    const auto& [energy_j, source] = component;
    const auto &joules_a = a.energy_j.*energy_j, &joules_b = b.energy_j.*energy_j;
    if (joules_a.has_value() != joules_b.has_value()) return false;
    if (!joules_a) return true;
    return a.energy_source.*source == b.energy_source.*source &&
           *joules_a + *joules_b <= kMostEnergyJ;
  });
}

bool completes_round(const Report& report) {
  return report.round_complete.value_or(!report.metrics.empty());
}

// An evaluation's results go before a fit's, and those before any other's.
int rank_of(Phase phase) { return phase == Phase::kEvaluate ? 2 : phase == Phase::kFit ? 1 : 0; }

// False if the sum is more than one report can say.
bool add(std::optional<std::int64_t>& sum, const std::optional<std::int64_t>& part) {
  if (!part) return true;
  if (sum.value_or(0) > kMostCount - *part) return false;
  sum = sum.value_or(0) + *part;
  return true;
}

void take_results(Report& to, const Report& from) {
  to.metrics = from.metrics;
  to.num_examples = from.num_examples;
}

// As the hub takes them, one after the other: run::Contribution::add_report.
void merge_results(Report& to, const Report& earlier, const Report& later) {
  const bool later_goes_before = rank_of(later.phase) >= rank_of(earlier.phase);
  const Report& first = later_goes_before ? later : earlier;
  const Report& second = later_goes_before ? earlier : later;
  take_results(to, first);
  to.metrics.insert(second.metrics.begin(), second.metrics.end());
  if (!to.num_examples) to.num_examples = second.num_examples;
  to.phase = first.phase;
}

void set_results(Report& sum, const Report& earlier, const Report& later) {
  if (earlier.round != later.round) {
    take_results(sum, later);
    sum.phase = later.phase;
    sum.round_complete = completes_round(later);
    return;
  }
  const bool earlier_has = has_results(earlier);
  const bool later_has = has_results(later);
  if (earlier_has && later_has) {
    merge_results(sum, earlier, later);
  } else if (earlier_has || later_has) {
    const Report& one = earlier_has ? earlier : later;
    take_results(sum, one);
    sum.phase = one.phase;
  } else {
    sum.phase = later.duration_s > earlier.duration_s ? later.phase : earlier.phase;
  }
  sum.round_complete = completes_round(earlier) || completes_round(later);
}

bool allows(FoldLevel level, const Report& earlier, const Report& later) {
  if (earlier.round != later.round) return level == FoldLevel::kAcrossRounds;
  if (level == FoldLevel::kSamePhase && earlier.phase != later.phase) return false;
  return level >= FoldLevel::kTwoResults || !has_results(earlier) || !has_results(later);
}

}  // namespace

bool has_results(const Report& report) { return !report.metrics.empty() || report.num_examples; }

std::optional<Report> fold(const Report& earlier, const Report& later, FoldLevel level) {
  if (!allows(level, earlier, later) || !same_energy(earlier, later)) return std::nullopt;
  if (earlier.intensity_g_per_kwh != later.intensity_g_per_kwh) return std::nullopt;
  Report sum;
  sum.round = later.round;
  sum.started_at = std::min(earlier.started_at, later.started_at);
  sum.duration_s = earlier.duration_s + later.duration_s;
  sum.energy_j = earlier.energy_j;
  sum.energy_source = earlier.energy_source;
  for (const auto& [energy_j, source] : kComponents) {
    auto& joules = sum.energy_j.*energy_j;
    if (joules) *joules += *(later.energy_j.*energy_j);
  }
  sum.intensity_g_per_kwh = later.intensity_g_per_kwh;
  sum.bytes_sent = earlier.bytes_sent;
  sum.bytes_received = earlier.bytes_received;
  const bool in_range = add(sum.bytes_sent, later.bytes_sent) &&
                        add(sum.bytes_received, later.bytes_received) &&
                        sum.duration_s <= kMostDurationS;
  set_results(sum, earlier, later);
  if (!in_range || sum.metrics.size() > kMostMetrics) return std::nullopt;
  return sum;
}

}  // namespace fedwatt::session
