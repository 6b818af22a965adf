#include "model/history.h"

namespace fedwatt::viewer {
namespace {

std::optional<float> narrow(std::optional<double> value) {
  return value ? std::optional(static_cast<float>(*value)) : std::nullopt;
}

template <class Sample>
void add_bounded(std::vector<Sample>& samples, const Sample& sample) {
  if (samples.size() >= kMaxSamples) samples.erase(samples.begin());
  samples.push_back(sample);
}

}  // namespace

void WorkerHistory::note(const protocol::WorkerView& worker, std::optional<double> target_value) {
  if (!worker.last_report_at) return;
  const bool is_new = samples_.empty() || worker.reports != reports_ ||
                      *worker.last_report_at != samples_.back().at ||
                      worker.state != samples_.back().state;
  if (!is_new) return;
  reports_ = worker.reports;
  const bool online = worker.state == protocol::WorkerState::kOnline;
  add_bounded(samples_, WorkerSample{.at = *worker.last_report_at,
                                     .state = worker.state,
                                     .phase = worker.phase,
                                     .round = worker.round,
                                     .power_w = online ? narrow(worker.power_w) : std::nullopt,
                                     .target_value = narrow(target_value),
                                     .intensity_g_per_kwh = narrow(worker.intensity_g_per_kwh),
                                     .energy_j = worker.energy_j,
                                     .emissions_g = worker.emissions_g});
}

bool RunHistory::is_due(protocol::Timestamp at) const {
  return samples_.empty() || protocol::seconds_between(samples_.back().at, at) >= kSpacingS;
}

void RunHistory::note(const protocol::RunView& run, std::optional<double> intensity_g_per_kwh) {
  add_bounded(samples_, RunSample{.at = run.last_event_at,
                                  .power_w = narrow(run.power_w),
                                  .intensity_g_per_kwh = narrow(intensity_g_per_kwh),
                                  .emissions_g = run.emissions_g});
}

}  // namespace fedwatt::viewer
