#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes.h"
#include "fedwatt/hub/hub.h"
#include "fedwatt/protocol/close_codes.h"

// Which run an importer's reports go to, and that none counts twice.

namespace fedwatt::hub {
namespace {

using testing::HasSubstr;

class ImportTest : public testing::Test {
 protected:
  ImportTest() { hub.start(); }

  net::ConnectionId connect() {
    hub.opened(++last_connection, net::Endpoint::kWorker, {"127.0.0.1:1"});
    return last_connection;
  }
  std::vector<Json> ask(net::ConnectionId connection, const Json& message) {
    hub.received(connection, message.dump());
    committer.succeed_all();
    return peers.take(connection);
  }
  // The answer to a hello on a new connection.
  Json greet(const std::string& worker, const std::string& session, Json more = Json::object()) {
    Json hello = {{"type", "hello"}, {"run", "digits"}, {"worker", worker}, {"session", session}};
    hello.update(more);
    return ask(connect(), hello).at(0);
  }
  Json import(const std::string& worker, const std::string& session, Json more = Json::object()) {
    more["import"] = true;
    return greet(worker, session, more);
  }
  void bye(net::ConnectionId connection) {
    ask(connection, {{"type", "bye"}});
    hub.closed(connection);
    committer.succeed_all();
  }
  static Json report(std::int64_t seq, std::int64_t round) {
    return {{"type", "report"},
            {"seq", seq},
            {"round", round},
            {"phase", "fit"},
            {"started_at", "2026-01-01T00:00:00Z"},
            {"duration_s", 10},
            {"energy_j", {{"machine", 1000}}},
            {"metrics", {{"accuracy", 0.5}}}};
  }
  run::Run& run_of(const Json& welcome) { return *hub.runs().by_id(welcome.at("run_id")); }

