#include "link/hub_link.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include "peer_process.h"

namespace fedwatt::link {
namespace {

using fedwatt::testing::kDeadline;
using fedwatt::testing::PeerProcess;
using std::chrono::milliseconds;

struct Happened {
  enum class What { kUp, kDown, kFrame } what = What::kUp;
  LinkDown down;
  std::string frame;
};

// A link whose callbacks are kept, in order, for the test to take.
class Watched {
 public:
  explicit Watched(HubLinkOptions options) : link_(std::move(options), callbacks()) {}

  HubLink& link() { return link_; }

  Happened next() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kDeadline, [this] { return !happened_.empty(); })) {
      ADD_FAILURE() << "nothing happened on the link";
      return {};
    }
    Happened first = std::move(happened_.front());
    happened_.pop_front();
    return first;
  }

  // Skips to the next time that the link goes down.
  LinkDown next_down() {
    for (;;) {
      const Happened happened = next();
      if (HasFailure() || happened.what == Happened::What::kDown) return happened.down;
    }
  }

  bool nothing_happened() {
    const std::lock_guard lock(mutex_);
    return happened_.empty();
  }

 private:
  static bool HasFailure() { return ::testing::Test::HasFailure(); }

  HubLink::Callbacks callbacks() {
    return {[this] {
              add({Happened::What::kUp, {}, {}});
            },
            [this](const LinkDown& down) {
              add({Happened::What::kDown, down, {}});
            },
            [this](std::string_view frame) {
              add({Happened::What::kFrame, {}, std::string(frame)});
            }};
  }

  void add(Happened happened) {
    const std::lock_guard lock(mutex_);
    happened_.push_back(std::move(happened));
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Happened> happened_;
  HubLink link_;
};

HubLinkOptions options_for(const std::string& url, const std::string& path = "/echo") {
  HubLinkOptions options;
  options.url = url;
  options.path = path;
  options.first_retry = milliseconds(10);
  options.longest_retry = milliseconds(100);
  return options;
}

TEST(HubLink, CarriesTextBothWaysAndOffersTheSubprotocol) {
  PeerProcess peer("link_peer.py", {"websocket"});
  Watched watched(options_for(peer.url()));
  EXPECT_EQ(watched.next().what, Happened::What::kUp);
  EXPECT_EQ(peer.next_line(), "request /echo fedwatt.v1 None");
  EXPECT_EQ(peer.next_line(), "host 127.0.0.1:" + std::to_string(peer.port()));
  watched.link().send("grüße");
  EXPECT_EQ(watched.next().frame, "grüße");
  watched.link().stop(kDeadline);
  EXPECT_EQ(peer.line_with("closed"), "closed 1000");
  EXPECT_TRUE(watched.nothing_happened());
}

TEST(HubLink, ReachesAHostByNameWhichHasAnAddressThatNobodyListensOn) {
  PeerProcess peer("link_peer.py", {"websocket"});  // on 127.0.0.1 only, and not on ::1
  Watched watched(options_for("ws://localhost:" + std::to_string(peer.port())));
  EXPECT_EQ(watched.next().what, Happened::What::kUp);
}

TEST(HubLink, KeepsTryingAHubThatIsNotThereYet) {
  int port = 0;
  {
    PeerProcess gone("link_peer.py", {"websocket"});
    port = gone.port();
  }
  Watched watched(options_for("ws://127.0.0.1:" + std::to_string(port)));
  for (int attempt = 0; attempt < 3; ++attempt) {
    const Happened happened = watched.next();
    EXPECT_EQ(happened.what, Happened::What::kDown);
    EXPECT_FALSE(happened.down.final);
    EXPECT_NE(happened.down.reason.find("Connection refused"), std::string::npos)
        << happened.down.reason;
    EXPECT_LE(happened.down.retry_in, milliseconds(10 << attempt));
  }
  PeerProcess back("link_peer.py", {"websocket", std::to_string(port)});
  for (Happened happened = watched.next(); happened.what != Happened::What::kUp;) {
    ASSERT_FALSE(HasFailure());
    happened = watched.next();
  }
  watched.link().send("here again");
  EXPECT_EQ(watched.next().frame, "here again");
}

TEST(HubLink, ComesBackAfterTheHubWasKilled) {
  auto peer = std::make_unique<PeerProcess>("link_peer.py", std::vector<std::string>{"websocket"});
  const int port = peer->port();
  Watched watched(options_for(peer->url()));
  EXPECT_EQ(watched.next().what, Happened::What::kUp);
  peer.reset();
  const Happened lost = watched.next();
  EXPECT_EQ(lost.what, Happened::What::kDown);
  EXPECT_EQ(lost.down.close_code, 0);
  EXPECT_NE(lost.down.reason.find("broke"), std::string::npos) << lost.down.reason;
  PeerProcess back("link_peer.py", {"websocket", std::to_string(port)});
  EXPECT_EQ(back.next_line(), "request /echo fedwatt.v1 None");
}

