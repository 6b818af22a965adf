#pragma once

#include <memory>

#include "fedwatt/net/door.h"
#include "fedwatt/net/peers.h"
#include "fedwatt/net/tls_identity.h"

namespace fedwatt::net {

// How long peers may take before they are closed; known to a second.
struct Patience {
  // To send a WebSocket's handshake, or an HTTP request.
  std::chrono::milliseconds handshake_within{5'000};
  // To read what they were sent; an HTTP client, to read any of it.
  std::chrono::milliseconds slow_for{30'000};
  // To give a sign of life. They are pinged before, when they are quiet.
  std::chrono::milliseconds silent_for{40'000};
};

struct SocketServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 3000;  // 0: one that is free
  std::size_t max_connections = 10'000;
  Patience patience{};
  DoorRules door{};
  std::shared_ptr<const TlsIdentity> tls{};  // loaded; null: TLS is not spoken
};

// WebSockets and HTTP on one port, and the event loop that all of the hub's logic runs on. Routes
// /v1/worker and /v1/viewer to the PeerHandler and every other request to the HttpHandler.
//
// run() is the I/O thread; only post() and stop() may be called from others.
class SocketServer : public Peers, public Timers {
 public:
  explicit SocketServer(SocketServerOptions options);
  ~SocketServer() override;
  SocketServer(const SocketServer&) = delete;
  SocketServer& operator=(const SocketServer&) = delete;

  // Takes the port. The result is what is wrong, in one sentence; empty if nothing is.
  std::string listen(PeerHandler& handler, HttpHandler http);
  std::uint16_t port() const;

  // Calls `on_signal` once on the I/O thread for the first SIGINT or SIGTERM of the process.
  void on_stop_signal(std::function<void(int signal)> on_signal);

  // Calls `on_signal` on the I/O thread for every SIGHUP of the process from now on.
  void on_reload_signal(std::function<void()> on_signal);

  // Handles everything until stop(). Returns what an exception that escaped a handler said: that
  // is a broken program. Empty: stopped as asked.
  std::string run();

  // Any thread.
  void post(std::function<void()> task);
  void stop();

  // Takes no new connections.
  void stop_listening();
  // Closes every connection with a code, and calls `done` when all are gone.
  void close_all(std::uint16_t code, std::string_view reason, std::function<void()> done);

  void send(const std::vector<ConnectionId>& to, std::string frame) override;
  void tell(std::vector<News> news, std::chrono::steady_clock::time_point begun) override;
  bool resting() const override;
  void close(ConnectionId connection, std::uint16_t code, std::string_view reason) override;
  void pause_reading(ConnectionId connection) override;
  void resume_reading(ConnectionId connection) override;
  bool behind(ConnectionId connection) const override;
  Load load() const override;
  Time now() const override;
  void after(std::chrono::milliseconds delay, std::function<void()> task) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fedwatt::net
