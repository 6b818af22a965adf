#pragma once

#include <string>

#include "app/conversation.h"
#include "app/hub_channel.h"
#include "app/inbox.h"
#include "model/viewer_model.h"

namespace fedwatt::viewer {

// The clock of this machine, at the wire's resolution.
protocol::Timestamp wall_clock_now();

// An id that no other viewer gives to a command.
std::string new_command_id();

// The viewer without its face: the channel, what it brought, and what was asked for. All but
// `inbox` belongs to one thread.
struct Session {
  // `on_arrival` is called on the channel's thread after each event was put into the inbox. Throws
  // std::invalid_argument for an url that is no ws://host[:port].
  Session(
      const HubAddress& hub, const std::string& viewer_name,
      std::function<void()> on_arrival = [] {});

  // Takes an event into the model, and answers a new connection with hello and subscriptions.
  void handle(const ChannelEvent& event);

  Inbox inbox;
  ViewerModel model;
  HubChannel channel;
  Conversation conversation;
};

}  // namespace fedwatt::viewer