  FakePeers peers;
  FakeTimers timers;
  FakeCommitter committer;
  Hub hub{committer, peers, timers, {}, [](const store::StoreError&) {}};
  net::ConnectionId last_connection = 0;
};

TEST_F(ImportTest, AFileOfNoRunMakesOneAndTheSameFileFindsItAgain) {
  const auto first = import("a", "s-a");
  EXPECT_EQ(first["last_seq"], 0);
  EXPECT_EQ(ask(last_connection, Json::array({report(1, 1), report(2, 2)})).back()["seq"], 2);
  bye(last_connection);
  EXPECT_TRUE(run_of(first).ended());

  const auto again = import("a", "s-a");
  EXPECT_EQ(again["run_id"], first["run_id"]);
  EXPECT_EQ(again["last_seq"], 2);
  EXPECT_EQ(ask(last_connection, report(2, 2)).at(0), (Json{{"type", "ack"}, {"seq", 2}}));
  bye(last_connection);
  auto& run = run_of(first);
  EXPECT_EQ(run.participants().at("a").reports, 2);
  EXPECT_DOUBLE_EQ(*run.view().energy_j, 2000);
  EXPECT_EQ(hub.runs().all().size(), 1U);
}

TEST_F(ImportTest, AnotherFileJoinsTheRunThatItsImporterNames) {
  const auto first = import("a", "s-a");
  const auto second = import("b", "s-b", {{"run_id", first["run_id"]}});
  EXPECT_EQ(second["run_id"], first["run_id"]);
  const auto by_name = import("c", "s-c", {{"run_id", "digits"}});
  EXPECT_EQ(by_name["run_id"], first["run_id"]) << "a name will do";
  const auto otherwise_named = import("d", "s-d", {{"run", "digitz"}, {"run_id", first["run_id"]}});
  EXPECT_EQ(otherwise_named["run_id"], first["run_id"]) << "what was named counts";
}

TEST_F(ImportTest, GoesOnWhereTheWorkerItselfCameTo) {
  const auto live = greet("a", "s-a");
  ask(last_connection, Json::array({report(1, 1), report(2, 2)}));
  hub.closed(last_connection);
  const auto welcome = import("a", "s-a", {{"run_id", live["run_id"]}});
  EXPECT_EQ(welcome["last_seq"], 2);
  EXPECT_EQ(ask(last_connection, report(3, 3)).at(0)["seq"], 3);
  EXPECT_EQ(run_of(live).participants().at("a").reports, 3);
}

TEST_F(ImportTest, AWelcomeThatGotLostMakesNoSecondRun) {
  const auto live = greet("a", "s-a");  // the worker never read this
  hub.closed(last_connection);
  EXPECT_EQ(import("a", "s-a")["run_id"], live["run_id"]);
}

TEST_F(ImportTest, TheSameReportsNeverGoIntoTwoRuns) {
  const auto first = import("a", "s-a");
  bye(last_connection);
  const auto other = import("b", "s-b");
  const auto elsewhere = import("a", "s-a", {{"run_id", other["run_id"]}});
  EXPECT_EQ(elsewhere["code"], "already_imported");
  EXPECT_THAT(elsewhere["message"], HasSubstr(std::string(first["run_id"])));
  EXPECT_EQ(import("a2", "s-a")["code"], "already_imported") << "nor under two names";
}

TEST_F(ImportTest, NumbersOfAnotherProcessAreRefused) {
  const auto live = greet("a", "s-2");
  hub.closed(last_connection);
  const auto error = import("a", "s-1", {{"run_id", live["run_id"]}});
  EXPECT_EQ(error["code"], "worker_came_back");
  const auto renamed = import("a-before", "s-1", {{"run_id", live["run_id"]}});
  EXPECT_EQ(renamed["run_id"], live["run_id"]);
}

TEST_F(ImportTest, NeitherALiveWorkerNorAnotherImporterIsReplaced) {
  const auto live = greet("a", "s-a");
  const auto live_connection = last_connection;
  EXPECT_EQ(import("a", "s-a", {{"run_id", live["run_id"]}})["code"], "worker_connected");
  EXPECT_EQ(peers.closed.count(live_connection), 0U);
  import("b", "s-b");
  EXPECT_EQ(import("b", "s-b")["code"], "worker_connected");
}

TEST_F(ImportTest, AnUnknownRunAndAMissingSessionAreSaid) {
  greet("a", "s-a");
  const auto unknown = import("b", "s-b", {{"run_id", "r-9"}});
  EXPECT_EQ(unknown["code"], "unknown_run");
  EXPECT_THAT(unknown["message"], HasSubstr("digits"));
  EXPECT_EQ(import("c", "", {{"session", nullptr}})["code"], "invalid_hello");
}

TEST_F(ImportTest, IsToldNoDirective) {
  const auto live = greet("a", "s-a");
  hub.opened(++last_connection, net::Endpoint::kViewer, {"127.0.0.1:1"});
  ask(last_connection,
      Json::array({{{"type", "hello"}},
                   {{"type", "command"}, {"id", "c"}, {"run", "digits"}, {"action", "stop"}}}));
  const auto welcome = import("b", "s-b", {{"run_id", live["run_id"]}});
  EXPECT_EQ(welcome["directive"], "run");
  EXPECT_EQ(welcome["command"], nullptr);
}

TEST_F(ImportTest, ARunMadeByAnImportIsNoTrainingToJoinNorToCommand) {
  const auto live = greet("a", "s-a");
  const auto imported = import("b", "s-b");
  EXPECT_NE(imported["run_id"], live["run_id"]);
  EXPECT_EQ(hub.runs().resolve("digits"), &run_of(live)) << "while it goes on";
  EXPECT_EQ(greet("c", "s-c")["run_id"], live["run_id"]);
  for (net::ConnectionId each = 1; each <= last_connection; ++each) {
    if (each != 2) bye(each);
  }
  EXPECT_EQ(hub.runs().resolve("digits"), &run_of(imported)) << "then the latest of that name";
  const auto next = greet("d", "s-d");
  EXPECT_NE(next["run_id"], imported["run_id"]);
}

TEST_F(ImportTest, AHubThatStartsAgainKnowsWhatWasImported) {
  const auto first = import("a", "s-a");
  ask(last_connection, report(1, 1));
  FakePeers peers2;
  FakeCommitter committer2;
  Hub again(committer2, peers2, timers, {}, [](const store::StoreError&) {});
  for (auto event : committer.stored) again.replay(std::move(event));
  EXPECT_EQ(again.runs().all()[0]->snapshot(), run_of(first).snapshot());
  again.start();
  committer2.succeed_all();
  again.opened(1, net::Endpoint::kWorker, {"127.0.0.1:1"});
  again.received(1, Json{{"type", "hello"},
                         {"run", "digits"},
                         {"worker", "a"},
                         {"session", "s-a"},
                         {"import", true}}
                        .dump());
  committer2.succeed_all();
  const auto welcome = peers2.take(1).at(0);
  EXPECT_EQ(welcome["run_id"], first["run_id"]);
  EXPECT_EQ(welcome["last_seq"], 1);
  EXPECT_EQ(again.runs().latest_training("digits"), nullptr);
}

}  // namespace
}  // namespace fedwatt::hub
