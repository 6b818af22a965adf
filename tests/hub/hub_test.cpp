#include "fedwatt/hub/hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "fakes.h"
#include "fedwatt/protocol/close_codes.h"

namespace fedwatt::hub {
namespace {

using store::StoreError;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class HubTest : public testing::Test {
 protected:
  HubTest() { hub.start(); }

  net::ConnectionId connect(net::Endpoint endpoint) {
    hub.opened(++last_connection, endpoint, {"127.0.0.1:1"});
    return last_connection;
  }
  void say(net::ConnectionId connection, const Json& message) {
    hub.received(connection, message.dump());
  }
  // Says it, lets the store commit, and returns the answers.
  std::vector<Json> ask(net::ConnectionId connection, const Json& message) {
    say(connection, message);
    committer.succeed_all();
    return peers.take(connection);
  }
  net::ConnectionId worker(const std::string& name, const std::string& run = "digits") {
    const auto connection = connect(net::Endpoint::kWorker);
    ask(connection, {{"type", "hello"}, {"run", run}, {"worker", name}});
    return connection;
  }
  net::ConnectionId viewer(const Json& subscription) {
    const auto connection = connect(net::Endpoint::kViewer);
    ask(connection, Json::array({{{"type", "hello"}, {"name", "ada"}}, subscription}));
    return connection;
  }
  static Json report(std::int64_t seq, std::int64_t round, double accuracy = 0.5) {
    return {{"type", "report"},
            {"seq", seq},
            {"round", round},
            {"phase", "fit"},
            {"started_at", "2026-01-01T00:00:00Z"},
            {"duration_s", 10},
            {"energy_j", {{"cpu", 3.6e6}}},
            {"intensity_g_per_kwh", 100},
            {"metrics", {{"accuracy", accuracy}}}};
  }

  FakePeers peers;
  FakeTimers timers;
  FakeCommitter committer;
  Hub hub{committer, peers, timers, {}, [](const StoreError&) {}};
  net::ConnectionId last_connection = 0;
};

TEST_F(HubTest, AcksOnlyWhatIsCommitted) {
  const auto a = worker("a");
  say(a, report(1, 1));
  say(a, report(2, 2));
  EXPECT_THAT(peers.take(a), IsEmpty());
  committer.succeed();
  EXPECT_EQ(peers.take(a), (std::vector<Json>{{{"type", "ack"}, {"seq", 1}}}));
  committer.succeed();
  EXPECT_EQ(peers.take(a), (std::vector<Json>{{{"type", "ack"}, {"seq", 2}}}));
}

// Whatever the order of reports, commits, failures and reconnects: no ack for what is not stored,
// and everything stored once.
TEST_F(HubTest, NeverAcksBeforeTheCommitWhateverHappens) {
  std::mt19937 random(11);
  auto connection = worker("a");
  std::int64_t sent = 0;
  for (int step = 0; step < 5'000; ++step) {
    switch (random() % 5) {
      case 0:
      case 1:
        if (peers.closed.count(connection) == 0) {
          ++sent;
          say(connection, report(sent, sent / 3));
        }
        break;
      case 2:
        if (committer.under_way) committer.succeed();
        break;
      case 3:
        if (committer.under_way) committer.fail(StoreError::Kind::kUnavailable);
        timers.pass(std::chrono::milliseconds{500});
        break;
      default:
        if (random() % 20 == 0) {
          hub.closed(connection);
          connection = connect(net::Endpoint::kWorker);
          say(connection, {{"type", "hello"}, {"run", "digits"}, {"worker", "a"}});
          Json said = Json::object();
          for (int i = 0; i < 20 && said.value("type", "") != "welcome"; ++i) {
            timers.pass(std::chrono::seconds{3});
            if (committer.under_way) committer.succeed();
            for (auto& message : peers.take(connection)) said = std::move(message);
          }
          sent = said.at("last_seq");
        }
    }
    std::int64_t stored = 0;
    for (const auto& event : committer.stored) {
      if (const auto* received = std::get_if<run::ReportReceived>(&event.event)) {
        ASSERT_EQ(received->report.seq, stored + 1) << "once, and in order";
        stored = received->report.seq;
      }
    }
    for (const auto& message : peers.take(connection)) {
      if (message.at("type") != "ack") continue;
      ASSERT_LE(message.at("seq"), stored);
    }
  }
  EXPECT_GT(committer.stored.size(), 500U);
}

TEST_F(HubTest, AReportSentAgainIsAcknowledgedAndCountedOnce) {
  const auto first = worker("a");
  ask(first, report(1, 1));
  hub.closed(first);
  committer.succeed_all();
  const auto second = worker("a");
  EXPECT_EQ(ask(second, report(1, 1)), (std::vector<Json>{{{"type", "ack"}, {"seq", 1}}}));
  EXPECT_EQ(ask(second, report(1, 1)), (std::vector<Json>{{{"type", "ack"}, {"seq", 1}}}));
  ask(second, report(2, 2));
  const auto back = ask(second, report(1, 1));
  ASSERT_EQ(back.size(), 1U);
  EXPECT_EQ(back[0]["code"], "seq_went_back");
  EXPECT_EQ(back[0]["seq"], 1);
  EXPECT_EQ(hub.runs().all()[0]->participants().at("a").reports, 2);
}

TEST_F(HubTest, WelcomeTellsAWorkerWhereToGoOn) {
  const auto first = worker("a");
  ask(first, report(1, 1));
  ask(first, report(2, 2));
  hub.closed(first);
  const auto second = connect(net::Endpoint::kWorker);
  const auto answers = ask(second, {{"type", "hello"}, {"run", "digits"}, {"worker", "a"}});
  EXPECT_EQ(answers.at(0)["last_seq"], 2);
  EXPECT_EQ(answers.at(0)["run_id"], hub.runs().all()[0]->run_id());
}

TEST_F(HubTest, ANewerConnectionReplacesTheOlder) {
  const auto older = worker("a");
  const auto newer = worker("a");
  EXPECT_EQ(peers.closed[older], protocol::kCloseReplaced);
  hub.closed(older);
  ask(newer, report(1, 1));
  EXPECT_TRUE(hub.runs().all()[0]->participants().at("a").online());
}

TEST_F(HubTest, ByeIsAcknowledgedAndClosed) {
  const auto a = worker("a");
  say(a, Json::array({report(1, 1), {{"type", "bye"}, {"reason", "finished"}}}));
  EXPECT_THAT(peers.closed, Not(Contains(testing::Key(a))));
  committer.succeed_all();
  EXPECT_THAT(peers.take_types(a), ElementsAre("ack"));
  EXPECT_EQ(peers.closed[a], protocol::kCloseNormal);
  EXPECT_TRUE(hub.runs().all()[0]->ended());
}

TEST_F(HubTest, AnEndedNameStartsANewRunAndAnIdJoinsTheOld) {
  ask(worker("a"), {{"type", "bye"}});
  const auto old_id = hub.runs().all()[0]->run_id();
  worker("a");
  EXPECT_EQ(hub.runs().all().size(), 2U);
  const auto b = connect(net::Endpoint::kWorker);
  const auto welcome =
      ask(b, {{"type", "hello"}, {"run", "digits"}, {"worker", "b"}, {"run_id", old_id}}).at(0);
  EXPECT_EQ(welcome["run_id"], old_id);
}

TEST_F(HubTest, AViewerIsToldThatAnybodyMayDoEverything) {
  const auto guarded = connect(net::Endpoint::kViewer);
  EXPECT_EQ(ask(guarded, {{"type", "hello"}}).at(0)["insecure"], false);
  hub.mark_insecure();
  const auto warned = connect(net::Endpoint::kViewer);
  EXPECT_EQ(ask(warned, {{"type", "hello"}}).at(0)["insecure"], true);
  EXPECT_THAT(hub.metrics().text(), HasSubstr("\nfedwatt_insecure 1\n"));
}

TEST_F(HubTest, AViewerGetsASnapshotAndThenOneFrameForEachCommit) {
  const auto a = worker("a");
  const auto v = connect(net::Endpoint::kViewer);
  const auto answers = ask(v, Json::array({{{"type", "hello"}, {"name", "ada"}},
                                           {{"type", "subscribe"}, {"run", "digits"}}}));
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0]["type"], "welcome");
  EXPECT_EQ(answers[1]["type"], "snapshot");
  say(a, Json::array({report(1, 1), report(2, 2), report(3, 3)}));
  EXPECT_THAT(peers.frames[v], IsEmpty()) << "not before the commit";
  committer.succeed_all();
  EXPECT_EQ(peers.frames[v].size(), 1U);
  EXPECT_THAT(peers.take_types(v),
              ElementsAre("run", "worker", "round", "round", "round", "event", "event", "event"));
}

