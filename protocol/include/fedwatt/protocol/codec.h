#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "fedwatt/protocol/messages.h"

// JSON to messages and back. Pure functions: any thread, no blocking, and nothing is thrown for
// anything a peer can send.

namespace fedwatt::protocol {

// One decoded message, or what is wrong with it in words for the peer that sent it.
template <class Message>
using Decoded = tl::expected<Message, Error>;

// Decodes a frame: one message, or an array of them in order. Each message stands for itself: a bad
// one yields an Error in its place and its neighbours are decoded. A frame that is no JSON at all
// yields one Error. Unknown fields are ignored. Every number is checked for range and finiteness.
std::vector<Decoded<WorkerMessage>> decode_worker_frame(std::string_view frame);
std::vector<Decoded<ViewerMessage>> decode_viewer_frame(std::string_view frame);
std::vector<Decoded<HubToWorker>> decode_hub_to_worker_frame(std::string_view frame);
std::vector<Decoded<HubToViewer>> decode_hub_to_viewer_frame(std::string_view frame);

// One message as compact JSON. Strings must be valid UTF-8 and numbers finite, as decoded messages
// always are.
std::string encode(const WorkerMessage& message);
std::string encode(const HubToWorker& message);
std::string encode(const ViewerMessage& message);
std::string encode(const HubToViewer& message);

// Policies by themselves, as a JSON object with a field for each kind. An unknown field is an error
// here, so that nobody's policy is lost by a slip of the pen.
std::string encode(const Policies& policies);
tl::expected<Policies, Error> decode_policies(std::string_view json);

// Joins encoded messages into one frame: the message itself if there is one, else an array.
std::string make_frame(const std::vector<std::string_view>& encoded_messages);

}  // namespace fedwatt::protocol
