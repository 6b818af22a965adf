#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <set>
#include <vector>

#include "learning/federated_average.h"
#include "learning/local_training.h"
#include "learning/mlp.h"
#include "learning/shards.h"

namespace fashion {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::FloatNear;
using ::testing::Pointwise;

// ---- the perceptron -----------------------------------------------------------------------------

TEST(Mlp, LossAndGradientOfOneExampleByHand) {
  const MlpShape shape{.inputs = 1, .hidden = 1, .classes = 2};
  const Weights weights{1, 0, 1, -1, 0, 0};
  Weights gradient;
  const float loss = loss_and_gradient(shape, weights, std::vector<float>{2},
                                       std::vector<std::uint8_t>{0}, &gradient);
  // hidden = max(0, 1*2 + 0) = 2; logits (2, -2); p_0 = 1 / (1 + e^-4) = 0.98201379;
  // loss = ln(1 + e^-4) = 0.01814993; d = p - y = (-0.01798621, 0.01798621).
  EXPECT_NEAR(loss, 0.01814993F, 1e-6F);
  const float d = 0.01798621F;
  // Output weights: hidden * d; output biases: d; hidden bias: d_0 * 1 + d_1 * -1 = -2 d; hidden
  // weight: that times the input, 2.
  EXPECT_THAT(gradient, Pointwise(FloatNear(1e-6F), Weights{-4 * d, -2 * d, -2 * d, 2 * d, -d, d}));
}

TEST(Mlp, ASilentHiddenUnitHasNoGradient) {
  const MlpShape shape{.inputs = 1, .hidden = 1, .classes = 2};
  Weights gradient;
  loss_and_gradient(shape, {-1, 0, 1, -1, 0, 0}, std::vector<float>{2},
                    std::vector<std::uint8_t>{0}, &gradient);
  // hidden = max(0, -2) = 0: both logits are 0, p = 1/2, and only the output biases matter.
  EXPECT_THAT(gradient, Pointwise(FloatNear(1e-6F), Weights{0, 0, 0, 0, -0.5F, 0.5F}));
}

TEST(Mlp, GradientAgreesWithFiniteDifferences) {
  const MlpShape shape{.inputs = 6, .hidden = 5, .classes = 4};
  // With this seed no hidden unit comes within a step of its kink at 0.
  Weights weights = initial_weights(shape, 1);
  std::mt19937_64 random(11);
  std::uniform_real_distribution<float> uniform(0.0F, 1.0F);
  std::vector<float> inputs(3 * shape.inputs);
  std::generate(inputs.begin(), inputs.end(), [&] { return uniform(random); });
  const std::vector<std::uint8_t> labels{0, 2, 3};

  Weights gradient;
  loss_and_gradient(shape, weights, inputs, labels, &gradient);
  ASSERT_EQ(gradient.size(), shape.weight_count());
  const float step = 1e-2F;
  Weights ignored;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const float weight = weights[i];
    weights[i] = weight + step;
    const float above = loss_and_gradient(shape, weights, inputs, labels, &ignored);
    weights[i] = weight - step;
    const float below = loss_and_gradient(shape, weights, inputs, labels, &ignored);
    weights[i] = weight;
    // The loss is about 1 and a float has 7 digits: the quotient is good to about 1e-5, and the
    // third derivative adds about step^2 = 1e-4.
    EXPECT_NEAR(gradient[i], (above - below) / (2 * step), 1e-3F) << "weight " << i;
  }
}