TEST_F(HubTest, AViewerThatComesBackGetsWhatItMissed) {
  const auto a = worker("a");
  const auto v = viewer({{"type", "subscribe"}, {"run", "digits"}});
  ask(a, report(1, 1));
  std::int64_t seen = 0;
  for (const auto& message : peers.take(v)) seen = std::max<std::int64_t>(seen, message["offset"]);
  hub.closed(v);
  ask(a, report(2, 2));
  const auto again = connect(net::Endpoint::kViewer);
  const auto messages =
      ask(again, Json::array({{{"type", "hello"}},
                              {{"type", "subscribe"}, {"run", "digits"}, {"since", seen}}}));
  std::vector<std::string> types;
  for (const auto& message : messages) types.push_back(message["type"]);
  EXPECT_THAT(types, ElementsAre("welcome", "run", "worker", "round", "event"));
  const auto lost = connect(net::Endpoint::kViewer);
  EXPECT_EQ(ask(lost, Json::array({{{"type", "hello"}},
                                   {{"type", "subscribe"}, {"run", "digits"}, {"since", 999}}}))
                .at(1)["type"],
            "snapshot");
}

TEST_F(HubTest, ASummaryIsRunMessagesOnly) {
  const auto a = worker("a");
  const auto v = viewer({{"type", "subscribe"}, {"run", "*"}, {"detail", "summary"}});
  ask(a, report(1, 1));
  EXPECT_THAT(peers.take_types(v), ElementsAre("run"));
  worker("b", "another run");
  EXPECT_THAT(peers.take_types(v), ElementsAre("run"));
}

