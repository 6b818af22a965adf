#include "fedwatt/hub/held_frames.h"

#include <utility>

namespace fedwatt::hub {

bool HeldFrames::handle(net::ConnectionId connection, std::string_view frame) {
  std::size_t first = 0;
  if (!holds(connection)) {
    const auto left = handler_(connection, frame, first);
    if (!left) return true;
    first = *left;
  }
  frames_[connection].push_back({std::string(frame), first});
  bytes_ += frame.size();
  return false;
}

std::optional<net::ConnectionId> HeldFrames::handle_held() {
  if (frames_.empty()) return std::nullopt;
  auto turn = frames_.upper_bound(last_);
  if (turn == frames_.end()) turn = frames_.begin();
  last_ = turn->first;
  Frame& frame = turn->second.front();
  if (const auto left = handler_(last_, frame.text, frame.first)) {
    frame.first = *left;
    return last_;
  }
  bytes_ -= frame.text.size();
  turn->second.pop_front();
  if (turn->second.empty()) frames_.erase(turn);
  return last_;
}

void HeldFrames::drop(net::ConnectionId connection) {
  const auto dropped = frames_.extract(connection);
  if (dropped.empty()) return;
  for (const auto& frame : dropped.mapped()) bytes_ -= frame.text.size();
}

}  // namespace fedwatt::hub
