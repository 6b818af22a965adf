#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "learning/examples.h"

// A perceptron with one hidden layer of rectified units and a softmax over the classes, trained on
// cross-entropy. Its weights are one flat array, which is what federated learning sends around.

namespace fashion {

// Row-major and in this order: hidden weights (inputs x hidden), hidden biases, output weights
// (hidden x classes), output biases.
using Weights = std::vector<float>;

struct MlpShape {
  std::size_t inputs = 784;
  std::size_t hidden = 128;
  std::size_t classes = 10;

  std::size_t weight_count() const { return (inputs + 1) * hidden + (hidden + 1) * classes; }
  bool operator==(const MlpShape&) const = default;
};

// He initialisation: normal with variance 2 / inputs of the layer, biases 0.
Weights initial_weights(const MlpShape& shape, std::uint64_t seed);

// Returns the mean cross-entropy of a batch and writes its gradient, shaped like `weights`.
// `inputs` holds labels.size() rows of shape.inputs values.
float loss_and_gradient(const MlpShape& shape, const Weights& weights,
                        std::span<const float> inputs, std::span<const std::uint8_t> labels,
                        Weights* gradient);

struct Evaluation {
  double accuracy = 0;  // 0 to 1
  double loss = 0;      // mean cross-entropy, in nats
};

// Classifies all of `examples`, which must not be empty.
Evaluation evaluate(const MlpShape& shape, const Weights& weights, const Examples& examples);

}  // namespace fashion
