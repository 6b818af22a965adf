#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "fedwatt/protocol/codec.h"

// The four directions of the wire, as types for typed tests.

namespace fedwatt::protocol::test {

struct WorkerToHub {
  using Message = WorkerMessage;
  static constexpr const char* kName = "worker-to-hub";
  static auto decode(std::string_view frame) { return decode_worker_frame(frame); }
};

struct HubToWorkerDirection {
  using Message = HubToWorker;
  static constexpr const char* kName = "hub-to-worker";
  static auto decode(std::string_view frame) { return decode_hub_to_worker_frame(frame); }
};

struct ViewerToHub {
  using Message = ViewerMessage;
  static constexpr const char* kName = "viewer-to-hub";
  static auto decode(std::string_view frame) { return decode_viewer_frame(frame); }
};

struct HubToViewerDirection {
  using Message = HubToViewer;
  static constexpr const char* kName = "hub-to-viewer";
  static auto decode(std::string_view frame) { return decode_hub_to_viewer_frame(frame); }
};

using Directions =
    ::testing::Types<WorkerToHub, HubToWorkerDirection, ViewerToHub, HubToViewerDirection>;

struct DirectionNames {
  template <class Direction>
  static std::string GetName(int) {
    std::string name = Direction::kName;
    for (char& c : name) c = c == '-' ? '_' : c;
    return name;
  }
};

// Decodes a frame that must hold exactly one good message.
template <class Direction>
typename Direction::Message decode_one(std::string_view frame) {
  const auto messages = Direction::decode(frame);
  if (messages.size() != 1) {
    ADD_FAILURE() << messages.size() << " messages in " << frame;
    return {};
  }
  if (!messages.front()) {
    ADD_FAILURE() << messages.front().error().message << " in " << frame;
    return {};
  }
  return *messages.front();
}

// Decodes a frame that must be exactly one bad message.
template <class Direction>
Error error_of(std::string_view frame) {
  const auto messages = Direction::decode(frame);
  if (messages.size() != 1 || messages.front()) {
    ADD_FAILURE() << "not one error: " << frame.substr(0, 200);
    return {};
  }
  return messages.front().error();
}

}  // namespace fedwatt::protocol::test