TEST(Mlp, InitialWeightsHaveHesVarianceAndNoBias) {
  const MlpShape shape{.inputs = 100, .hidden = 200, .classes = 10};
  const Weights weights = initial_weights(shape, 3);
  ASSERT_EQ(weights.size(), 100U * 200U + 200U + 200U * 10U + 10U);
  const double square =
      std::inner_product(weights.begin(), weights.begin() + 20'000, weights.begin(), 0.0) / 20'000;
  // 2 / 100; of 20,000 draws the estimate's standard deviation is 0.02 * sqrt(2 / 20,000) = 0.0002.
  EXPECT_NEAR(square, 0.02, 0.001);
  EXPECT_TRUE(std::all_of(weights.begin() + 20'000, weights.begin() + 20'200,
                          [](float bias) { return bias == 0; }));
  EXPECT_EQ(weights, initial_weights(shape, 3));
  EXPECT_NE(weights, initial_weights(shape, 4));
}

TEST(Mlp, EvaluationCountsWhatIsRight) {
  const MlpShape shape{.inputs = 1, .hidden = 1, .classes = 2};
  // The hidden unit passes the pixel on; class 1 wins where it is above one half.
  const Weights weights{1, 0, 0, 2, 1, 0};
  // Pixels 0, 1, 1, 0 as logits: (1, 0), (1, 2), (1, 2), (1, 0). Right: first and second.
  const Examples examples{1, {0, 255, 255, 0}, {0, 1, 0, 1}};
  const Evaluation result = evaluate(shape, weights, examples);
  EXPECT_DOUBLE_EQ(result.accuracy, 0.5);
  // Right by 1: ln(1 + e^-1) = 0.3132617; wrong by 1: ln(1 + e) = 1.3132617; two of each.
  EXPECT_NEAR(result.loss, 0.8132617, 1e-6);
}

// ---- shards -------------------------------------------------------------------------------------

std::vector<std::uint8_t> balanced_labels(std::size_t count) {
  std::vector<std::uint8_t> labels(count);
  for (std::size_t i = 0; i < count; ++i) labels[i] = static_cast<std::uint8_t>(i % 10);
  return labels;
}

TEST(Shards, HoldEveryExampleExactlyOnce) {
  const auto labels = balanced_labels(6000);
  for (const std::size_t count : {1U, 2U, 4U, 7U}) {
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      std::vector<std::size_t> all;
      const auto shards = deal_shards(labels, count, 0.3, seed);
      ASSERT_EQ(shards.size(), count);
      for (const auto& shard : shards) all.insert(all.end(), shard.begin(), shard.end());
      std::ranges::sort(all);
      std::vector<std::size_t> expected(labels.size());
      std::iota(expected.begin(), expected.end(), 0U);
      EXPECT_EQ(all, expected);
    }
  }
}

