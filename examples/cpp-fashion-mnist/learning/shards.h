#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace fashion {

// Deals all examples out to `shards` workers, unevenly, as federated data are: of each label every
// worker gets a share drawn from a symmetric Dirichlet distribution. A small `concentration` (0.1)
// leaves most labels to one worker each, a large one (100) gives all workers the same mix.
//
// Returns indices into `labels`, each in exactly one shard, in random order within it. The same
// seed gives the same shards. Shares are drawn again until no shard is smaller than a tenth of an
// equal share (after a thousand draws the last one stands).
std::vector<std::vector<std::size_t>> deal_shards(std::span<const std::uint8_t> labels,
                                                  std::size_t shards, double concentration,
                                                  std::uint64_t seed);

}  // namespace fashion
