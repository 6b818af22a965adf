#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes.h"
#include "fedwatt/access/secret.h"
#include "fedwatt/net/http_target.h"
#include "fedwatt/protocol/close_codes.h"

// The hub with tokens, as somebody meets it who has one, or has none, or would like to do more than
// theirs allows.

namespace fedwatt::hub {
namespace {

using access::Patterns;
using access::Role;
using access::Token;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

const std::string kSecret(64, '5');

std::string text_of(const std::string& name) { return "fw_" + name + "_" + kSecret; }

Token make(const std::string& name, Role role, std::vector<std::string> runs) {
  Token token;
  token.name = name;
  token.role = role;
  token.runs = Patterns(std::move(runs));
  if (role == Role::kWorker) token.workers = Patterns({name});
  token.digest = access::digest_of(kSecret);
  return token;
}

Json hello(const std::string& run, const std::string& worker) {
  return {{"type", "hello"}, {"run", run}, {"worker", worker}};
}

Json report(std::int64_t seq) {
  return {{"type", "report"},
          {"seq", seq},
          {"round", 1},
          {"phase", "fit"},
          {"duration_s", 10},
          {"started_at", "2026-01-01T00:00:00Z"},
          {"energy_j", {{"cpu", 3.6e6}}}};
}

Json with_token(Json message, const std::string& name) {
  message["token"] = text_of(name);
  return message;
}

class AccessTest : public testing::Test {
 protected:
  AccessTest() {
    for (auto token :
         {make("alice", Role::kWorker, {"digits"}), make("bob", Role::kWorker, {"secret-*"}),
          make("vera", Role::kViewer, {"digits"}), make("otto", Role::kOperator, {"digits"}),
          make("promo", Role::kViewer, {"*"}), make("root", Role::kAdmin, {"*"})}) {
      put(token);
    }
    hub.start();
  }
  void put(const Token& token) {
    tokens[token.name] = token;
    hub.use_tokens(tokens);
  }
  net::ConnectionId connect(net::Endpoint endpoint, const std::string& bearer = "") {
    hub.opened(++last_connection, endpoint, {"192.0.2.1:1", bearer});
    return last_connection;
  }
  std::vector<Json> ask(net::ConnectionId connection, const Json& message) {
    hub.received(connection, message.dump());
    committer.succeed_all();
    return peers.take(connection);
  }
  net::ConnectionId worker(const std::string& name, const std::string& run) {
    const auto connection = connect(net::Endpoint::kWorker, text_of(name));
    EXPECT_THAT(types(ask(connection, hello(run, name))), ElementsAre("welcome"));
    return connection;
  }
  net::ConnectionId viewer(const std::string& name) {
    const auto connection = connect(net::Endpoint::kViewer, text_of(name));
    EXPECT_THAT(types(ask(connection, {{"type", "hello"}, {"name", "somebody else"}})),
                ElementsAre("welcome"));
    return connection;
  }
  // The code of the one error that this is answered with.
  std::string refusal(net::ConnectionId connection, const Json& message) {
    const auto answers = ask(connection, message);
    return answers.size() == 1 && answers[0]["type"] == "error" ? answers[0].value("code", "")
                                                                : Json(answers).dump();
  }
  static std::vector<std::string> types(const std::vector<Json>& messages) {
    std::vector<std::string> types;
    for (const auto& message : messages) types.push_back(message["type"]);
    return types;
  }
  net::HttpResponse get(const std::string& target, const std::string& bearer = "") {
    auto request = net::parse_target(target);
    request.method = "GET";
    request.peer = {"192.0.2.1:1", bearer};
    net::HttpResponse answer{0, "", "no answer"};
    hub.answer(request, [&answer](net::HttpResponse response) { answer = std::move(response); });
    committer.succeed_all();
    return answer;
  }
  int handshake(net::Endpoint endpoint, const std::string& bearer) {
    const auto refused = hub.refuse_handshake(endpoint, {"192.0.2.1:1", bearer});
    return refused ? refused->status : 101;
  }
  std::string run_id(const std::string& name) {
    for (const auto& run : hub.runs().all()) {
      if (run->name() == name) return run->run_id();
    }
    return "";
  }

