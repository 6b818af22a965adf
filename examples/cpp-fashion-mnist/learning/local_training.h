#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "learning/mlp.h"

namespace fashion {

// What all workers of one training have in common; the coordinator decides it. The defaults are for
// the demo: on two cores a round takes two to three seconds, and accuracy climbs from 60 to 85 %.
struct Hyperparameters {
  std::uint32_t rounds = 28;
  std::uint32_t shards = 4;
  std::uint32_t hidden = 192;
  std::uint32_t local_epochs = 2;
  std::uint32_t batch_size = 16;
  double learning_rate = 0.008;
  double concentration = 0.4;  // of the labels: see deal_shards
  std::uint64_t seed = 2;

  bool operator==(const Hyperparameters&) const = default;
};

// One worker's data and its training on them. A tenth of the shard is held out for evaluation.
class LocalTraining {
 public:
  // `shard` needs at least two examples.
  LocalTraining(const Hyperparameters& hyperparameters, std::uint32_t shard_number,
                const Examples& shard);

  // Examples in the training part.
  std::int64_t num_examples() const { return static_cast<std::int64_t>(training_.size()); }

  const MlpShape& shape() const { return shape_; }

  // Minibatch gradient descent over the training part, local_epochs times, from `weights`, which
  // must have the shape's size. The order of the examples depends on seed, shard and round alone,
  // so that a worker that missed a round, or starts anew, trains like one that did not.
  Weights train(Weights weights, std::int64_t round) const;

  // On the held-out part.
  Evaluation evaluate(const Weights& weights) const;

 private:
  const Hyperparameters hyperparameters_;
  const std::uint32_t shard_number_;
  MlpShape shape_;
  Examples held_out_;
  Examples training_;
};

}  // namespace fashion
