#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "fedwatt/protocol/messages.h"
#include "hub_address.h"
#include "link/hub_link.h"

namespace fedwatt::viewer {

struct ChannelUp {};
struct ChannelDown {
  std::string reason;     // for people
  bool is_final = false;  // it will not come back by itself
};
struct Received {
  std::vector<protocol::HubToViewer> messages;  // of one frame, in order
};
using ChannelEvent = std::variant<ChannelUp, ChannelDown, Received>;

// The viewer's connection to the hub, which comes back by itself: messages in, messages out.
class HubChannel {
 public:
  // `on_event` runs on a thread of the channel's own and must not block. Throws
  // std::invalid_argument for an address that is none, or files that cannot be used.
  HubChannel(const HubAddress& hub, std::function<void(ChannelEvent)> on_event);

  // Any thread, never blocks. Drops the message if there is no connection.
  void send(const protocol::ViewerMessage& message);

  // Says goodbye to the hub, waits for its answer half a second at most. No event comes after it.
  void stop();

 private:
  std::function<void(ChannelEvent)> on_event_;
  link::HubLink link_;  // last: its thread uses on_event_
};

}  // namespace fedwatt::viewer