  access::Tokens tokens;
  FakePeers peers;
  FakeTimers timers;
  FakeCommitter committer;
  Hub hub{committer, peers, timers, {}, [](const store::StoreError&) {}};
  net::ConnectionId last_connection = 0;
};

// ---- who is it ----------------------------------------------------------------------------------

TEST_F(AccessTest, WithoutATokenNobodyIsHeard) {
  const auto peer = connect(net::Endpoint::kWorker);
  EXPECT_EQ(refusal(peer, hello("digits", "alice")), "unauthorized");
  EXPECT_EQ(peers.closed.at(peer), protocol::kCloseUnauthorized);
  const auto watcher = connect(net::Endpoint::kViewer);
  EXPECT_EQ(refusal(watcher, {{"type", "hello"}}), "unauthorized");
  EXPECT_EQ(peers.closed.at(watcher), protocol::kCloseUnauthorized);
  EXPECT_THAT(hub.runs().all(), IsEmpty());
}

TEST_F(AccessTest, ATokenMayComeInHello) {
  const auto peer = connect(net::Endpoint::kWorker);
  EXPECT_THAT(types(ask(peer, with_token(hello("digits", "alice"), "alice"))),
              ElementsAre("welcome"));
  const auto watcher = connect(net::Endpoint::kViewer);
  EXPECT_THAT(types(ask(watcher, with_token({{"type", "hello"}}, "vera"))), ElementsAre("welcome"));
  // It is in no event.
  for (const auto& event : committer.stored) {
    if (const auto* joined = std::get_if<run::WorkerJoined>(&event.event)) {
      EXPECT_EQ(joined->hello.token, "");
    }
  }
}

TEST_F(AccessTest, AHandshakeIsRefusedWhereItsTokenIsNoGood) {
  EXPECT_EQ(handshake(net::Endpoint::kWorker, text_of("alice")), 101);
  EXPECT_EQ(handshake(net::Endpoint::kWorker, ""), 101);  // hello may bring one
  for (const auto& wrong :
       {std::string("x"), text_of("nobody"), text_of("alice") + "5",
        "fw_alice_" + std::string(63, '5') + "6", "fw_alice_" + std::string(64, '6'),
        "fw__" + kSecret, std::string(8000, '5')}) {
    EXPECT_EQ(handshake(net::Endpoint::kWorker, wrong), 401) << wrong;
  }
  EXPECT_EQ(handshake(net::Endpoint::kViewer, text_of("alice")), 403);
  EXPECT_EQ(handshake(net::Endpoint::kWorker, text_of("vera")), 403);
  EXPECT_EQ(handshake(net::Endpoint::kWorker, text_of("root")), 101);
}

TEST_F(AccessTest, AnExpiredOrRevokedTokenIsNoGood) {
  auto token = make("late", Role::kWorker, {"digits"});
  token.expires_at = timers.now();
  put(token);
  EXPECT_EQ(handshake(net::Endpoint::kWorker, text_of("late")), 401);
  token.expires_at.reset();
  token.revoked_at = timers.now();
  put(token);
  const auto peer = connect(net::Endpoint::kWorker);
  const auto answers = ask(peer, with_token(hello("digits", "late"), "late"));
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0]["message"], "the token of late was revoked");
}

// ---- workers ------------------------------------------------------------------------------------

TEST_F(AccessTest, AWorkerReportsOnlyAsItselfAndInItsRuns) {
  worker("alice", "digits");
  for (const auto& wrong : {hello("digits", "bob"), hello("secret-1", "alice"),
                            hello("digits", "alice "), hello("*", "alice")}) {
    const auto peer = connect(net::Endpoint::kWorker, text_of("alice"));
    EXPECT_EQ(refusal(peer, wrong), "not_allowed") << wrong;
    EXPECT_EQ(peers.closed.at(peer), protocol::kCloseNotAllowed);
  }
}

