#pragma once

#include <cstdint>
#include <span>

#include "learning/mlp.h"

namespace fashion {

// What one worker gives back after a round.
struct LocalUpdate {
  std::int64_t num_examples = 0;  // that it trained on
  Weights weights;
};

// FedAvg (McMahan et al. 2017): the mean of the weights, weighted by num_examples. Sums in the
// order of `updates`: the same updates in the same order give the same bits. There must be at least
// one update, all of one size, and the examples must not add up to 0.
Weights federated_average(std::span<const LocalUpdate> updates);

}  // namespace fashion
