#include "import/import_source.h"

#include <fmt/format.h>

#include <utility>

#include "fedwatt/protocol/codec.h"

namespace fedwatt::viewer {

void SkippedRows::add(std::string what) {
  if (++count_ <= kKept) first_.push_back(std::move(what));
}

std::string problem_on_the_wire(const protocol::WorkerMessage& message) {
  const auto decoded = protocol::decode_worker_frame(protocol::encode(message));
  return decoded.front() ? std::string() : decoded.front().error().message;
}

// FNV-1a of 64 bits (Fowler, Noll, Vo): it tells files apart, and keeps no secret.
std::string session_of_content(const std::string& kind, const std::string& content) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : content) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3;
  }
  return fmt::format("{}-{:016x}", kind, hash);
}

}  // namespace fedwatt::viewer
