#include "model/grids.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "model/viewer_model.h"

namespace fedwatt::viewer {
namespace {

constexpr double kJoulesPerKwh = 3.6e6;

struct Sum {
  double intensities = 0;
  std::size_t known = 0;
  std::size_t workers = 0;
};

bool is_online(const protocol::WorkerView& worker) {
  return worker.state == protocol::WorkerState::kOnline;
}

}  // namespace

std::vector<GridShare> grids_of(const RunRecord& run) {
  std::map<std::pair<std::string_view, std::string_view>, Sum> sums;
  for (const auto& [name, worker] : run.workers) {
    Sum& sum = sums[{worker.region, worker.intensity_source}];
    ++sum.workers;
    if (!worker.intensity_g_per_kwh) continue;
    sum.intensities += *worker.intensity_g_per_kwh;
    ++sum.known;
  }
  std::vector<GridShare> grids;
  for (const auto& [key, sum] : sums) {
    std::optional<double> mean;
    if (sum.known > 0) mean = sum.intensities / static_cast<double>(sum.known);
    grids.push_back({std::string(key.first), std::string(key.second), mean, sum.workers});
  }
  std::stable_sort(grids.begin(), grids.end(),
                   [](const GridShare& a, const GridShare& b) { return a.workers > b.workers; });
  return grids;
}

std::optional<double> mean_intensity(const RunRecord& run) {
  double weighted = 0;
  double watts = 0;
  double plain = 0;
  double count = 0;
  bool all_powers_known = true;
  for (const auto& [name, worker] : run.workers) {
    if (!is_online(worker) || !worker.intensity_g_per_kwh) continue;
    all_powers_known = all_powers_known && worker.power_w.has_value();
    weighted += *worker.intensity_g_per_kwh * worker.power_w.value_or(0);
    watts += worker.power_w.value_or(0);
    plain += *worker.intensity_g_per_kwh;
    ++count;
  }
  if (all_powers_known && watts > 0) return weighted / watts;
  return count > 0 ? std::optional(plain / count) : std::nullopt;
}

std::optional<double> charged_intensity(const protocol::RoundView& round) {
  if (!round.emissions_g || round.energy_j.value_or(0) <= 0) return std::nullopt;
  return *round.emissions_g / (*round.energy_j / kJoulesPerKwh);
}

}  // namespace fedwatt::viewer
