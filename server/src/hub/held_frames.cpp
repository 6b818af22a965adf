#include "fedwatt/hub/held_frames.h"

#include <utility>

namespace fedwatt::hub {

void HeldFrames::add(net::ConnectionId connection, std::string_view text, std::size_t first) {
  bytes_ += text.size();
  frames_[connection].push_back({connection, std::string(text), first});
}

void HeldFrames::drop(net::ConnectionId connection) {
  const auto dropped = frames_.extract(connection);
  if (dropped.empty()) return;
  for (const auto& frame : dropped.mapped()) bytes_ -= frame.text.size();
}

std::optional<HeldFrames::Frame> HeldFrames::take() {
  if (frames_.empty()) return std::nullopt;
  auto turn = frames_.upper_bound(last_);
  if (turn == frames_.end()) turn = frames_.begin();
  last_ = turn->first;
  Frame frame = std::move(turn->second.front());
  turn->second.pop_front();
  if (turn->second.empty()) frames_.erase(turn);
  bytes_ -= frame.text.size();
  return frame;
}

void HeldFrames::put_back(Frame frame) {
  bytes_ += frame.text.size();
  auto& of_connection = frames_[frame.connection];
  of_connection.push_front(std::move(frame));
}

}  // namespace fedwatt::hub