TEST_F(AccessTest, AWorkerGetsIntoNobodysRunByItsId) {
  worker("bob", "secret-1");
  auto by_id = hello("digits", "alice");
  by_id["run_id"] = run_id("secret-1");
  const auto peer = connect(net::Endpoint::kWorker, text_of("alice"));
  EXPECT_EQ(refusal(peer, by_id), "unknown_run");
  // An import names a run by an id alone.
  by_id["import"] = true;
  by_id["session"] = "s";
  const auto answers = ask(peer, by_id);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0]["code"], "not_allowed");
  EXPECT_THAT(answers[0].dump(), Not(HasSubstr("secret-1")));
  by_id["run_id"] = "secret-1";
  EXPECT_EQ(refusal(peer, by_id), "not_allowed");
}

TEST_F(AccessTest, AnImportOfAnothersSessionIsRefused) {
  auto measured = hello("secret-1", "bob");
  measured["session"] = "bobs";
  ask(connect(net::Endpoint::kWorker, text_of("bob")), measured);
  auto stolen = hello("digits", "alice");
  stolen["session"] = "bobs";
  stolen["import"] = true;
  const auto peer = connect(net::Endpoint::kWorker, text_of("alice"));
  const auto answers = ask(peer, stolen);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0]["code"], "not_allowed");
  EXPECT_THAT(answers[0].dump(), Not(HasSubstr("secret-1")));
}

TEST_F(AccessTest, OnlyACoordinatorsTokenCoordinates) {
  auto wants = hello("digits", "alice");
  wants["role"] = "coordinator";
  EXPECT_EQ(refusal(connect(net::Endpoint::kWorker, text_of("alice")), wants), "not_allowed");
  wants = hello("digits", "alice");
  wants["policies"] = {{"confirm", {{"after_rounds", 1}}}};
  const auto peer = connect(net::Endpoint::kWorker, text_of("alice"));
  EXPECT_THAT(types(ask(peer, wants)), UnorderedElementsAre("welcome", "error"));
  EXPECT_FALSE(hub.runs().all().front()->policies().confirm);

  auto token = make("boss", Role::kWorker, {"digits"});
  token.coordinates = true;
  put(token);
  wants["role"] = "coordinator";
  wants["worker"] = "boss";
  EXPECT_THAT(types(ask(connect(net::Endpoint::kWorker, text_of("boss")), wants)),
              ElementsAre("welcome"));
  EXPECT_TRUE(hub.runs().all().front()->policies().confirm);
}

// ---- viewers ------------------------------------------------------------------------------------

TEST_F(AccessTest, AViewerSeesOnlyItsRuns) {
  worker("alice", "digits");
  const auto bob = worker("bob", "secret-1");
  const auto vera = viewer("vera");
  const auto all = ask(vera, {{"type", "subscribe"}, {"run", "*"}});
  ASSERT_THAT(types(all), ElementsAre("snapshot"));
  EXPECT_EQ(all[0]["run"]["name"], "digits");
  // Nor what changes later, nor runs that start later.
  ask(bob, report(1));
  worker("bob", "secret-2");
  EXPECT_THAT(peers.take(vera), IsEmpty());
  for (const auto& name : {std::string("secret-1"), run_id("secret-1"), std::string("secret-9")}) {
    const auto answers = ask(vera, {{"type", "subscribe"}, {"run", name}});
    ASSERT_EQ(answers.size(), 1U);
    // The same whether there is such a run or not.
    EXPECT_EQ(
        answers[0]["message"],
        "the token of vera is for the runs digits and no others, so nothing is told about " + name);
  }
  EXPECT_EQ(refusal(vera, {{"type", "unsubscribe"}, {"run", "secret-1"}}), "unknown_run");
}

