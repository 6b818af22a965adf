#include "learning/federated_average.h"

#include <algorithm>
#include <vector>

namespace fashion {

Weights federated_average(std::span<const LocalUpdate> updates) {
  std::int64_t examples = 0;
  for (const LocalUpdate& update : updates) examples += update.num_examples;

  std::vector<double> sum(updates.front().weights.size(), 0.0);
  for (const LocalUpdate& update : updates) {
    const double share = static_cast<double>(update.num_examples) / static_cast<double>(examples);
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i] += share * static_cast<double>(update.weights[i]);
    }
  }
  Weights mean(sum.size());
  std::ranges::transform(sum, mean.begin(), [](double value) { return static_cast<float>(value); });
  return mean;
}

}  // namespace fashion
