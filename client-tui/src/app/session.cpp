#include "app/session.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <random>
#include <utility>

namespace fedwatt::viewer {

protocol::Timestamp wall_clock_now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string new_command_id() {
  std::random_device random;
  return fmt::format("v-{:08x}{:08x}", random(), random());
}

Session::Session(const HubAddress& hub, const std::string& viewer_name,
                 std::function<void()> on_arrival)
    : model(wall_clock_now()),
      channel(hub,
              [this, notify = std::move(on_arrival)](ChannelEvent event) {
                inbox.push(std::move(event));
                notify();
              }),
      conversation(model, viewer_name,
                   [this](const protocol::ViewerMessage& message) { channel.send(message); }) {}

void Session::handle(const ChannelEvent& event) {
  const auto now = wall_clock_now();
  if (std::holds_alternative<ChannelUp>(event)) {
    conversation.connected();
  } else if (const auto* down = std::get_if<ChannelDown>(&event)) {
    conversation.disconnected();
    model.connection_lost(down->reason, down->is_final, now);
  } else {
    for (const auto& message : std::get<Received>(event).messages) model.apply(message, now);
  }
}

}  // namespace fedwatt::viewer