// A run's name may look like another's id: what is resolved is what counts.
TEST_F(AccessTest, ANameThatFitsShowsNoRunWhoseNameDoesNot) {
  worker("bob", "secret-1");
  const auto id = run_id("secret-1");
  put(make("guess", Role::kViewer, {id.substr(0, 2) + "*"}));
  const auto guess = viewer("guess");
  const auto answers = ask(guess, {{"type", "subscribe"}, {"run", id}});
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0]["code"], "unknown_run");
  EXPECT_THAT(answers[0].dump(), Not(HasSubstr("secret-1")));
  EXPECT_EQ(get("/api/v1/runs/" + id, text_of("guess")).status, 404);
}

TEST_F(AccessTest, AViewerNeverCommands) {
  worker("alice", "digits");
  for (const auto* name : {"vera", "promo"}) {
    const auto peer = viewer(name);
    EXPECT_EQ(
        refusal(peer, {{"type", "command"}, {"id", "c"}, {"run", "digits"}, {"action", "stop"}}),
        "not_allowed");
    EXPECT_EQ(refusal(peer, {{"type", "set_policies"},
                             {"id", "p"},
                             {"run", "digits"},
                             {"policies", {{"confirm", Json::object()}}}}),
              "not_allowed");
    EXPECT_EQ(refusal(peer, {{"type", "recompute"}, {"id", "r"}, {"run", "digits"}}),
              "not_allowed");
  }
  EXPECT_EQ(hub.runs().all().front()->control().find("c"), nullptr);
}

TEST_F(AccessTest, AnOperatorCommandsItsRunsUnderItsTokensName) {
  worker("alice", "digits");
  worker("bob", "secret-1");
  const auto otto = viewer("otto");
  ask(otto, {{"type", "command"}, {"id", "c"}, {"run", "digits"}, {"action", "pause"}});
  const auto* command = hub.runs().all().front()->control().find("c");
  ASSERT_NE(command, nullptr);
  EXPECT_EQ(command->status.issued_by, "otto");
  ask(otto, {{"type", "set_policies"},
             {"id", "p"},
             {"run", "digits"},
             {"policies", {{"confirm", Json::object()}}}});
  const auto& last = std::get<run::PoliciesChanged>(committer.stored.back().event);
  EXPECT_EQ(last.changed_by, "otto");
  for (const auto& run : {std::string("secret-1"), run_id("secret-1")}) {
    EXPECT_EQ(refusal(otto, {{"type", "command"}, {"id", "d"}, {"run", run}, {"action", "stop"}}),
              "not_allowed");
  }
}

TEST_F(AccessTest, AnEditionIsSeenByWhoSeesTheOriginal) {
  const auto alice = worker("alice", "digits");
  ask(alice, report(1));
  ask(alice, {{"type", "bye"}, {"reason", "finished"}});
  hub.closed(alice);
  committer.succeed_all();
  const auto otto = viewer("otto");
  const auto made = ask(
      otto, {{"type", "recompute"}, {"id", "r"}, {"run", "digits"}, {"intensity_g_per_kwh", 1}});
  ASSERT_THAT(types(made), ElementsAre("recomputed"));
  const std::string id = made[0]["run_id"];
  EXPECT_EQ(
      Json::parse(get("/api/v1/runs/" + id, text_of("vera")).body)["run"]["edition"]["made_by"],
      "otto");
  put(make("zoe", Role::kViewer, {"zoo"}));
  EXPECT_EQ(get("/api/v1/runs/" + id, text_of("zoe")).status, 403);
}

// ---- over HTTP ----------------------------------------------------------------------------------

