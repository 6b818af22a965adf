#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "learning/local_training.h"

// What coordinator and workers say to each other. This is the example's own transport, in the place
// where a real training has Flower's, NVFlare's or its own: Fedwatt never sees weights.

namespace fashion {

// Worker to coordinator, first of all.
struct Join {
  std::string worker;  // its name, as Fedwatt knows it
  std::uint32_t shard = 0;
  bool operator==(const Join&) const = default;
};

// The coordinator's answer to Join.
struct Assignment {
  Hyperparameters hyperparameters;
  bool operator==(const Assignment&) const = default;
};

// Coordinator to worker: train from these weights.
struct Train {
  std::int64_t round = 0;
  Weights weights;
  bool operator==(const Train&) const = default;
};

// The worker's answer to Train.
struct Update {
  std::int64_t round = 0;
  std::int64_t num_examples = 0;
  Weights weights;
  bool operator==(const Update&) const = default;
};

// Coordinator to worker: no more rounds. `reason` is what the worker tells Fedwatt with its bye.
struct End {
  std::string reason;
  bool operator==(const End&) const = default;
};

using Message = std::variant<Join, Assignment, Train, Update, End>;

// The body of a frame: one byte that says which message, then its fields in the order above, as
// they lie in memory (both ends run on one machine); a text or an array has its length in front, as
// 32 bits.
std::vector<std::uint8_t> encode(const Message& message);

// The error says what is wrong with the bytes: unknown kind, too short, too long.
tl::expected<Message, std::string> decode(const std::vector<std::uint8_t>& bytes);

}  // namespace fashion