TEST(Shards, DifferInSizeAndInLabels) {
  const auto labels = balanced_labels(60'000);
  const auto shards = deal_shards(labels, 4, 0.5, 1);
  std::set<std::size_t> sizes;
  for (const auto& shard : shards) {
    sizes.insert(shard.size());
    EXPECT_GE(shard.size(), 60'000U / 4 / 10);
    std::vector<double> of_label(10);
    for (const std::size_t index : shard) ++of_label[labels[index]];
    // In a fair mix each label is a tenth.
    EXPECT_GT(*std::ranges::max_element(of_label), 0.15 * static_cast<double>(shard.size()));
    EXPECT_LT(*std::ranges::min_element(of_label), 0.05 * static_cast<double>(shard.size()));
  }
  EXPECT_EQ(sizes.size(), 4U);
}

TEST(Shards, OfAHighConcentrationAreAlike) {
  // Each share is 1/4 with a standard deviation of sqrt(3/16 / (4 * 10^6 + 1)) = 0.0002.
  for (const auto& shard : deal_shards(balanced_labels(40'000), 4, 1e6, 1)) {
    EXPECT_NEAR(static_cast<double>(shard.size()), 10'000, 100);
  }
}

TEST(Shards, FollowTheSeed) {
  const auto labels = balanced_labels(1000);
  EXPECT_EQ(deal_shards(labels, 4, 0.5, 5), deal_shards(labels, 4, 0.5, 5));
  EXPECT_NE(deal_shards(labels, 4, 0.5, 5), deal_shards(labels, 4, 0.5, 6));
}

// ---- federated averaging ------------------------------------------------------------------------

TEST(FederatedAverage, WeighsByExamples) {
  // (1 * 0 + 3 * 8) / 4 = 6 and (1 * 4 + 3 * 0) / 4 = 1.
  const std::vector<LocalUpdate> updates{{1, {0, 4}}, {3, {8, 0}}};
  EXPECT_THAT(federated_average(updates), ElementsAre(FloatEq(6), FloatEq(1)));
}

TEST(FederatedAverage, OfOneIsItself) {
  EXPECT_THAT(federated_average(std::vector<LocalUpdate>{{17, {0.1F, -2}}}),
              ElementsAre(0.1F, -2.0F));
}

// ---- training -----------------------------------------------------------------------------------

// Four pixels; the brightest one's position is the label.
Examples synthetic(std::size_t count) {
  Examples examples{4, {}, {}};
  std::mt19937_64 random(1);
  for (std::size_t i = 0; i < count; ++i) {
    const auto label = static_cast<std::uint8_t>(random() % 4);
    for (std::size_t pixel = 0; pixel < 4; ++pixel) {
      examples.pixels.push_back(
          static_cast<std::uint8_t>(random() % 128 + (pixel == label ? 127 : 0)));
    }
    examples.labels.push_back(label);
  }
  return examples;
}

Hyperparameters small() {
  Hyperparameters h;
  h.hidden = 8;
  h.batch_size = 8;
  h.learning_rate = 0.2;
  h.local_epochs = 1;
  h.concentration = 0.5;
  h.seed = 1;
  return h;
}

// The weights after `rounds` of federated averaging over four skewed shards.
Weights federate(const Hyperparameters& h, const Examples& all, int rounds) {
  std::vector<LocalTraining> workers;
  std::uint32_t number = 0;
  for (const auto& shard : deal_shards(all.labels, h.shards, h.concentration, h.seed)) {
    workers.emplace_back(h, number++, select(all, shard));
  }
  Weights weights = initial_weights(workers.front().shape(), h.seed);
  for (int round = 1; round <= rounds; ++round) {
    std::vector<LocalUpdate> updates;
    for (const LocalTraining& worker : workers) {
      updates.push_back({worker.num_examples(), worker.train(weights, round)});
    }
    weights = federated_average(updates);
  }
  return weights;
}

TEST(LocalTraining, HoldsATenthOut) {
  EXPECT_EQ(LocalTraining(small(), 0, synthetic(100)).num_examples(), 90);
  EXPECT_EQ(LocalTraining(small(), 0, synthetic(2)).num_examples(), 1);
}

TEST(LocalTraining, DependsOnTheRoundButNotOnEarlierOnes) {
  const LocalTraining training(small(), 0, synthetic(200));
  const Weights start = initial_weights(training.shape(), 1);
  const Weights second = training.train(start, 2);
  EXPECT_NE(second, training.train(start, 1));
  EXPECT_EQ(second, training.train(start, 2));
}

TEST(FederatedTraining, LearnsFromSkewedShards) {
  const Examples all = synthetic(800);
  const MlpShape shape{.inputs = 4, .hidden = 8};
  const double before = evaluate(shape, initial_weights(shape, 1), all).accuracy;
  const double after = evaluate(shape, federate(small(), all, 10), all).accuracy;
  EXPECT_LT(before, 0.6);
  EXPECT_GT(after, 0.9);
}

TEST(FederatedTraining, TheSameSeedGivesTheSameWeightsToTheBit) {
  const Examples all = synthetic(400);
  Hyperparameters other = small();
  other.seed = 2;
  const Weights weights = federate(small(), all, 3);
  EXPECT_EQ(weights, federate(small(), all, 3));
  EXPECT_NE(weights, federate(other, all, 3));
}

}  // namespace
}  // namespace fashion
