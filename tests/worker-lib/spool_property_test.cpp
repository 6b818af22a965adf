#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>

#include "fedwatt/protocol/codec.h"
#include "session/conversation.h"
#include "spool_folder.h"

// Whatever dies, and whenever: what was made and written down reaches the hub, once and in order. A
// report is recognised by its round.

namespace fedwatt::session {
namespace {

struct FakeHub {
  std::string run_id;
  std::map<std::int64_t, std::int64_t> round_by_seq;  // committed
  std::int64_t last_seq() const { return round_by_seq.empty() ? 0 : round_by_seq.rbegin()->first; }
};

class SpoolProperty : public fedwatt::testing::SpoolFolder,
                      public ::testing::WithParamInterface<unsigned> {
 protected:
  bool chance(double p) { return std::bernoulli_distribution(p)(random_); }

  // Begins a process of the worker, which dies with what it had in memory when the next one begins.
  void start() {
    conversation_.reset();
    state_.emplace(Outbox::Limits{});
    connected_ = false;
    protocol::WorkerHello hello;
    hello.run = "digits";
    hello.worker = "w";
    hello.session = "session-" + std::to_string(++processes_);
    auto opened = Spool::open(folder(), hello, logger());
    ASSERT_TRUE(opened) << opened.error();
    if (opened->hello) {
      hello.run_id = opened->hello->run_id;
      state_->outbox.restore(std::move(opened->left));
    }
    conversation_.emplace(
        *state_, Conversation::Start{hello, std::move(opened->spool)},
        [this](const std::string& frame) { sent_.push_back(frame); }, [](std::string_view) {},
        [] { return protocol::Timestamp(); });
  }

  void connect() {
    disconnect();
    connected_ = true;
    last_on_connection_ = 0;
    conversation_->on_up();
  }
  void disconnect() {
    connected_ = false;
    sent_.clear();
    conversation_->on_down({});
  }

  // What the hub gets and answers. An unreliable connection ends anywhere, with whatever was
  // committed; its acks are lost more often than not.
  void exchange(bool reliable) {
    while (connected_ && !sent_.empty()) {
      const std::string frame = std::move(sent_.front());
      sent_.pop_front();
      for (auto& message : protocol::decode_worker_frame(frame)) {
        ASSERT_TRUE(message) << message.error().message;
        if (!reliable && chance(0.15)) return disconnect();
        std::visit([&](const auto& each) { take(each, reliable); }, *message);
        if (!connected_) return;
      }
    }
  }
  void take(const protocol::WorkerHello& hello, bool) {
    if (hello.run_id && *hello.run_id != hub_.run_id) {
      return answer(protocol::Error{"unknown_run", "no such run", {}, {}});
    }
    protocol::Welcome welcome;
    welcome.run_id = hub_.run_id;
    welcome.last_seq = hub_.last_seq();
    answer(welcome);
  }
  void take(const protocol::Report& report, bool reliable) {
    EXPECT_GT(report.seq, last_on_connection_) << "went back within a connection";
    last_on_connection_ = report.seq;
    if (report.seq <= hub_.last_seq()) {
      EXPECT_EQ(hub_.round_by_seq.at(report.seq), report.round) << "one number, two reports";
    }
    hub_.round_by_seq.emplace(report.seq, report.round);
    if (reliable || chance(0.4)) answer(protocol::Ack{report.seq});
  }
  template <class Message>
  void take(const Message&, bool) {}
  void answer(const protocol::HubToWorker& message) {
    conversation_->on_frame(protocol::encode(message));
  }

  void make(int reports) {
    for (; reports > 0; --reports) {
      protocol::Report report;
      report.round = ++made_;
      state_->outbox.add(report);
    }
    conversation_->pump();
  }

  std::mt19937 random_{GetParam()};
  FakeHub hub_{"r-1", {}};
  std::optional<SharedState> state_;
  std::optional<Conversation> conversation_;
  std::deque<std::string> sent_;
  bool connected_ = false;
  int processes_ = 0;
  std::int64_t made_ = 0;
  std::int64_t last_on_connection_ = 0;
};

TEST_P(SpoolProperty, NothingIsLostNothingTwiceOrderKept) {
  std::vector<FakeHub> hubs_of_before;
  start();
  for (int step = 0; step < 300; ++step) {
    if (chance(0.4)) make(1 + static_cast<int>(random_() % 5));
    if (!connected_ && chance(0.3)) connect();
    if (connected_) exchange(false);
    if (chance(0.05)) start();
    if (chance(0.01)) {  // its database was lost; what it had acknowledged went with it
      hubs_of_before.push_back(hub_);
      hub_ = {"r-" + std::to_string(hubs_of_before.size() + 1), {}};
      disconnect();
    }
  }
  start();
  connect();
  exchange(true);

  EXPECT_EQ(state_->outbox.waiting(), 0U);
  hubs_of_before.push_back(hub_);
  std::set<std::int64_t> committed;
  for (const auto& hub : hubs_of_before) {
    std::int64_t last_round = 0;
    for (const auto& [seq, round] : hub.round_by_seq) {
      EXPECT_GT(round, last_round) << "twice, or out of order";
      last_round = round;
      committed.insert(round);
    }
  }
  EXPECT_EQ(committed.size(), static_cast<std::size_t>(made_));
}

INSTANTIATE_TEST_SUITE_P(Seeds, SpoolProperty, ::testing::Range(0U, 15U));

}  // namespace
}  // namespace fedwatt::session
