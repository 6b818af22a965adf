#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "link/tls.h"

// C++17: websocketpp, behind this header, does not compile as C++20.

namespace fedwatt::link {

struct HubLinkOptions {
  std::string url;      // ws://host[:port] or wss://host[:port]
  std::string path;     // "/v1/worker" or "/v1/viewer"
  std::string token{};  // goes into the handshake; "": none. Only visible ASCII
  TlsFiles tls{};       // for wss://; read again for every connection
  // Reconnects after a random time between 0 and a bound that doubles from `first_retry` to
  // `longest_retry` (full jitter), and starts over after a minute of being connected.
  std::chrono::milliseconds first_retry{500};
  std::chrono::milliseconds longest_retry{20'000};
  // How long the hub may take to answer the WebSocket handshake.
  std::chrono::milliseconds handshake_timeout{5'000};
  // A connection on which nothing, not even a pong, came for `silence_limit` is given up. Looked at
  // with every ping.
  std::chrono::milliseconds ping_every{15'000};
  std::chrono::milliseconds silence_limit{40'000};
};

// Why a connection ended or did not come about, for people, and what follows from it.
struct LinkDown {
  std::string reason;            // a sentence without its full stop
  std::uint16_t close_code = 0;  // 0 where there was no close frame
  bool final = false;            // the hub said not to come back, or the address can't work
  std::chrono::milliseconds retry_in{0};
};

// A connection to the hub that comes back by itself. Text frames in, text frames out.
//
// The callbacks run on the link's own thread, one at a time; they must not block and must not
// stop or destroy the link. One that throws costs the connection, which then comes back. All
// methods may be called from any thread and never block, but for stop().
class HubLink {
 public:
  struct Callbacks {
    std::function<void()> on_up;                           // connected: the first frame may be sent
    std::function<void(const LinkDown&)> on_down;          // after on_up, or instead of it
    std::function<void(std::string_view frame)> on_frame;  // valid during the call
  };

  // Throws std::invalid_argument for an url that is none, or files that cannot be used. Connects in
  // the background.
  HubLink(HubLinkOptions options, Callbacks callbacks);
  // stop() without a goodbye.
  ~HubLink();
  HubLink(const HubLink&) = delete;
  HubLink& operator=(const HubLink&) = delete;

  // Sends a frame if connected; else drops it: whoever needs it delivered sends it again on_up.
  void send(std::string frame) noexcept;

  // Runs `task` on the link's thread, unless the link is stopped before.
  void post(std::function<void()> task) noexcept;

  // Runs `task` on the link's thread after `delay`, unless the link is stopped before.
  void post_after(std::chrono::milliseconds delay, std::function<void()> task) noexcept;

  // Closes with 1000, waits for the closing handshake at most `timeout` (0: does not say goodbye)
  // and ends the thread. No callback or task runs after it has returned. Harmless twice.
  void stop(std::chrono::milliseconds timeout) noexcept;

 private:
  class Core;
  struct Thread;
  std::unique_ptr<Thread> thread_;
};

}  // namespace fedwatt::link
