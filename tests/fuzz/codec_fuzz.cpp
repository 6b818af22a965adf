#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fedwatt/protocol/codec.h"

// Feeds arbitrary bytes to the decoders of all four directions. Nothing may throw or read out of
// bounds; what is decoded must survive being written and read again; and every error must be one
// that its sender can read.

namespace fedwatt::protocol {
namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

template <class Message, class Decode>
void check_roundtrip(const Message& message, Decode decode) {
  const auto text = encode(message);
  const auto again = decode(text);
  require(again.size() == 1 && again.front().has_value() && *again.front() == message);
  require(encode(*again.front()) == text);
}

template <class Decode>
void check(std::string_view frame, Decode decode) {
  for (const auto& message : decode(frame)) {
    if (message) {
      check_roundtrip(*message, decode);
    } else {
      check_roundtrip(HubToWorker{message.error()}, decode_hub_to_worker_frame);
      check_roundtrip(HubToViewer{message.error()}, decode_hub_to_viewer_frame);
    }
  }
}

}  // namespace
}  // namespace fedwatt::protocol

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fedwatt::protocol;
  const std::string_view frame(reinterpret_cast<const char*>(data), size);
  check(frame, decode_worker_frame);
  check(frame, decode_viewer_frame);
  check(frame, decode_hub_to_worker_frame);
  check(frame, decode_hub_to_viewer_frame);
  return 0;
}
