#include "frame.h"
#include "worker_fields.h"

namespace fedwatt::protocol {

std::vector<Decoded<WorkerMessage>> decode_worker_frame(std::string_view frame) {
  return decode_frame<WorkerMessage>(frame);
}

std::vector<Decoded<HubToWorker>> decode_hub_to_worker_frame(std::string_view frame) {
  return decode_frame<HubToWorker>(frame);
}

std::string encode(const WorkerMessage& message) { return encode_message(message); }

std::string encode(const HubToWorker& message) { return encode_message(message); }

}  // namespace fedwatt::protocol
