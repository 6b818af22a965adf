#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace fedwatt::bench {

// A WebSocket client that costs next to nothing: a socket, masked text frames, no copies of what
// arrives whole. Reads blocking until set_nonblocking(). Everything throws std::runtime_error with
// a sentence: a load generator has nothing better to do with a fault than to stop and say it.
class WebSocket {
 public:
  using OnText = std::function<void(std::string_view text)>;

  // Connects and shakes hands. `address` is an IPv4 address.
  WebSocket(const std::string& address, std::uint16_t port, const std::string& path);
  ~WebSocket();
  WebSocket(WebSocket&& other) noexcept;
  WebSocket& operator=(WebSocket&&) = delete;

  int descriptor() const { return descriptor_; }
  void set_nonblocking();

  // Sends a text frame. What the kernel does not take now waits until flush().
  void send(std::string_view text);
  // Sends on what waits; false while something still does.
  bool flush();

  // Reads once and calls `on_text` for each text that is complete; the view is valid until that
  // returns. Answers pings. Returns the bytes read; 0: there was nothing.
  std::size_t receive(const OnText& on_text);

 private:
  void send_frame(std::uint8_t opcode, std::string_view payload);
  // Takes the complete frames from the front of `bytes`; returns how many bytes they were.
  std::size_t consume(std::string_view bytes, const OnText& on_text);

  int descriptor_ = -1;
  std::string unread_;  // the beginning of a frame
  std::string unsent_;
};

}  // namespace fedwatt::bench