TEST(HubLink, ADroppedConnectionIsMadeAnew) {
  PeerProcess peer("link_peer.py", {"websocket"});
  Watched watched(options_for(peer.url(), "/drop"));
  for (int times = 0; times < 3; ++times) {
    EXPECT_EQ(watched.next().what, Happened::What::kUp);
    EXPECT_FALSE(watched.next_down().final);
  }
}

struct Answer {
  const char* path;
  int close_code;
  bool final;
};

class HubLinkAnswer : public ::testing::TestWithParam<Answer> {};

TEST_P(HubLinkAnswer, DecidesWhetherToComeBack) {
  PeerProcess peer("link_peer.py", {"websocket"});
  Watched watched(options_for(peer.url(), GetParam().path));
  const LinkDown down = watched.next_down();
  EXPECT_EQ(down.close_code, GetParam().close_code) << down.reason;
  EXPECT_EQ(down.final, GetParam().final) << down.reason;
  EXPECT_EQ(peer.next_line().rfind("request", 0), 0U);
  if (GetParam().final) return;
  EXPECT_EQ(peer.line_with("request").rfind("request", 0), 0U);  // it came back
}

INSTANTIATE_TEST_SUITE_P(
    All, HubLinkAnswer,
    ::testing::Values(Answer{"/close/1000", 1000, false}, Answer{"/close/1001", 1001, false},
                      Answer{"/close/1011", 1011, false}, Answer{"/close/3000", 3000, false},
                      Answer{"/close/3499", 3499, false}, Answer{"/close/3500", 3500, true},
                      Answer{"/close/3501", 3501, true}, Answer{"/http/401", 0, true},
                      Answer{"/http/403", 0, true}, Answer{"/http/404", 0, false},
                      Answer{"/http/503", 0, false}));

TEST(HubLink, SaysWithWhichWordsTheHubClosed) {
  PeerProcess peer("link_peer.py", {"websocket"});
  Watched watched(options_for(peer.url(), "/close/3501"));
  EXPECT_EQ(watched.next_down().reason, "the hub closed the connection with 3501: as asked");
}

TEST(HubLink, GivesUpAHandshakeThatIsNotAnswered) {
  PeerProcess peer("link_peer.py", {"silent"});
  HubLinkOptions options = options_for(peer.url());
  options.handshake_timeout = milliseconds(50);
  Watched watched(options);
  const LinkDown down = watched.next_down();
  EXPECT_FALSE(down.final);
  EXPECT_NE(down.reason.find("timed out"), std::string::npos) << down.reason;
  EXPECT_EQ(peer.next_line(), "accepted");
  EXPECT_EQ(peer.line_with("given up"), "given up");
}

TEST(HubLink, TriesAgainWhereSomethingElseListens) {
  PeerProcess peer("link_peer.py", {"smtp"});
  Watched watched(options_for(peer.url()));
  EXPECT_FALSE(watched.next_down().final);
  EXPECT_FALSE(watched.next_down().final);
}

TEST(HubLink, GivesUpAConnectionOnWhichNotEvenAPongComes) {
  PeerProcess peer("link_peer.py", {"websocket"});
  HubLinkOptions options = options_for(peer.url(), "/stop-reading");
  options.ping_every = milliseconds(20);
  options.silence_limit = milliseconds(100);
  Watched watched(options);
  EXPECT_EQ(watched.next().what, Happened::What::kUp);
  const LinkDown down = watched.next_down();
  EXPECT_FALSE(down.final);
  EXPECT_NE(down.reason.find("no sign of life"), std::string::npos) << down.reason;
}