TEST_F(AccessTest, HttpNeedsATokenButForLifeAndReadiness) {
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(get("/readyz").status, 200);
  for (const auto* target : {"/api/v1/runs", "/metrics", "/api/v1/runs/x/events", "/nothing", "/",
                             "/healthz/", "/api/v1/compare?run=a&run=b"}) {
    const auto answer = get(target);
    EXPECT_EQ(answer.status, 401) << target;
    EXPECT_THAT(answer.headers, Contains(testing::Pair("WWW-Authenticate", HasSubstr("Bearer"))));
    EXPECT_EQ(get(target, text_of("nobody")).status, 401) << target;
  }
  EXPECT_EQ(get("/api/v1/runs", text_of("alice")).status, 403);
}

TEST_F(AccessTest, HttpShowsOnlyRunsOfTheToken) {
  const auto alice = worker("alice", "digits");
  const auto bob = worker("bob", "secret-1");
  ask(alice, report(1));
  ask(bob, report(1));
  const auto listed = Json::parse(get("/api/v1/runs", text_of("vera")).body);
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0]["name"], "digits");
  EXPECT_EQ(Json::parse(get("/api/v1/runs", text_of("promo")).body).size(), 2U);
  for (const auto& run : {std::string("secret-1"), run_id("secret-1"), std::string("secret-9"),
                          std::string("digits/../secret-1")}) {
    for (const auto* part : {"", "/rounds", "/figures", "/reports", "/events"}) {
      const auto answer = get("/api/v1/runs/" + run + part, text_of("vera"));
      EXPECT_EQ(answer.status, 403) << run << part;
    }
    EXPECT_EQ(get("/api/v1/compare?run=digits&run=" + run, text_of("vera")).status, 403);
  }
  EXPECT_EQ(get("/api/v1/runs/digits/reports", text_of("vera")).status, 200);
}

TEST_F(AccessTest, MetricsAreForThoseWhoSeeAllRuns) {
  EXPECT_EQ(get("/metrics", text_of("vera")).status, 403);
  EXPECT_EQ(get("/metrics", text_of("bob")).status, 403);
  EXPECT_EQ(get("/metrics", text_of("root")).status, 200);
  const auto metrics = get("/metrics", text_of("promo")).body;
  EXPECT_THAT(metrics, HasSubstr("fedwatt_refusals_total{code=\"not_allowed\"} 2"));
  EXPECT_THAT(metrics, HasSubstr("fedwatt_valid_tokens 6"));
  EXPECT_THAT(metrics, Not(HasSubstr(kSecret)));
}

// ---- while it is connected ----------------------------------------------------------------------

TEST_F(AccessTest, RevocationClosesLiveConnections) {
  const auto alice = worker("alice", "digits");
  const auto bob = worker("bob", "secret-1");
  const auto vera = viewer("vera");
  const auto stranger = connect(net::Endpoint::kViewer);
  auto revoked = tokens["alice"];
  revoked.revoked_at = timers.now();
  put(revoked);
  EXPECT_EQ(peers.closed.at(alice), protocol::kCloseUnauthorized);
  EXPECT_EQ(peers.closed.size(), 1U);
  // What it still sends counts for nothing.
  const auto stored = committer.stored.size();
  EXPECT_THAT(ask(alice, report(1)), IsEmpty());
  EXPECT_EQ(committer.stored.size(), stored);
  tokens.erase("vera");
  hub.use_tokens(tokens);
  EXPECT_EQ(peers.closed.at(vera), protocol::kCloseUnauthorized);
  EXPECT_EQ(peers.closed.count(bob) + peers.closed.count(stranger), 0U);
}

TEST_F(AccessTest, ATokenThatIsMadeAnewEndsTheOld) {
  const auto alice = worker("alice", "digits");
  auto anew = tokens["alice"];
  anew.digest = access::digest_of(std::string(64, '6'));
  put(anew);
  EXPECT_EQ(peers.closed.at(alice), protocol::kCloseUnauthorized);
  EXPECT_EQ(handshake(net::Endpoint::kWorker, text_of("alice")), 401);
}

