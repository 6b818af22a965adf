#include "learning/local_training.h"

#include <algorithm>
#include <numeric>
#include <random>

namespace fashion {
namespace {

constexpr std::size_t kHeldOutOneIn = 10;

std::vector<std::size_t> numbers(std::size_t first, std::size_t last) {
  std::vector<std::size_t> result(last - first);
  std::iota(result.begin(), result.end(), first);
  return result;
}

std::mt19937_64 random_for(std::uint64_t seed, std::uint32_t shard_number, std::int64_t round) {
  std::seed_seq sequence{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                         shard_number, static_cast<std::uint32_t>(round)};
  return std::mt19937_64(sequence);
}

}  // namespace

LocalTraining::LocalTraining(const Hyperparameters& hyperparameters, std::uint32_t shard_number,
                             const Examples& shard)
    : hyperparameters_(hyperparameters), shard_number_(shard_number) {
  // A shard comes in random order, so that its head is a fair sample.
  const std::size_t held_out = std::max<std::size_t>(1, shard.size() / kHeldOutOneIn);
  shape_ = {.inputs = shard.image_size, .hidden = hyperparameters.hidden};
  held_out_ = select(shard, numbers(0, held_out));
  training_ = select(shard, numbers(held_out, shard.size()));
}

Weights LocalTraining::train(Weights weights, std::int64_t round) const {
  std::mt19937_64 random = random_for(hyperparameters_.seed, shard_number_, round);
  const auto learning_rate = static_cast<float>(hyperparameters_.learning_rate);
  auto order = numbers(0, training_.size());
  std::vector<float> pixels;
  std::vector<std::uint8_t> labels;
  Weights gradient;
  for (std::uint32_t epoch = 0; epoch < hyperparameters_.local_epochs; ++epoch) {
    std::shuffle(order.begin(), order.end(), random);
    for (std::size_t first = 0; first < order.size(); first += hyperparameters_.batch_size) {
      const auto count = std::min<std::size_t>(hyperparameters_.batch_size, order.size() - first);
      gather(training_, std::span(order).subspan(first, count), &pixels, &labels);
      loss_and_gradient(shape_, weights, pixels, labels, &gradient);
      for (std::size_t i = 0; i < weights.size(); ++i) weights[i] -= learning_rate * gradient[i];
    }
  }
  return weights;
}

Evaluation LocalTraining::evaluate(const Weights& weights) const {
  return fashion::evaluate(shape_, weights, held_out_);
}

}  // namespace fashion
