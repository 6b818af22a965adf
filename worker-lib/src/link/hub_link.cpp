#include "link/hub_link.h"

#include <fcntl.h>
#include <pthread.h>

#include <csignal>
#include <future>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <utility>
#include <websocketpp/client.hpp>
#include <websocketpp/concurrency/none.hpp>
#include <websocketpp/config/asio_no_tls_client.hpp>
#include <websocketpp/logger/stub.hpp>

#include "fedwatt/protocol/close_codes.h"
#include "fedwatt/protocol/subprotocol.h"
#include "fedwatt/transport/socket_policy.h"
#include "link/backoff.h"
#include "link/hub_url.h"

namespace fedwatt::link {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxMessageBytes = std::size_t{16} << 20;  // a snapshot of a long run
constexpr milliseconds kStableAfter{60'000};
constexpr milliseconds kConnectTimeout{5'000};

// Looks up the hub and connects. websocketpp's own way writes the port through a stream, and under
// a global locale like the German one that makes "3.000" of it.
template <class Config>
class Transport : public websocketpp::transport::asio::endpoint<Config> {
 public:
  using Base = websocketpp::transport::asio::endpoint<Config>;
  using typename Base::transport_con_ptr;
  using Handler = websocketpp::transport::connect_handler;

  void set_address(const HubUrl& address) { address_ = address; }

  // Hides Base's; websocketpp::client calls it. `done` is called once.
  void async_connect(transport_con_ptr connection, const websocketpp::uri_ptr& /*for the request*/,
                     Handler done) {
    auto attempt = std::make_shared<Attempt>(Base::get_io_service(), std::move(done));
    attempt->timeout.async_wait([attempt, connection](asio::error_code cancelled) {
      if (cancelled) return;
      attempt->resolver.cancel();
      asio::error_code ignored;
      connection->get_raw_socket().close(ignored);
      attempt->end(asio::error::timed_out);
    });
    attempt->resolver.async_resolve(
        address_.host, std::to_string(address_.port),
        [attempt, connection](asio::error_code error, const Endpoints& endpoints) {
          if (error || attempt->ended) return attempt->end(error);
          asio::async_connect(connection->get_raw_socket(), endpoints,
                              [attempt, connection](asio::error_code failed, const auto&) {
                                attempt->end(failed);
                              });
        });
  }

 private:
  using Endpoints = asio::ip::tcp::resolver::results_type;

  struct Attempt {
    Attempt(asio::io_context& io, Handler handler)
        : resolver(io), timeout(io, kConnectTimeout), done(std::move(handler)) {}

    void end(asio::error_code error) {
      if (std::exchange(ended, true)) return;
      timeout.cancel();
      done(error);
    }

    asio::ip::tcp::resolver resolver;
    asio::steady_timer timeout;
    Handler done;
    bool ended = false;
  };

  HubUrl address_;
};

// One thread and no locks; no logs of websocketpp's own; bounded messages.
// NOLINTBEGIN(readability-identifier-naming): the names are websocketpp's.
struct ClientConfig : websocketpp::config::asio_client {
  using type = ClientConfig;
  using concurrency_type = websocketpp::concurrency::none;
  using alog_type = websocketpp::log::stub;
  using elog_type = websocketpp::log::stub;
  using rng_type =
      websocketpp::random::random_device::int_generator<std::uint32_t, concurrency_type>;
  [[maybe_unused]] static constexpr bool enable_multithreading = false;
  static constexpr std::size_t max_message_size = kMaxMessageBytes;
  static constexpr std::size_t max_http_body_size = 64 * 1024;

  struct transport_config : websocketpp::config::asio_client::transport_config {
    using concurrency_type = type::concurrency_type;
    using alog_type = type::alog_type;
    using elog_type = type::elog_type;
    using socket_type = transport::SocketEndpoint;
    static constexpr bool enable_multithreading = false;
    static constexpr long timeout_socket_post_init = 0;  // it has one of its own
  };
  using transport_type = Transport<transport_config>;
};
// NOLINTEND(readability-identifier-naming)

using Client = websocketpp::client<ClientConfig>;
using Connection = Client::connection_ptr;

}  // namespace

// What the link's thread owns. Only begin_stop, post, post_after and send are for other threads.
class HubLink::Core {
 public:
  Core(HubLinkOptions options, Callbacks callbacks)
      : options_(std::move(options)),
        url_(parse_hub_url(options_.url)),
        callbacks_(std::move(callbacks)),
        backoff_(options_.first_retry, options_.longest_retry) {
    if (url_.secure) make_tls_context(options_.tls);  // whether it can be
    client_.init_asio(&io_);
    client_.begin_as({[this] { return tls_; }, [this](SSL* tls) { expect_host(tls, url_.host); },
                      options_.handshake_timeout});
    client_.set_address(url_);
    client_.set_user_agent("");
    asio::post(io_, [this] { connect(); });
  }

  // The link's thread. Returns once stopped.
  void run() noexcept {
    for (;;) {
      try {
        io_.run();
        break;
      } catch (const std::exception& error) {
        asio::post(io_, [this, what = std::string(error.what())] { drop("failed here: " + what); });
      } catch (...) {
        asio::post(io_, [this] { drop("failed here"); });
      }
    }
    callbacks_ = {};
  }

  void begin_stop(milliseconds timeout) {
    asio::post(io_, [this, timeout] { stop(timeout); });
  }

  void post(std::function<void()> task) { asio::post(io_, std::move(task)); }

  void post_after(milliseconds delay, std::function<void()> task) {
    asio::post(io_, [this, delay, task = std::move(task)]() mutable {
      auto timer = std::make_unique<asio::steady_timer>(io_, delay);
      auto& waiting = *timer;
      waiting.async_wait(
          [timer = std::move(timer), task = std::move(task)](asio::error_code error) {
            if (!error) task();
          });
    });
  }

  void send(std::string frame) {
    // At once if this is the link's thread, so that what it sends before stop() still goes out.
    asio::dispatch(io_, [this, frame = std::move(frame)] {
      if (!up_) return;
      // Fails on a connection that just died: on_down follows.
      connection_->send(frame, websocketpp::frame::opcode::text);
    });
  }

 private:
  void connect() {
    const auto attempt = ++attempt_;
    // With the port as part of the host, which is what the request's Host is made of.
    const auto uri = std::make_shared<websocketpp::uri>(false, url_.authority(), std::uint16_t{80},
                                                        options_.path);
    try {
      if (url_.secure) tls_ = make_tls_context(options_.tls);
    } catch (const std::invalid_argument& unusable) {
      return ended({unusable.what()});
    }
    websocketpp::lib::error_code error;
    connection_ = client_.get_connection(uri, error);
    if (!error) connection_->add_subprotocol(protocol::kSubprotocol, error);
    if (!error && !options_.token.empty()) {
      connection_->replace_header("Authorization", "Bearer " + options_.token);
    }
    if (error) return ended({error.message()});

    connection_->set_open_handshake_timeout(static_cast<long>(options_.handshake_timeout.count()));
    connection_->set_pong_timeout(0);
    connection_->set_tcp_pre_init_handler([this, attempt](auto) {
      if (attempt != attempt_) return;
      auto& socket = connection_->get_raw_socket();
      asio::error_code ignored;
      socket.set_option(asio::ip::tcp::no_delay(true), ignored);
      // A program that the training starts must not keep the connection open.
      ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
    });
    connection_->set_open_handler([this, attempt](auto) {
      if (attempt == attempt_) opened();
    });
    connection_->set_fail_handler([this, attempt](auto) {
      if (attempt == attempt_) failed();
    });
    connection_->set_close_handler([this, attempt](auto) {
      if (attempt == attempt_) closed();
    });
    connection_->set_message_handler([this, attempt](auto, const auto& message) {
      if (attempt != attempt_) return;
      heard_at_ = Clock::now();
      if (message->get_opcode() == websocketpp::frame::opcode::text && !stopping_) {
        callbacks_.on_frame(message->get_payload());
      }
    });
    connection_->set_ping_handler([this](auto, const auto&) {
      heard_at_ = Clock::now();
      return true;
    });
    connection_->set_pong_handler([this](auto, const auto&) { heard_at_ = Clock::now(); });
    client_.connect(connection_);
  }

  void opened() {
    up_ = true;
    up_since_ = heard_at_ = Clock::now();
    watch();
    if (!stopping_) callbacks_.on_up();
  }

  // Pings, and gives up a connection on which nothing comes back.
  void watch() {
    watch_.expires_after(options_.ping_every);
    watch_.async_wait([this, attempt = attempt_](asio::error_code error) {
      if (error || attempt != attempt_ || !up_) return;
      if (Clock::now() - heard_at_ >= options_.silence_limit) {
        return drop("the hub gave no sign of life for " +
                    std::to_string(options_.silence_limit.count() / 1000) + " s");
      }
      websocketpp::lib::error_code ignored;
      connection_->ping("", ignored);
      watch();
    });
  }

  // The connection did not come about.
  void failed() {
    const int status = static_cast<int>(connection_->get_response_code());
    LinkDown down;
    const auto why = describe_tls_failure(
        connection_->tls_error() ? connection_->tls_error() : connection_->get_ec(),
        connection_->tls(), url_.host);
    if (!why.empty()) {
      down.reason = "cannot reach " + options_.url + " " + why;
    } else if (status == 0) {
      down.reason = "cannot reach " + options_.url + " (" + connection_->get_ec().message() + ")";
      const bool hung_up = connection_->get_ec() == websocketpp::transport::error::eof;
      if (hung_up && !url_.secure) down.reason += "; a hub with a certificate is at wss://";
    } else if (status == 401) {
      down.reason = "the hub at " + options_.url +
                    " does not accept this token (HTTP 401): it is wrong, expired or revoked";
    } else if (status == 403) {
      down.reason = "the hub at " + options_.url +
                    " does not allow this (HTTP 403): the token's role may be another one";
    } else {
      down.reason = options_.url + " answered HTTP " + std::to_string(status);
      down.reason += status == 101 ? " in a way that is no WebSocket" : " instead of WebSocket";
    }
    down.final = status == 401 || status == 403;
    ended(std::move(down));
  }

  void closed() {
    const auto code = connection_->get_remote_close_code();
    LinkDown down;
    if (code == websocketpp::close::status::abnormal_close || code == 0) {
      down.reason = "the connection to " + options_.url + " broke";
    } else {
      const std::string& words = connection_->get_remote_close_reason();
      down.close_code = code;
      down.final = !protocol::may_reconnect(code);
      down.reason = "the hub closed the connection with " + std::to_string(code);
      if (!words.empty()) down.reason += ": " + words;
    }
    ended(std::move(down));
  }

  // Ends the connection from here without waiting for the peer.
  void drop(const std::string& reason) {
    if (!connection_) return;
    ++attempt_;  // its handlers have nothing more to say
    connection_->terminate(websocketpp::error::make_error_code(websocketpp::error::general));
    ended({reason});
  }

  void ended(LinkDown down) {
    ++attempt_;
    if (up_ && Clock::now() - up_since_ >= kStableAfter) backoff_.reset();
    up_ = false;
    watch_.cancel();
    connection_.reset();
    if (stopping_) return io_.stop();
    if (!down.final) {
      down.retry_in = backoff_.next(std::uniform_real_distribution<>(0, 1)(random_));
      retry_.expires_after(down.retry_in);
      retry_.async_wait([this](asio::error_code error) {
        if (!error && !stopping_) connect();
      });
    }
    callbacks_.on_down(down);
  }

  void stop(milliseconds timeout) {
    stopping_ = true;
    retry_.cancel();
    if (!up_ || timeout <= milliseconds::zero()) return io_.stop();
    websocketpp::lib::error_code error;
    connection_->close(protocol::kCloseNormal, "", error);
    if (error) return io_.stop();
    retry_.expires_after(timeout);
    retry_.async_wait([this](asio::error_code) { io_.stop(); });
  }

  const HubLinkOptions options_;
  const HubUrl url_;
  Callbacks callbacks_;
  Backoff backoff_;
  std::mt19937 random_{std::random_device{}()};

  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> keep_running_{io_.get_executor()};
  asio::steady_timer retry_{io_};  // and, once stopping, the deadline of the goodbye
  asio::steady_timer watch_{io_};
  Client client_;

  transport::TlsContext tls_;  // of the connections that begin from now on
  Connection connection_;      // the one attempt under way, or the connection that is up
  std::uint64_t attempt_ = 0;  // tells the handlers of an earlier connection that they are late
  bool up_ = false;
  bool stopping_ = false;
  Clock::time_point up_since_;
  Clock::time_point heard_at_;
};

// The core lives and dies on its thread: destroying it waits for a name look-up that is under way,
// which can take longer than stop() may. stop() then leaves the thread to finish by itself.
struct HubLink::Thread {
  std::weak_ptr<Core> core;  // the thread owns it

  std::mutex stopping;  // held for the whole of stop(); guards what follows
  std::thread thread;
  std::future<void> ran;  // no callback runs any more
  std::future<void> destroyed;
};

namespace {

constexpr milliseconds kLookUpGrace{200};

// Signals are the host program's: none is to interrupt it in a thread that it does not know.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

HubLink::HubLink(HubLinkOptions options, Callbacks callbacks)
    : thread_(std::make_unique<Thread>()) {
  auto core = std::make_shared<Core>(std::move(options), std::move(callbacks));
  thread_->core = core;
  std::promise<void> ran;
  std::promise<void> destroyed;
  thread_->ran = ran.get_future();
  thread_->destroyed = destroyed.get_future();
  const BlockedSignals blocked;
  thread_->thread = std::thread(
      [core = std::move(core), ran = std::move(ran), destroyed = std::move(destroyed)]() mutable {
        ::pthread_setname_np(::pthread_self(), "fedwatt-link");
        core->run();
        ran.set_value();
        core.reset();
        destroyed.set_value();
      });
}

HubLink::~HubLink() { stop(milliseconds::zero()); }

// What these three hand over is lost if memory ran out, as it is if the link is down.
void HubLink::send(std::string frame) noexcept try {
  if (const auto running = thread_->core.lock()) running->send(std::move(frame));
} catch (const std::exception&) {
}

void HubLink::post(std::function<void()> task) noexcept try {
  if (const auto running = thread_->core.lock()) running->post(std::move(task));
} catch (const std::exception&) {
}

void HubLink::post_after(milliseconds delay, std::function<void()> task) noexcept try {
  if (const auto running = thread_->core.lock()) running->post_after(delay, std::move(task));
} catch (const std::exception&) {
}

void HubLink::stop(milliseconds timeout) noexcept {
  const std::lock_guard once(thread_->stopping);
  if (!thread_->thread.joinable()) return;
  if (const auto running = thread_->core.lock()) running->begin_stop(timeout);
  thread_->ran.wait();
  if (thread_->destroyed.wait_for(kLookUpGrace) == std::future_status::ready) {
    thread_->thread.join();
  } else {
    thread_->thread.detach();
  }
}

}  // namespace fedwatt::link