TEST_F(AccessTest, OtherRightsNeedANewConnection) {
  const auto vera = viewer("vera");
  auto other = tokens["vera"];
  other.runs = Patterns({"secret-*"});
  put(other);
  EXPECT_EQ(peers.closed.at(vera), protocol::kCloseRightsChanged);
  EXPECT_TRUE(protocol::may_reconnect(protocol::kCloseRightsChanged));
}

TEST_F(AccessTest, TheClockClosesWhatHasExpired) {
  auto token = make("brief", Role::kViewer, {"digits"});
  token.expires_at = timers.now() + std::chrono::seconds{5};
  put(token);
  const auto brief = viewer("brief");
  timers.pass(std::chrono::milliseconds{4'900});
  EXPECT_EQ(peers.closed.count(brief), 0U);
  timers.pass(std::chrono::milliseconds{1'200});
  EXPECT_EQ(peers.closed.at(brief), protocol::kCloseUnauthorized);
}

// ---- limits -------------------------------------------------------------------------------------

TEST_F(AccessTest, HasSoManyConnections) {
  auto token = tokens["vera"];
  token.limits.connections = 1;
  put(token);
  const auto first = viewer("vera");
  EXPECT_EQ(handshake(net::Endpoint::kViewer, text_of("vera")), 429);
  const auto second = connect(net::Endpoint::kViewer);
  EXPECT_EQ(refusal(second, with_token({{"type", "hello"}}, "vera")), "too_many");
  EXPECT_EQ(peers.closed.at(second), protocol::kCloseOverloaded);
  hub.closed(first);
  EXPECT_EQ(handshake(net::Endpoint::kViewer, text_of("vera")), 101);
}

TEST_F(AccessTest, StartsSoManyRunsADay) {
  auto token = tokens["bob"];
  token.limits.runs_per_day = 2;
  put(token);
  worker("bob", "secret-1");
  worker("bob", "secret-2");
  EXPECT_EQ(refusal(connect(net::Endpoint::kWorker, text_of("bob")), hello("secret-3", "bob")),
            "too_many");
  worker("bob", "secret-2");  // is there already
  timers.time += std::chrono::hours{12};
  worker("bob", "secret-3");
}

TEST_F(AccessTest, AddsSoManyWorkersToARun) {
  auto token = tokens["alice"];
  token.workers = Patterns({"*"});
  token.limits.workers_per_run = 1;
  put(token);
  const auto first = connect(net::Endpoint::kWorker, text_of("alice"));
  ask(first, hello("digits", "a"));
  EXPECT_EQ(refusal(connect(net::Endpoint::kWorker, text_of("alice")), hello("digits", "b")),
            "too_many");
  EXPECT_THAT(types(ask(connect(net::Endpoint::kWorker, text_of("alice")), hello("digits", "a"))),
              Contains("welcome"));
}

// Held back, not lost: every report is acknowledged, and the worker is read on when they are paid.
TEST_F(AccessTest, IsReadMoreSlowlyWhenItReportsTooMuch) {
  auto token = tokens["alice"];
  token.limits.reports_per_s = 10;  // and 20 at once
  put(token);
  const auto alice = worker("alice", "digits");
  Json frame = Json::array();
  for (int seq = 1; seq <= 40; ++seq) frame.push_back(report(seq));
  const auto answers = ask(alice, frame);
  EXPECT_EQ(answers.back()["seq"], 40);
  EXPECT_EQ(peers.paused.count(alice), 1U);
  timers.pass(std::chrono::milliseconds{1'900});
  EXPECT_EQ(peers.paused.count(alice), 1U);
  timers.pass(std::chrono::milliseconds{200});
  EXPECT_EQ(peers.paused.count(alice), 0U);
  EXPECT_THAT(get("/metrics", text_of("root")).body, HasSubstr("fedwatt_held_back_total 1"));
}

}  // namespace
}  // namespace fedwatt::hub
