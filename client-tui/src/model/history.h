#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "fedwatt/protocol/messages.h"

// What the figures were a while ago: the newest states that the hub told of, for sparklines and for
// the list of a worker's reports. Bounded: a thousand workers keep some 5 MB.

namespace fedwatt::viewer {

inline constexpr std::size_t kMaxSamples = 60;

// A worker as it was after one of its reports, or when it had gone. The hub tells the newest state
// where there are many, so reports in between may be missing.
struct WorkerSample {
  protocol::Timestamp at;  // of the report, by the hub's clock
  protocol::WorkerState state = protocol::WorkerState::kOnline;
  std::optional<protocol::Phase> phase;
  std::optional<std::int64_t> round;
  std::optional<float> power_w;  // empty unless it is online
  std::optional<float> target_value;
  std::optional<float> intensity_g_per_kwh;
  std::optional<double> energy_j;     // all since the worker's start
  std::optional<double> emissions_g;  // likewise
};

class WorkerHistory {
 public:
  // Adds a sample if the worker has reported since the last one, or has gone or come back.
  void note(const protocol::WorkerView& worker, std::optional<double> target_value);
  // Oldest first.
  const std::vector<WorkerSample>& samples() const { return samples_; }

 private:
  std::vector<WorkerSample> samples_;
  std::int64_t reports_ = 0;  // the worker's count at the last sample
};

struct RunSample {
  protocol::Timestamp at;  // by the hub's clock
  std::optional<float> power_w;
  std::optional<float> intensity_g_per_kwh;  // the workers' mean, where they are followed
  std::optional<double> emissions_g;
};

class RunHistory {
 public:
  // Samples are so far apart at least, so that they reach back some minutes.
  static constexpr double kSpacingS = 5;

  // Whether a sample of that time is far enough from the last one.
  bool is_due(protocol::Timestamp at) const;
  void note(const protocol::RunView& run, std::optional<double> intensity_g_per_kwh);
  // Oldest first.
  const std::vector<RunSample>& samples() const { return samples_; }

 private:
  std::vector<RunSample> samples_;
};

// One figure of each sample: figures_of(run.history.samples(), &RunSample::power_w).
template <class Sample, class Figure>
std::vector<std::optional<double>> figures_of(const std::vector<Sample>& samples,
                                              std::optional<Figure> Sample::*figure) {
  std::vector<std::optional<double>> figures;
  figures.reserve(samples.size());
  for (const Sample& sample : samples) {
    const auto& value = sample.*figure;
    figures.push_back(value ? std::optional<double>(*value) : std::nullopt);
  }
  return figures;
}

}  // namespace fedwatt::viewer