TEST_F(HubTest, AViewerThatIsBehindGetsTheNewestStateWhenItHasRead) {
  const auto a = worker("a");
  const auto slow = viewer({{"type", "subscribe"}, {"run", "digits"}});
  const auto quick = viewer({{"type", "subscribe"}, {"run", "digits"}});
  peers.behind_peers.insert(slow);
  for (int seq = 1; seq <= 50; ++seq) ask(a, report(seq, 1));
  EXPECT_THAT(peers.take(slow), IsEmpty());
  EXPECT_THAT(peers.take(quick), Not(IsEmpty()));
  peers.behind_peers.clear();
  hub.drained(slow);
  std::int64_t rounds = 0;
  for (const auto& message : peers.take(slow)) {
    if (message["type"] == "round") {
      ++rounds;
      EXPECT_DOUBLE_EQ(message["energy_j"], 50 * 3.6e6);
    }
  }
  EXPECT_EQ(rounds, 1) << "the newest state, once";
}

TEST_F(HubTest, WhatChangesWhilePeersRestIsToldOnceInItsNewestState) {
  const auto a = worker("a");
  const auto v = viewer({{"type", "subscribe"}, {"run", "digits"}});
  peers.rests = true;
  for (int seq = 1; seq <= 50; ++seq) {
    EXPECT_EQ(ask(a, report(seq, 1)).at(0)["type"], "ack") << "workers are not made to wait";
  }
  EXPECT_THAT(peers.take(v), IsEmpty());
  peers.rests = false;
  hub.rested();
  ASSERT_EQ(peers.frames[v].size(), 1U);
  std::map<std::string, int> of_type;
  for (const auto& message : peers.take(v)) {
    const std::string type = message["type"];
    ++of_type[type];
    if (type == "round") {
      EXPECT_EQ(message["energy_j"], 50 * 3.6e6);
    }
  }
  EXPECT_EQ(of_type["run"] + of_type["worker"] + of_type["round"], 3) << "each once";
  hub.rested();
  EXPECT_THAT(peers.take(v), IsEmpty());
}

