#include "frame.h"
#include "viewer_fields.h"

namespace fedwatt::protocol {

std::vector<Decoded<ViewerMessage>> decode_viewer_frame(std::string_view frame) {
  return decode_frame<ViewerMessage>(frame);
}

std::vector<Decoded<HubToViewer>> decode_hub_to_viewer_frame(std::string_view frame) {
  return decode_frame<HubToViewer>(frame);
}

std::string encode(const ViewerMessage& message) { return encode_message(message); }

std::string encode(const HubToViewer& message) { return encode_message(message); }

std::string make_frame(const std::vector<std::string_view>& encoded_messages) {
  if (encoded_messages.size() == 1) return std::string(encoded_messages.front());
  std::size_t bytes = 1;
  for (const auto& message : encoded_messages) bytes += message.size() + 1;
  std::string frame;
  frame.reserve(bytes);
  frame += '[';
  for (const auto& message : encoded_messages) {
    if (frame.size() > 1) frame += ',';
    frame += message;
  }
  return frame += ']';
}

}  // namespace fedwatt::protocol
