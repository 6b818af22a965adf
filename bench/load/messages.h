#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fedwatt::bench {

// What the generator must know of a message from a server.
struct Message {
  enum class Kind { kOther, kWelcome, kAck, kWorkerState, kPing };
  Kind kind = Kind::kOther;
  std::size_t worker = 0;  // kWorkerState: which
  std::int64_t seq = 0;    // kAck: every report up to it; kWorkerState: the newest one it includes
};

// The name of the generator's n-th worker.
std::string worker_name(std::size_t index);

// Appends the messages of a JSON text, however deep they lie in it: a message is an object with a
// "type", or with the "worker" and "last_seq" of a worker's state, as in a snapshot. Throws
// std::runtime_error for what is not JSON, and with the text of an "error".
void read_json(std::string_view text, std::vector<Message>& messages);

}  // namespace fedwatt::bench
