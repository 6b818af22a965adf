#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes.h"
#include "fedwatt/hub/event_bytes.h"
#include "fedwatt/protocol/close_codes.h"

// What the hub holds stays within its bounds while the store is away, whatever peers send, and none
// of it is lost; and everybody is told.

namespace fedwatt::hub {
namespace {

using store::StoreError;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;

class BoundsTest : public testing::Test {
 protected:
  BoundsTest() { hub.start(); }

  net::ConnectionId connect(net::Endpoint endpoint, const Json& hello) {
    hub.opened(++last_connection, endpoint, {"127.0.0.1:1"});
    hub.received(last_connection, hello.dump());
    return last_connection;
  }
  net::ConnectionId worker(const std::string& name) {
    return connect(net::Endpoint::kWorker,
                   {{"type", "hello"}, {"run", "digits"}, {"worker", name}});
  }
  net::ConnectionId viewer() {
    return connect(net::Endpoint::kViewer, {{"type", "hello"}, {"name", "ada"}});
  }
  static Json report(std::int64_t seq) {
    return {{"type", "report"},
            {"seq", seq},
            {"round", 1 + seq / 1'000},
            {"phase", "fit"},
            {"started_at", "2026-01-01T00:00:00Z"},
            {"duration_s", 1},
            {"energy_j", {{"cpu", 1.0}}}};
  }
  // As TCP would: nothing comes from those who are not read on.
  bool send(net::ConnectionId connection, const Json& frame) {
    if (peers.paused.count(connection) > 0 || peers.closed.count(connection) > 0) return false;
    hub.received(connection, frame.dump());
    return true;
  }
  void take_store_away() {
    ASSERT_TRUE(committer.under_way);
    committer.fail(StoreError::Kind::kUnavailable);
  }
  void bring_store_back() {
    timers.pass(std::chrono::seconds{5});
    ASSERT_TRUE(committer.under_way);
    committer.succeed_all();
  }
  // What a metric of the hub says, by its name and labels.
  double metric(const std::string& name) {
    const auto text = hub.metrics().text();
    const auto at = text.find("\n" + name + " ");
    EXPECT_NE(at, text.npos) << name << " is not in " << text;
    return at == text.npos ? -1 : std::stod(text.substr(at + name.size() + 2));
  }
  std::vector<std::int64_t> stored_seqs(const std::string& name) const {
    std::vector<std::int64_t> seqs;
    for (const auto& event : committer.stored) {
      const auto* received = std::get_if<run::ReportReceived>(&event.event);
      if (received && received->worker == name) seqs.push_back(received->report.seq);
    }
    return seqs;
  }

  FakePeers peers;
  FakeTimers timers;
  FakeCommitter committer;
  Hub hub{committer, peers, timers, {}, [](const StoreError&) {}};
  net::ConnectionId last_connection = 0;
};

TEST_F(BoundsTest, AFloodOfReportsIsHeldBackAndNoneIsLost) {
  constexpr int kWorkers = 20;
  std::vector<net::ConnectionId> flooding;
  for (int i = 0; i < kWorkers; ++i) flooding.push_back(worker("w" + std::to_string(i)));
  committer.succeed_all();
  std::vector<std::int64_t> sent(kWorkers);
  send(flooding[0], report(++sent[0]));
  take_store_away();

  for (int round = 0; peers.paused.size() < kWorkers && round < 100; ++round) {
    for (int i = 0; i < kWorkers; ++i) {
      auto frame = Json::array();
      for (int each = 0; each < 100; ++each) frame.push_back(report(sent[i] + each + 1));
      if (send(flooding[i], frame)) sent[i] += 100;
    }
  }
  ASSERT_EQ(peers.paused.size(), kWorkers) << "all are slowed down at last";
  const double limit = metric("fedwatt_queue_limit_bytes{queue=\"uncommitted\"}");
  EXPECT_LE(metric("fedwatt_queue_bytes{queue=\"uncommitted\"}"), limit + 10'000);
  EXPECT_LE(metric("fedwatt_queue_bytes{queue=\"worker_frames\"}"), kWorkers * 65'536.0);
  EXPECT_EQ(metric("fedwatt_paused_peers{endpoint=\"worker\"}"), kWorkers);
  EXPECT_EQ(metric("fedwatt_store_ready"), 0);

  // One that goes takes its frames with it.
  const auto gone = flooding.back();
  const double held = metric("fedwatt_queue_bytes{queue=\"worker_frames\"}");
  hub.closed(gone);
  EXPECT_LT(metric("fedwatt_queue_bytes{queue=\"worker_frames\"}"), held);
  peers.paused.erase(gone);
  flooding.pop_back();

  const auto newcomer = worker("late");
  EXPECT_EQ(peers.closed[newcomer], protocol::kCloseOverloaded) << "to come back later";
  timers.pass(std::chrono::hours{1});  // nor does the clock add to it
  EXPECT_LE(metric("fedwatt_queue_bytes{queue=\"uncommitted\"}"), limit + 10'000);

  committer.succeed_all();
  EXPECT_THAT(peers.paused, IsEmpty());
  for (std::size_t i = 0; i < flooding.size(); ++i) {
    const auto seqs = stored_seqs("w" + std::to_string(i));
    ASSERT_EQ(seqs.size(), static_cast<std::size_t>(sent[i]));
    EXPECT_TRUE(std::is_sorted(seqs.begin(), seqs.end()));
    EXPECT_EQ(peers.take(flooding[i]).back()["seq"], sent[i]);
  }
  EXPECT_EQ(metric("fedwatt_queue_bytes{queue=\"uncommitted\"}"), 0);
  EXPECT_EQ(metric("fedwatt_queue_bytes{queue=\"worker_frames\"}"), 0);
}

TEST_F(BoundsTest, ReportsSentAgainAndAgainAddNothing) {
  const auto a = worker("a");
  const auto b = worker("b");
  committer.succeed_all();
  send(a, report(1));
  committer.succeed_all();
  peers.take(a);
  send(b, report(1));
  take_store_away();
  for (int i = 0; i < 10'000; ++i) send(a, report(1));
  EXPECT_LT(metric("fedwatt_queue_bytes{queue=\"uncommitted\"}"), 10'000);
  EXPECT_EQ(metric("fedwatt_repeated_reports_total"), 10'000);
  bring_store_back();
  EXPECT_THAT(peers.take_types(a), IsSupersetOf({"store", "ack"}));
  EXPECT_EQ(metric("fedwatt_acks_total"), 3) << "one for each worker's report, and one again";
}

TEST_F(BoundsTest, AFloodOfCommandsIsHeldBackToo) {
  worker("a");
  committer.succeed_all();
  const auto v = viewer();
  const auto command = [](int number) {
    return Json{{"type", "command"},
                {"id", "c-" + std::to_string(number)},
                {"run", "digits"},
                {"action", number % 2 == 0 ? "pause" : "resume"},
                {"reason", std::string(900, 'r')}};
  };
  int sent = 0;
  send(v, command(++sent));
  take_store_away();
  // The run itself refuses more than it keeps; each is answered or held, and no queue grows.
  while (sent < 5'000 && send(v, command(++sent))) {
  }
  EXPECT_LE(metric("fedwatt_queue_bytes{queue=\"uncommitted\"}"),
            metric("fedwatt_queue_limit_bytes{queue=\"uncommitted\"}") + 10'000);
}

TEST_F(BoundsTest, AViewerIsAnsweredOneByOneAndNotReadOnMeanwhile) {
  worker("a");
  const auto v = viewer();
  ASSERT_TRUE(committer.under_way);
  auto frame = Json::array();
  for (int i = 0; i < 500; ++i) frame.push_back({{"type", "subscribe"}, {"run", "digits"}});
  peers.take(v);
  send(v, frame);
  EXPECT_THAT(peers.paused, Contains(v));
  EXPECT_THAT(peers.take(v), IsEmpty());
  EXPECT_EQ(metric("fedwatt_paused_peers{endpoint=\"viewer\"}"), 1);
  committer.succeed_all();
  const auto answers = peers.take_types(v);
  EXPECT_EQ(answers.size(), 500U);
  EXPECT_THAT(answers, Each("snapshot"));
  EXPECT_THAT(peers.paused, IsEmpty());
}

TEST_F(BoundsTest, AViewerThatDoesNotReadItsAnswersIsAskedForNoMore) {
  worker("a");
  committer.succeed_all();
  const auto v = viewer();
  peers.take(v);
  peers.behind_peers.insert(v);
  send(v, Json::array({{{"type", "subscribe"}, {"run", "digits"}},
                       {{"type", "unsubscribe"}, {"run", "digits"}},
                       {{"type", "subscribe"}, {"run", "*"}}}));
  EXPECT_THAT(peers.take(v), IsEmpty());
  EXPECT_FALSE(send(v, {{"type", "subscribe"}, {"run", "digits"}}));
  peers.behind_peers.clear();
  hub.drained(v);
  EXPECT_THAT(peers.take_types(v), ElementsAre("snapshot", "snapshot"));
  EXPECT_THAT(peers.paused, IsEmpty());
}

TEST_F(BoundsTest, EverybodyIsToldOfAStoreThatIsAway) {
  const auto a = worker("a");
  const auto v = viewer();
  committer.succeed_all();
  peers.take(a);
  peers.take(v);
  send(a, report(1));
  take_store_away();
  const Json away = {{"type", "store"},
                     {"state", "unavailable"},
                     {"message", "the disk is full"},
                     {"since", "2026-01-01T00:00:00.000Z"}};
  EXPECT_THAT(peers.take(a), ElementsAre(away));
  EXPECT_THAT(peers.take(v), ElementsAre(away));
  timers.pass(std::chrono::seconds{5});
  ASSERT_TRUE(committer.under_way);
  committer.fail(StoreError::Kind::kUnavailable);
  EXPECT_THAT(peers.take(a), IsEmpty()) << "once";

  const auto late_worker = worker("b");
  const auto late_viewer = viewer();
  EXPECT_THAT(peers.take(late_worker), ElementsAre(away)) << "its welcome waits";
  EXPECT_EQ(peers.take(late_viewer).at(1), away);
  timers.pass(std::chrono::seconds{5});
  committer.succeed_all();
  const Json back = {
      {"type", "store"}, {"state", "ready"}, {"message", nullptr}, {"since", nullptr}};
  EXPECT_THAT(peers.take(v), ElementsAre(back));
  EXPECT_THAT(peers.take_types(a), ElementsAre("store", "ack"));
  EXPECT_THAT(peers.take_types(late_worker), ElementsAre("store", "welcome"));
  EXPECT_EQ(metric("fedwatt_store_outages_total"), 1);
  EXPECT_EQ(metric("fedwatt_store_ready"), 1);
}

TEST(EventBytesTest, GrowWithWhatAnEventHolds) {
  const auto bytes = [](run::Event event) { return bytes_of({"run-1", 1, {}, std::move(event)}); };
  run::ReportReceived report{"a", {}, 0, "", {}};
  const auto least = bytes(report);
  EXPECT_GE(least, sizeof(run::StoredEvent));
  for (int i = 0; i < 64; ++i) report.report.metrics["metric" + std::to_string(i)] = i;
  EXPECT_GE(bytes(report), least + 64 * 48);
  run::RoundPlanned plan{"c", {1, std::vector<std::string>(1'000, std::string(100, 'w'))}};
  EXPECT_GE(bytes(plan), 1'000U * 100);
  EXPECT_GE(bytes(run::WorkerLeft{"a", std::string(1'000, 'x')}), sizeof(run::StoredEvent) + 1'000);
}

}  // namespace
}  // namespace fedwatt::hub