TEST_F(HubTest, TwoThousandStatesASecondAreToldAndTheNewestWhereThereAreMore) {
  const auto v = viewer({{"type", "subscribe"}, {"run", "*"}, {"detail", "full"}});
  std::vector<net::ConnectionId> workers;
  for (int i = 0; i < 100; ++i) workers.push_back(worker("w" + std::to_string(i)));
  timers.pass(std::chrono::seconds{1});
  peers.take(v);
  // 4,000 reports a second, each committed by itself, make three states each: worker, round, run.
  constexpr int kReportsPerWorker = 40;
  for (int seq = 1; seq <= kReportsPerWorker; ++seq) {
    for (std::size_t i = 0; i < workers.size(); ++i) {
      EXPECT_EQ(ask(workers[i], report(seq, seq)).at(0)["type"], "ack");
      if (i % 4 == 3) timers.pass(std::chrono::milliseconds{1});
    }
  }
  timers.pass(std::chrono::seconds{1});
  const auto told = peers.take(v);
  EXPECT_GT(told.size(), 1'000U);
  EXPECT_LT(told.size(), 2'500U) << "in one second";
  std::map<std::string, std::int64_t> last;
  for (const auto& message : told) {
    if (message["type"] == "worker") last[message["worker"]] = message["reports"];
  }
  EXPECT_EQ(last.size(), workers.size());
  for (const auto& [name, reports] : last) EXPECT_EQ(reports, kReportsPerWorker) << name;
}

TEST_F(HubTest, AClockThatIsSetBackDoesNotMakeViewersWait) {
  const auto a = worker("a");
  const auto v = viewer({{"type", "subscribe"}, {"run", "digits"}});
  for (int seq = 1; seq <= 200; ++seq) ask(a, report(seq, 1));
  timers.pass(std::chrono::seconds{1});
  for (int seq = 201; seq <= 400; ++seq) ask(a, report(seq, 1));
  timers.pass(std::chrono::seconds{1});
  for (int seq = 401; seq <= 600; ++seq) ask(a, report(seq, 1));
  timers.time -= std::chrono::hours{1};
  peers.take(v);
  ask(a, report(601, 2));
  EXPECT_THAT(peers.take_types(v), Contains("round"));
}

TEST_F(HubTest, AViewerThatCameWhilePeersRestIsToldOnlyWhatItHasNotSeen) {
  const auto a = worker("a");
  peers.rests = true;
  ask(a, report(1, 1));
  ask(a, report(2, 2));
  const auto v = viewer({{"type", "subscribe"}, {"run", "digits"}});
  ask(a, report(3, 3));
  peers.rests = false;
  hub.rested();
  EXPECT_THAT(peers.take_types(v), ElementsAre("run", "worker", "round", "event"))
      << "round 3, and that it closed";
}

TEST_F(HubTest, ACommandIsOrderedAfterItsCommitAndItsFateTold) {
  const auto a = worker("a");
  const auto v = connect(net::Endpoint::kViewer);
  ask(v, {{"type", "hello"}, {"name", "ada"}});
  const Json command = {{"type", "command"},
                        {"id", "c-1"},
                        {"run", "digits"},
                        {"action", "pause"},
                        {"reason", "lunch"}};
  say(v, command);
  EXPECT_THAT(peers.take(a), IsEmpty());
  committer.succeed_all();
  const auto order = peers.take(a).at(0);
  EXPECT_EQ(order["directive"], "pause");
  EXPECT_EQ(order["issued_by"], "ada");
  EXPECT_THAT(peers.take_types(v), ElementsAre("command_status")) << "without a subscription";
  ask(a, {{"type", "directive_ack"}, {"command", "c-1"}, {"state", "paused"}});
  const auto status = peers.take(v).at(0);
  EXPECT_EQ(status["outcome"], "acknowledged");
  EXPECT_EQ(ask(v, command).at(0)["outcome"], "acknowledged") << "sent again: answered again";
  EXPECT_EQ(hub.runs().all()[0]->control().size(), 1U);
  const auto unknown =
      ask(v, {{"type", "command"}, {"id", "c-2"}, {"run", "x"}, {"action", "stop"}});
  EXPECT_EQ(unknown.at(0)["code"], "unknown_run");
  EXPECT_EQ(unknown.at(0)["id"], "c-2");
}

TEST_F(HubTest, AWorkerThatWasAwayLearnsThePauseFromWelcome) {
  hub.closed(worker("a"));
  const auto v = viewer({{"type", "subscribe"}, {"run", "digits"}});
  ask(v, {{"type", "command"}, {"id", "c-1"}, {"run", "digits"}, {"action", "pause"}});
  const auto a = connect(net::Endpoint::kWorker);
  const auto welcome = ask(a, {{"type", "hello"}, {"run", "digits"}, {"worker", "a"}}).at(0);
  EXPECT_EQ(welcome["directive"], "pause");
  EXPECT_EQ(welcome["command"], "c-1");
}

TEST_F(HubTest, BadMessagesAreAnsweredAndTheConnectionLives) {
  const auto a = connect(net::Endpoint::kWorker);
  EXPECT_EQ(ask(a, report(1, 1)).at(0)["code"], "no_hello");
  hub.received(a, "{");
  EXPECT_EQ(peers.take(a).at(0)["code"], "malformed_json");
  ask(a, {{"type", "hello"}, {"run", "digits"}, {"worker", "a"}});
  EXPECT_EQ(ask(a, {{"type", "hello"}, {"run", "digits"}, {"worker", "b"}}).at(0)["code"],
            "already_greeted");
  EXPECT_EQ(ask(a, report(1, 1, 81)).at(0)["code"], "invalid_report");
  EXPECT_EQ(ask(a, report(1, 1)).at(0)["type"], "ack");
  EXPECT_THAT(peers.closed, IsEmpty());
}

TEST_F(HubTest, ErrorAfterErrorEndsIt) {
  const auto a = worker("a");
  for (int i = 0; i < 100; ++i) hub.received(a, "nonsense");
  EXPECT_EQ(peers.closed[a], protocol::kCloseBadMessages);
}

TEST_F(HubTest, SilenceEndsAConnection) {
  const auto quiet_worker = connect(net::Endpoint::kWorker);
  const auto quiet_viewer = connect(net::Endpoint::kViewer);
  const auto a = worker("a");
  timers.pass(std::chrono::seconds{11});
  EXPECT_EQ(peers.closed[quiet_worker], protocol::kCloseNoHello);
  EXPECT_EQ(peers.closed[quiet_viewer], protocol::kCloseNoHello);
  EXPECT_EQ(peers.closed.count(a), 0U);
}

TEST_F(HubTest, WorkersAreSlowedDownWhileTheStoreIsAway) {
  const auto a = worker("a");
  Json many = Json::array();
  for (int i = 0; i < 100; ++i) many.push_back(report(0, 1));
  std::int64_t seq = 0;
  for (int frame = 0; frame < 10'000 && peers.paused.empty(); ++frame) {
    for (auto& each : many) each["seq"] = ++seq;
    say(a, many);
  }
  EXPECT_THAT(peers.paused, ElementsAre(a));
  EXPECT_LT(seq, 100'000);
  const auto b = connect(net::Endpoint::kWorker);
  say(b, {{"type", "hello"}, {"run", "digits"}, {"worker", "b"}});
  EXPECT_EQ(peers.closed[b], protocol::kCloseOverloaded);
  committer.succeed_all();
  EXPECT_THAT(peers.paused, IsEmpty());
}

TEST_F(HubTest, ARestartShowsWhatWasShownBefore) {
  const auto a = worker("a");
  const auto b = worker("b");
  for (int seq = 1; seq <= 20; ++seq) {
    ask(a, report(seq, seq, 0.01 * seq));
    if (seq % 3 != 0) ask(b, report(seq, seq, 0.02 * seq));
  }
  auto& before = *hub.runs().all()[0];

  FakePeers peers2;
  FakeTimers timers2;
  timers2.time = timers.time;
  FakeCommitter committer2;
  Hub again(committer2, peers2, timers2, {}, [](const StoreError&) {});
  for (auto event : committer.stored) again.replay(std::move(event));
  auto& after = *again.runs().all()[0];
  EXPECT_EQ(after.snapshot(), before.snapshot());
  again.start();
  committer2.succeed_all();
  EXPECT_FALSE(after.participants().at("a").online()) << "nobody is connected yet";
  EXPECT_EQ(after.rounds().size(), 20U);
}

TEST_F(HubTest, DrainsBeforeItGoes) {
  const auto a = worker("a");
  say(a, report(1, 1));
  bool drained = false;
  hub.drain([&] { drained = true; });
  EXPECT_FALSE(drained);
  say(a, report(2, 2));
  committer.succeed_all();
  EXPECT_TRUE(drained);
  EXPECT_THAT(peers.take_types(a), ElementsAre("ack")) << "and takes nothing new";
}

}  // namespace
}  // namespace fedwatt::hub
