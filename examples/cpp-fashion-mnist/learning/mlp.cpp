#include "learning/mlp.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace fashion {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using RowVector = Eigen::RowVectorXf;

constexpr std::size_t kEvaluationBatch = 500;

Eigen::Index index(std::size_t n) { return static_cast<Eigen::Index>(n); }

// The four parts of a flat array of weights, or of a gradient, as matrices over the same memory.
template <typename MatrixType, typename VectorType, typename Scalar>
struct Layers {
  Layers(const MlpShape& shape, Scalar* values)
      : hidden(values, index(shape.inputs), index(shape.hidden)),
        hidden_bias(hidden.data() + hidden.size(), index(shape.hidden)),
        output(hidden_bias.data() + hidden_bias.size(), index(shape.hidden), index(shape.classes)),
        output_bias(output.data() + output.size(), index(shape.classes)) {}

  Eigen::Map<MatrixType> hidden;
  Eigen::Map<VectorType> hidden_bias;
  Eigen::Map<MatrixType> output;
  Eigen::Map<VectorType> output_bias;
};
using ConstLayers = Layers<const Matrix, const RowVector, const float>;
using MutableLayers = Layers<Matrix, RowVector, float>;

struct Activations {
  Matrix hidden;
  Matrix log_probabilities;  // one row for each example
};

Activations forward(const ConstLayers& layers, const Eigen::Map<const Matrix>& inputs) {
  Activations result;
  result.hidden.noalias() = inputs * layers.hidden;
  result.hidden.rowwise() += layers.hidden_bias;
  result.hidden = result.hidden.cwiseMax(0.0F);
  Matrix& logits = result.log_probabilities;
  logits.noalias() = result.hidden * layers.output;
  logits.rowwise() += layers.output_bias;
  // Less the row's largest, so that exp cannot overflow; softmax does not change by that.
  logits.colwise() -= logits.rowwise().maxCoeff().eval();
  logits.colwise() -= logits.array().exp().rowwise().sum().log().matrix().eval();
  return result;
}

void draw_normal(float* values, std::size_t count, std::size_t layer_inputs,
                 std::mt19937_64* random) {
  const float deviation = std::sqrt(2.0F / static_cast<float>(layer_inputs));
  std::normal_distribution<float> normal(0.0F, deviation);
  std::generate_n(values, count, [&] { return normal(*random); });
}

}  // namespace

Weights initial_weights(const MlpShape& shape, std::uint64_t seed) {
  Weights weights(shape.weight_count(), 0.0F);
  std::mt19937_64 random(seed);
  float* output = weights.data() + (shape.inputs + 1) * shape.hidden;
  draw_normal(weights.data(), shape.inputs * shape.hidden, shape.inputs, &random);
  draw_normal(output, shape.hidden * shape.classes, shape.hidden, &random);
  return weights;
}

float loss_and_gradient(const MlpShape& shape, const Weights& weights,
                        std::span<const float> inputs, std::span<const std::uint8_t> labels,
                        Weights* gradient) {
  const ConstLayers layers(shape, weights.data());
  const Eigen::Map<const Matrix> x(inputs.data(), index(labels.size()), index(shape.inputs));
  const Activations activations = forward(layers, x);

  const auto examples = static_cast<float>(labels.size());
  float loss = 0;
  Matrix output_delta = activations.log_probabilities.array().exp();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    loss -= activations.log_probabilities(index(i), labels[i]);
    output_delta(index(i), labels[i]) -= 1.0F;
  }
  output_delta /= examples;
  const Matrix hidden_delta = (activations.hidden.array() > 0.0F)
                                  .select((output_delta * layers.output.transpose()).array(), 0.0F)
                                  .matrix();

  gradient->resize(weights.size());
  MutableLayers slopes(shape, gradient->data());
  slopes.hidden.noalias() = x.transpose() * hidden_delta;
  slopes.hidden_bias = hidden_delta.colwise().sum();
  slopes.output.noalias() = activations.hidden.transpose() * output_delta;
  slopes.output_bias = output_delta.colwise().sum();
  return loss / examples;
}

Evaluation evaluate(const MlpShape& shape, const Weights& weights, const Examples& examples) {
  const ConstLayers layers(shape, weights.data());
  std::vector<float> pixels;
  std::vector<std::uint8_t> labels;
  std::size_t correct = 0;
  double loss = 0;
  for (std::size_t first = 0; first < examples.size(); first += kEvaluationBatch) {
    std::vector<std::size_t> batch(std::min(kEvaluationBatch, examples.size() - first));
    std::iota(batch.begin(), batch.end(), first);
    gather(examples, batch, &pixels, &labels);
    const Eigen::Map<const Matrix> x(pixels.data(), index(batch.size()), index(shape.inputs));
    const Matrix log_probabilities = forward(layers, x).log_probabilities;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      Eigen::Index predicted = 0;
      log_probabilities.row(index(i)).maxCoeff(&predicted);
      correct += predicted == labels[i] ? 1 : 0;
      loss -= static_cast<double>(log_probabilities(index(i), labels[i]));
    }
  }
  const auto count = static_cast<double>(examples.size());
  return {static_cast<double>(correct) / count, loss / count};
}

}  // namespace fashion
