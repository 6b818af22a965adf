#include "app/hub_channel.h"

#include <chrono>
#include <utility>

#include "fedwatt/protocol/codec.h"

namespace fedwatt::viewer {
namespace {

link::HubLinkOptions options_for(const HubAddress& hub) {
  link::HubLinkOptions options;
  options.url = hub.url;
  options.tls = hub.tls;
  options.token = hub.token;
  options.path = "/v1/viewer";
  // Somebody is looking: come back sooner than a worker would.
  options.longest_retry = std::chrono::seconds(5);
  return options;
}

protocol::Error not_understood(const protocol::Error& error) {
  return {error.code, "The hub sent what this viewer does not understand: " + error.message + ".",
          std::nullopt, std::nullopt};
}

}  // namespace

HubChannel::HubChannel(const HubAddress& hub, std::function<void(ChannelEvent)> on_event)
    : on_event_(std::move(on_event)),
      link_(options_for(hub),
            {[this] { on_event_(ChannelUp{}); },
             [this](const link::LinkDown& down) {
               on_event_(ChannelDown{down.reason, down.final});
             },
             [this](std::string_view frame) {
               Received received;
               for (auto& message : protocol::decode_hub_to_viewer_frame(frame)) {
                 if (message) {
                   received.messages.push_back(std::move(*message));
                 } else if (message.error().code != "unknown_type") {
                   // A newer hub may say more; one that says the same wrongly is
                   // worth knowing.
                   received.messages.emplace_back(not_understood(message.error()));
                 }
               }
               on_event_(std::move(received));
             }}) {}

void HubChannel::send(const protocol::ViewerMessage& message) {
  link_.send(protocol::encode(message));
}

void HubChannel::stop() { link_.stop(std::chrono::milliseconds(500)); }

}  // namespace fedwatt::viewer
