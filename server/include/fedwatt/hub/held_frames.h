#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "fedwatt/net/peers.h"

namespace fedwatt::hub {

// What comes when nothing more can be taken is held here, and handled in order later. A connection
// should not be read on while one of its frames is here: then there are never more bytes than a
// frame and a read buffer of each connection.
class HeldFrames {
 public:
  // Handles the messages of a frame from the `first` one on, as far as it can. Returns the first
  // one that it could not; empty: all are handled.
  using Handler = std::function<std::optional<std::size_t>(
      net::ConnectionId connection, std::string_view frame, std::size_t first)>;

  explicit HeldFrames(Handler handler) : handler_(std::move(handler)) {}

  // Has a frame handled, or holds what cannot be handled of it now. Whether all of it was handled.
  bool handle(net::ConnectionId connection, std::string_view frame);
  // Has one that is held handled on: connections take turns. Whose it was; empty if none is held.
  std::optional<net::ConnectionId> handle_held();
  void drop(net::ConnectionId connection);

  bool holds(net::ConnectionId connection) const { return frames_.count(connection) > 0; }
  std::size_t connections() const { return frames_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Frame {
    std::string text;
    std::size_t first = 0;  // the message in it to begin with
  };

  const Handler handler_;
  std::map<net::ConnectionId, std::deque<Frame>> frames_;  // no empty ones
  net::ConnectionId last_ = 0;                             // whose turn it was
  std::size_t bytes_ = 0;
};

}  // namespace fedwatt::hub
