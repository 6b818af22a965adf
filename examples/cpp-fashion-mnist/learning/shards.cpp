#include "learning/shards.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <random>

namespace fashion {
namespace {

using Shards = std::vector<std::vector<std::size_t>>;

constexpr int kMaxDraws = 1000;
// A worker with next to no data would only wait: the smallest shard, as a part of an equal share.
constexpr std::size_t kSmallestShareOf = 10;

// Shares of a whole: independent gamma variates over their sum are Dirichlet distributed.
std::vector<double> draw_shares(std::size_t count, double concentration, std::mt19937_64* random) {
  std::gamma_distribution<double> gamma(concentration, 1.0);
  std::vector<double> shares(count);
  std::generate(shares.begin(), shares.end(), [&] { return gamma(*random); });
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) share = sum > 0 ? share / sum : 1.0 / static_cast<double>(count);
  return shares;
}

Shards draw_shards(const std::map<std::uint8_t, std::vector<std::size_t>>& by_label,
                   std::size_t count, double concentration, std::mt19937_64* random) {
  Shards shards(count);
  for (auto [label, indices] : by_label) {
    std::shuffle(indices.begin(), indices.end(), *random);
    const auto shares = draw_shares(count, concentration, random);
    double dealt = 0;
    std::size_t first = 0;
    for (std::size_t k = 0; k < count; ++k) {
      dealt += shares[k];
      // The last one takes the rest, whatever rounding left.
      const auto cut =
          k + 1 == count
              ? indices.size()
              : std::min(indices.size(),
                         static_cast<std::size_t>(dealt * static_cast<double>(indices.size())));
      shards[k].insert(shards[k].end(), indices.begin() + static_cast<std::ptrdiff_t>(first),
                       indices.begin() + static_cast<std::ptrdiff_t>(cut));
      first = cut;
    }
  }
  for (auto& shard : shards) std::shuffle(shard.begin(), shard.end(), *random);
  return shards;
}

}  // namespace

Shards deal_shards(std::span<const std::uint8_t> labels, std::size_t shards, double concentration,
                   std::uint64_t seed) {
  std::map<std::uint8_t, std::vector<std::size_t>> by_label;
  for (std::size_t i = 0; i < labels.size(); ++i) by_label[labels[i]].push_back(i);

  std::mt19937_64 random(seed);
  const std::size_t smallest = labels.size() / shards / kSmallestShareOf;
  Shards drawn = draw_shards(by_label, shards, concentration, &random);
  const auto too_small = [smallest](const auto& shard) { return shard.size() < smallest; };
  for (int i = 1; i < kMaxDraws && std::ranges::any_of(drawn, too_small); ++i) {
    drawn = draw_shards(by_label, shards, concentration, &random);
  }
  return drawn;
}

}  // namespace fashion