TEST(HubLink, PongsKeepAQuietConnectionAlive) {
  PeerProcess peer("link_peer.py", {"websocket"});
  HubLinkOptions options = options_for(peer.url());
  options.ping_every = milliseconds(20);
  options.silence_limit = milliseconds(10'000);
  Watched watched(options);
  EXPECT_EQ(watched.next().what, Happened::What::kUp);
  std::promise<void> later;
  watched.link().post_after(milliseconds(200), [&later] { later.set_value(); });  // ten pings
  ASSERT_EQ(later.get_future().wait_for(kDeadline), std::future_status::ready);
  watched.link().send("still here");
  EXPECT_EQ(watched.next().frame, "still here");
}

TEST(HubLink, TakesALargeSnapshotAndRefusesOnePastTheLimit) {
  PeerProcess peer("link_peer.py", {"websocket"});
  {
    Watched watched(options_for(peer.url(), "/big"));
    EXPECT_EQ(watched.next().what, Happened::What::kUp);
    EXPECT_EQ(watched.next().frame.size(), std::size_t{10} << 20);
  }
  Watched watched(options_for(peer.url(), "/too-big"));
  EXPECT_EQ(watched.next().what, Happened::What::kUp);
  EXPECT_EQ(watched.next().what, Happened::What::kDown);
}

TEST(HubLink, IgnoresBinaryFrames) {
  PeerProcess peer("link_peer.py", {"websocket"});
  Watched watched(options_for(peer.url(), "/binary-then-text"));
  EXPECT_EQ(watched.next().what, Happened::What::kUp);
  EXPECT_EQ(watched.next().frame, "text");
}

TEST(HubLink, ANameThatDoesNotExistIsTriedAgain) {
  Watched watched(options_for("ws://nowhere.invalid:3000"));
  const LinkDown down = watched.next_down();
  EXPECT_FALSE(down.final);
  EXPECT_NE(down.reason.find("ws://nowhere.invalid:3000"), std::string::npos) << down.reason;
}

TEST(HubLink, ACallbackThatThrowsCostsTheConnectionOnly) {
  PeerProcess peer("link_peer.py", {"websocket"});
  std::promise<std::string> failed;
  bool thrown = false;
  HubLink* to_send_on = nullptr;
  HubLink::Callbacks callbacks;
  callbacks.on_up = [&] { to_send_on->send("frame"); };
  callbacks.on_down = [&](const LinkDown& down) { failed.set_value(down.reason); };
  std::promise<void> again;
  callbacks.on_frame = [&](std::string_view) {
    if (std::exchange(thrown, true)) return again.set_value();
    throw std::runtime_error("of the test");
  };
  std::mutex made;
  std::unique_lock not_yet(made);
  auto on_up = callbacks.on_up;
  callbacks.on_up = [&] {
    const std::lock_guard wait(made);
    on_up();
  };
  HubLink link(options_for(peer.url()), callbacks);
  to_send_on = &link;
  not_yet.unlock();
  auto reason = failed.get_future();
  ASSERT_EQ(reason.wait_for(kDeadline), std::future_status::ready);
  EXPECT_EQ(reason.get(), "failed here: of the test");
  EXPECT_EQ(again.get_future().wait_for(kDeadline), std::future_status::ready);
}

TEST(HubLink, StopIsHarmlessTwiceAndFromTwoThreadsAndEndsAllTasks) {
  PeerProcess peer("link_peer.py", {"websocket"});
  Watched watched(options_for(peer.url()));
  EXPECT_EQ(watched.next().what, Happened::What::kUp);
  bool ran = false;
  watched.link().post_after(std::chrono::hours(1), [&ran] { ran = true; });
  std::thread other([&] { watched.link().stop(kDeadline); });
  watched.link().stop(kDeadline);
  other.join();
  watched.link().stop(milliseconds(0));
  watched.link().send("too late");
  watched.link().post([&ran] { ran = true; });
  watched.link().post_after(milliseconds(0), [&ran] { ran = true; });
  EXPECT_FALSE(ran);
  EXPECT_TRUE(watched.nothing_happened());
}

TEST(HubLink, StopDoesNotWaitLongForAPeerThatDoesNotSayGoodbye) {
  PeerProcess peer("link_peer.py", {"websocket"});
  Watched watched(options_for(peer.url(), "/stop-reading"));
  EXPECT_EQ(watched.next().what, Happened::What::kUp);
  watched.link().stop(milliseconds(50));  // the peer would answer after an hour
  EXPECT_TRUE(watched.nothing_happened());
}

TEST(HubLink, CanBeSentToFromManyThreads) {
  PeerProcess peer("link_peer.py", {"websocket"});
  Watched watched(options_for(peer.url()));
  EXPECT_EQ(watched.next().what, Happened::What::kUp);
  std::vector<std::thread> senders;
  for (int sender = 0; sender < 4; ++sender) {
    senders.emplace_back([&] {
      for (int frame = 0; frame < 50; ++frame) watched.link().send("x");
    });
  }
  for (auto& sender : senders) sender.join();
  for (int frame = 0; frame < 200; ++frame) ASSERT_EQ(watched.next().frame, "x");
}

TEST(HubLink, RefusesAnAddressThatCannotWork) {
  EXPECT_THROW(HubLink(options_for("hub:3000"), {}), std::invalid_argument);
}

}  // namespace
}  // namespace fedwatt::link
