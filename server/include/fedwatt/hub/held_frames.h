#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "fedwatt/net/peers.h"

namespace fedwatt::hub {

// Frames that came when nothing more could be taken. A connection is not read on while one of its
// frames is here, so there are never more bytes than a frame and a read buffer of each connection.
class HeldFrames {
 public:
  struct Frame {
    net::ConnectionId connection = 0;
    std::string text;
    std::size_t first = 0;  // the message in it to begin with
  };

  bool holds(net::ConnectionId connection) const { return frames_.count(connection) > 0; }
  void add(net::ConnectionId connection, std::string_view text, std::size_t first);
  void drop(net::ConnectionId connection);

  // Connections take turns; the frames of each come in order.
  std::optional<Frame> take();
  // A frame that was taken and could not be handled whole.
  void put_back(Frame frame);

  std::size_t connections() const { return frames_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  std::map<net::ConnectionId, std::deque<Frame>> frames_;  // no empty ones
  net::ConnectionId last_ = 0;                             // whose turn it was
  std::size_t bytes_ = 0;
};

}  // namespace fedwatt::hub
