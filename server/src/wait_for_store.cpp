#include "wait_for_store.h"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "fedwatt/hub/http_api.h"
#include "fedwatt/net/socket_server.h"
#include "fedwatt/protocol/close_codes.h"

namespace fedwatt {
namespace {

using std::chrono::steady_clock;
using Opened = tl::expected<std::unique_ptr<store::Store>, store::StoreError>;

constexpr std::chrono::seconds kTryAgainAfter{1};

bool may_come(const Opened& opened) {
  return !opened && opened.error().kind == store::StoreError::Kind::kUnavailable;
}

// Whoever connects is sent away, and finds the hub later.
class Doorkeeper : public net::PeerHandler {
 public:
  Doorkeeper(net::Peers& peers, std::string why) : peers_(peers), why_(std::move(why)) {}

  std::optional<net::HttpResponse> refuse_handshake(net::Endpoint, const net::Peer&) override {
    return std::nullopt;
  }
  void opened(net::ConnectionId connection, net::Endpoint, const net::Peer&) override {
    peers_.close(connection, protocol::kCloseGoingAway, "the hub waits for its store");
  }
  void received(net::ConnectionId, std::string_view) override {}
  void drained(net::ConnectionId) override {}
  void closed(net::ConnectionId) override {}
  void rested() override {}

  void answer(const net::HttpRequest& request,
              const std::function<void(net::HttpResponse)>& respond) {
    const bool asks_for_life = request.path == "/healthz";
    respond(asks_for_life ? hub::answer_without_runs(request) : hub::unavailable(why_));
  }

  void still_waits(const std::string& why) {
    if (why != why_) spdlog::warn("still waiting for the store: {}", why);
    why_ = why;
  }

 private:
  net::Peers& peers_;
  std::string why_;
};

// Tries to open the store, on a thread of its own, until it is there or the time is over.
class Opener {
 public:
  // `tell` is called on that thread after each attempt; the last one is no may_come() or at `end`.
  Opener(std::string address, steady_clock::time_point end, std::function<void(Opened)> tell)
      : thread_([this, address = std::move(address), end, tell = std::move(tell)] {
          sigset_t all;
          sigfillset(&all);
          pthread_sigmask(SIG_BLOCK, &all, nullptr);  // signals are for the main thread
          while (wait()) {
            auto opened = store::open_store(address);
            const bool is_last = !may_come(opened) || steady_clock::now() >= end;
            tell(std::move(opened));
            if (is_last) return;
          }
        }) {}
  ~Opener() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  Opener(const Opener&) = delete;
  Opener& operator=(const Opener&) = delete;

 private:
  bool wait() {
    std::unique_lock lock(mutex_);
    return !wake_.wait_for(lock, kTryAgainAfter, [this] { return stopping_; });
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;     // last: it uses the rest
};

}  // namespace

Opened wait_for_store(hub::Settings& settings, std::shared_ptr<net::TlsIdentity> identity,
                      const store::StoreError& first) {
  net::SocketServer server({settings.listen_address, settings.listen_port, settings.max_connections,
                            settings.patience, settings.door, std::move(identity)});
  Doorkeeper door(server, first.message);
  const auto problem = server.listen(door, [&door](const auto& request, auto respond) {
    door.answer(request, std::move(respond));
  });
  if (!problem.empty()) {
    return tl::unexpected(store::StoreError{store::StoreError::Kind::kBadAddress, problem});
  }
  settings.listen_port = server.port();
  spdlog::warn("{}; waiting for it for {} s, with /healthz and /readyz on {}:{}", first.message,
               settings.wait_for_store.count(), settings.listen_address, settings.listen_port);
  server.on_stop_signal([](int signal) {
    spdlog::info("signal {}: stopped", signal);
    // An attempt may hang, and nothing is lost with it.
    spdlog::shutdown();
    std::_Exit(0);
  });
  Opened result = tl::unexpected(first);
  const auto end = steady_clock::now() + settings.wait_for_store;
  const Opener opener(settings.database, end, [&](Opened opened) {
    const auto shared = std::make_shared<Opened>(std::move(opened));
    server.post([&, shared] {
      result = std::move(*shared);
      if (!may_come(result) || steady_clock::now() >= end) return server.stop();
      door.still_waits(result.error().message);
    });
  });
  const auto escaped = server.run();
  if (!escaped.empty()) {
    return tl::unexpected(store::StoreError{store::StoreError::Kind::kCorrupt, escaped});
  }
  if (result) spdlog::info("the store is there");
  return result;
}

}  // namespace fedwatt
