#include "fedwatt/hub/editions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "fakes.h"
#include "fedwatt/hub/hub.h"
#include "fedwatt/protocol/codec.h"

// What an edition is made of, that it harms nothing, and what becomes of it when things go wrong.

namespace fedwatt::hub {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr double kKwh = 3.6e6;  // J

class EditionsTest : public testing::Test {
 protected:
  EditionsTest() { hub.start(); }

  // FR has 50 g/kWh for the first five seconds of the year and 150 from then on.
  static RunDefaults defaults() {
    RunDefaults defaults;
    defaults.intensities.set_series("FR",
                                    *carbon::IntensitySeries::parse("timestamp,g_per_kwh\n"
                                                                    "2026-01-01T00:00:00Z,50\n"
                                                                    "2026-01-01T00:00:05Z,150\n"
                                                                    "2026-01-01T12:00:00Z,150\n"));
    return defaults;
  }
  net::ConnectionId connect(net::Endpoint endpoint) {
    hub.opened(++last_connection, endpoint, {"127.0.0.1:1"});
    return last_connection;
  }
  std::vector<Json> ask(net::ConnectionId connection, const Json& message) {
    hub.received(connection, message.dump());
    committer.succeed_all();
    return peers.take(connection);
  }
  net::ConnectionId worker(const std::string& name, Json more = Json::object()) {
    const auto connection = connect(net::Endpoint::kWorker);
    Json hello = {{"type", "hello"}, {"run", "digits"}, {"worker", name}};
    hello.update(more);
    ask(connection, hello);
    return connection;
  }
  void bye(net::ConnectionId connection) {
    ask(connection, {{"type", "bye"}});
    hub.closed(connection);
    committer.succeed_all();
  }
  // A kilowatt-hour within ten seconds.
  static Json report(std::int64_t seq, std::int64_t round, Json more = Json::object()) {
    Json report = {{"type", "report"},
                   {"seq", seq},
                   {"round", round},
                   {"phase", "fit"},
                   {"started_at", "2026-01-01T00:00:00Z"},
                   {"duration_s", 10},
                   {"energy_j", {{"cpu", kKwh}}},
                   {"metrics", {{"accuracy", 0.5 + 0.1 * static_cast<double>(round)}}}};
    report.update(more);
    return report;
  }
  // Worker a says 200 g/kWh itself, b is in France, with a PUE of 1.2: in two rounds
  //   2 × 1 kWh × 200 g/kWh + 2 × 1 kWh × 1.2 × (50 + 150) / 2 g/kWh = 640 g.
  run::Run& finished_run() {
    const auto a = worker("a");
    const auto b = worker("b", {{"region", "FR"}, {"pue", 1.2}, {"session", "s-b"}});
    for (const std::int64_t round : {1, 2}) {
      ask(a, report(round, round, {{"intensity_g_per_kwh", 200}}));
      ask(b, report(round, round));
    }
    bye(a);
    bye(b);
    return *hub.runs().latest_named("digits");
  }
  net::ConnectionId viewer() {
    const auto connection = connect(net::Endpoint::kViewer);
    ask(connection, {{"type", "hello"}, {"name", "ada"}});
    return connection;
  }
  static Json request(Json more, const std::string& id = "e-1") {
    Json request = {{"type", "recompute"}, {"id", id}, {"run", "digits"}};
    request.update(more);
    return request;
  }
  Json recompute(Json more, const std::string& id = "e-1") {
    const auto answers = ask(viewer(), request(std::move(more), id));
    EXPECT_THAT(answers, SizeIs(1));
    return answers.empty() ? Json() : answers.front();
  }
  run::Run& edition_of(const Json& recomputed) {
    return *hub.runs().by_id(recomputed.at("run_id"));
  }
  // What a viewer sees of a run, as if it had another id and name.
  static std::string shown_as(run::Run& run, const std::string& run_id, const std::string& name) {
    auto shown = Json::parse(protocol::encode(protocol::HubToViewer{run.snapshot()}));
    shown["run"]["edition"] = nullptr;
    auto text = shown.dump();
    const auto replace_all = [&text](const std::string& from, const std::string& to) {
      for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
      }
    };
    replace_all(run.run_id(), run_id);
    replace_all(run.name(), name);
    return text;
  }
  std::vector<run::StoredEvent> log_of(const run::Run& run) const {
    std::vector<run::StoredEvent> log;
    for (const auto& event : committer.stored) {
      if (event.run_id == run.run_id()) log.push_back(event);
    }
    return log;
  }

  FakePeers peers;
  FakeTimers timers;
  FakeCommitter committer;
  Hub hub{committer, peers, timers, defaults(), [](const store::StoreError&) {}};
  net::ConnectionId last_connection = 0;
};

TEST_F(EditionsTest, HasTheSameEnergyAndOtherGramsAndLeavesTheOriginalAlone) {
  run::Run& original = finished_run();
  const auto snapshot = original.snapshot();
  const auto log = log_of(original);

  const auto answer = recompute({{"intensity_g_per_kwh", 56.039}});
  EXPECT_EQ(answer["type"], "recomputed");
  EXPECT_EQ(answer["id"], "e-1");
  EXPECT_EQ(answer["name"], "digits~56.039");
  EXPECT_EQ(answer["of_run_id"], original.run_id());
  EXPECT_EQ(answer["reports"], 4);
  EXPECT_DOUBLE_EQ(answer["emissions_before_g"], 640);
  // 2 × 56.039 g and, with b's PUE, 2 × 1.2 × 56.039 g.
  EXPECT_DOUBLE_EQ(answer["emissions_g"], 246.5716);

  run::Run& edition = edition_of(answer);
  const auto view = edition.view();
  EXPECT_EQ(view.edition, (protocol::Edition{original.run_id(), "56.039 g/kWh", "ada"}));
  EXPECT_EQ(view.energy_j, original.view().energy_j);
  EXPECT_EQ(view.started_at, original.view().started_at);
  EXPECT_EQ(view.ended_at, original.view().ended_at);
  EXPECT_EQ(view.state, protocol::RunState::kFinished);
  EXPECT_EQ(edition.offset(), original.offset());
  ASSERT_THAT(edition.rounds(), SizeIs(2));
  EXPECT_DOUBLE_EQ(*edition.rounds()[0].emissions_g, 123.2858);
  EXPECT_EQ(edition.rounds()[0].accuracy, original.rounds()[0].accuracy);
  EXPECT_EQ(edition.rounds()[0].wall_s, original.rounds()[0].wall_s);
  EXPECT_EQ(edition.snapshot().workers[1].intensity_source, "given");

  EXPECT_EQ(original.snapshot(), snapshot);
  EXPECT_EQ(log_of(original), log);
}

TEST_F(EditionsTest, WithWhatTheHubKnewThenItIsTheSameButForItsName) {
  run::Run& original = finished_run();
  const auto answer = recompute(Json::object());
  EXPECT_EQ(answer["name"], "digits~now");
  EXPECT_EQ(answer["emissions_g"], answer["emissions_before_g"]);
  EXPECT_EQ(shown_as(edition_of(answer), "id", "name"), shown_as(original, "id", "name"));
}

TEST_F(EditionsTest, OfARegionIsLookedUpOverEachReportsInterval) {
  finished_run();
  const auto answer = recompute({{"region", "France"}});
  EXPECT_EQ(answer["name"], "digits~FR");
  // a: 2 × (50 + 150) / 2 g; b the same with its PUE.
  EXPECT_DOUBLE_EQ(answer["emissions_g"], 440);
  const auto workers = edition_of(answer).snapshot().workers;
  EXPECT_EQ(workers[0].intensity_source, "series:FR");
  EXPECT_EQ(edition_of(answer).view().edition->intensity, "region France");

  const auto unknown = recompute({{"region", "Atlantis"}}, "e-2");
  EXPECT_EQ(unknown["code"], "unknown_region");
  EXPECT_EQ(unknown["id"], "e-2");
  EXPECT_THAT(unknown["message"], HasSubstr("Atlantis"));
}

TEST_F(EditionsTest, OfASeriesTakesWhatIsKnownOfTheRegionWhereTheSeriesEnds) {
  const auto b = worker("b", {{"region", "FR"}});
  ask(b, report(1, 1));
  ask(b, report(2, 2, {{"started_at", "2026-01-01T06:00:00Z"}}));
  bye(b);
  const Json series = {{{"at", "2025-12-31T23:59:56Z"}, {"g_per_kwh", 20}},
                       {{"at", "2026-01-01T00:00:00Z"}, {"g_per_kwh", 10}}};
  const auto answer = recompute({{"series", series}});
  // The last value holds for four seconds, as the one before did. Of the first report, 0.4 at 10
  // and the rest at France's (50 × 5 + 150 × 5) / 10 = 100; all of the second at 150.
  EXPECT_DOUBLE_EQ(answer["emissions_g"], 0.4 * 10 + 0.6 * 100 + 150);
  EXPECT_EQ(answer["name"], "digits~series");
  EXPECT_THAT(edition_of(answer).view().edition->intensity, HasSubstr("a series of 2 values"));

  const Json nonsense = {{{"at", "2026-01-01T00:00:00Z"}, {"g_per_kwh", 2001}}};
  EXPECT_EQ(recompute({{"series", nonsense}}, "e-2")["code"], "invalid_series");
}

TEST_F(EditionsTest, TakesOtherSettings) {
  const auto a = worker("a", {{"pue", 1.1}});
  ask(a, report(1, 1, {{"bytes_sent", 1'000'000'000}}));
  bye(a);
  const auto answer = recompute({{"intensity_g_per_kwh", 100},
                                 {"pue", 1.5},
                                 {"network_kwh_per_gb", 0.02},
                                 {"network_intensity_g_per_kwh", 500}});
  // 1 kWh × 1.5 × 100 g/kWh + 1 GB × 0.02 kWh/GB × 500 g/kWh
  EXPECT_DOUBLE_EQ(answer["emissions_g"], 160);
  const auto view = edition_of(answer).view();
  EXPECT_EQ(view.carbon, (protocol::CarbonSettings{1.5, 0.02, 500}));
  EXPECT_EQ(view.edition->intensity, "100 g/kWh, PUE 1.5, network 0.02 kWh/GB, network 500 g/kWh");
  EXPECT_EQ(edition_of(answer).snapshot().workers[0].pue, 1.5);
}

TEST_F(EditionsTest, ItsNameFitsWhateverTheOriginalsIs) {
  std::string name;
  for (int i = 0; i < 50; ++i) name += "🌱";  // 4 bytes each
  bye(worker("a", {{"run", name}}));
  const auto answer = recompute({{"run", name}, {"intensity_g_per_kwh", 56}});
  // 200 - 3 bytes for "~56" leave room for 49 of the characters.
  EXPECT_EQ(answer["name"], name.substr(0, 196) + "~56");
}

TEST_F(EditionsTest, OfARunThatGoesOnIsRefused) {
  EXPECT_EQ(recompute(Json::object())["code"], "unknown_run");
  const auto a = worker("a");
  EXPECT_EQ(recompute(Json::object())["code"], "run_not_ended");
  bye(a);
  const auto& run = *hub.runs().latest_named("digits");
  const auto late = worker("a", {{"run_id", run.run_id()}});
  EXPECT_THAT(recompute(Json::object())["message"], HasSubstr("still report"));
  bye(late);
  EXPECT_EQ(recompute(Json::object())["type"], "recomputed");
}

TEST_F(EditionsTest, NobodyCanChangeIt) {
  run::Run& original = finished_run();
  const auto run_id = recompute(Json::object())["run_id"].get<std::string>();
  const Json hello = {{"type", "hello"}, {"run", "digits~now"}, {"worker", "a"}};
  auto to_edition = hello;
  to_edition["run_id"] = run_id;
  const auto refused = ask(connect(net::Endpoint::kWorker), to_edition).at(0);
  EXPECT_EQ(refused["code"], "is_edition");
  EXPECT_THAT(refused["message"], HasSubstr(original.run_id()));
  to_edition.update({{"import", true}, {"session", "s-new"}});
  EXPECT_EQ(ask(connect(net::Endpoint::kWorker), to_edition).at(0)["code"], "is_edition");
  EXPECT_NE(ask(connect(net::Endpoint::kWorker), hello).at(0)["run_id"], run_id)
      << "a training of that name is a run of its own";

  EXPECT_EQ(hub.runs().of_session("s-b"), &original) << "reports are imported where they were sent";
  EXPECT_EQ(recompute({{"run", run_id}}, "e-2")["code"], "is_edition");
  const Json command = {{"type", "command"}, {"id", "c"}, {"run", run_id}, {"action", "pause"}};
  EXPECT_EQ(ask(viewer(), command).at(0)["code"], "run_ended");
}

TEST_F(EditionsTest, TheSameRequestMakesOneEdition) {
  run::Run& original = finished_run();
  const auto first = viewer();
  const auto second = viewer();
  hub.received(first, request({{"region", "FR"}}).dump());
  hub.received(second, request({{"region", "FR"}}).dump());
  hub.received(second, request({{"region", "DE"}}).dump());
  committer.succeed_all();
  const auto made = peers.take(first).at(0);
  const auto answers = peers.take(second);
  ASSERT_THAT(answers, SizeIs(2));
  EXPECT_EQ(answers[0]["code"], "duplicate_command");
  EXPECT_EQ(answers[1], made);
  EXPECT_EQ(recompute({{"region", "FR"}}), made) << "and later";
  EXPECT_EQ(recompute({{"region", "DE"}})["code"], "duplicate_command");
  EXPECT_THAT(hub.runs().all(), SizeIs(2));
  EXPECT_NE(recompute({{"region", "FR"}}, "e-2")["run_id"], made["run_id"]);
  EXPECT_EQ(hub.runs().edition_for("e-1", original)->run_id(), made["run_id"]);
}

TEST_F(EditionsTest, IsShownToViewersWhenItIsCommitted) {
  finished_run();
  const auto watching = viewer();
  ask(watching, {{"type", "subscribe"}, {"run", "*"}, {"detail", "summary"}});
  hub.received(viewer(), request({{"region", "FR"}}).dump());
  EXPECT_THAT(peers.take(watching), IsEmpty());
  committer.succeed_all();
  const auto shown = peers.take(watching);
  ASSERT_THAT(shown, SizeIs(1));
  EXPECT_EQ(shown[0]["name"], "digits~FR");
  EXPECT_EQ(shown[0]["edition"]["made_by"], "ada");
}

TEST_F(EditionsTest, AreMadeOneAfterAnotherThoughNobodyWaits) {
  finished_run();
  const auto impatient = viewer();
  for (const auto* region : {"FR", "DE", "SE"}) {
    hub.received(impatient, request({{"region", region}}, region).dump());
  }
  hub.closed(impatient);
  committer.succeed_all();
  std::vector<std::string> names;
  for (const auto& run : hub.runs().all()) names.push_back(run->name());
  EXPECT_THAT(names, ElementsAre("digits", "digits~FR", "digits~DE", "digits~SE"));
}

TEST_F(EditionsTest, WaitsForAStoreThatIsAwayAndSaysWhatIsLost) {
  finished_run();
  const auto asking = viewer();
  committer.read_error = store::StoreError{store::StoreError::Kind::kUnavailable, "it is away"};
  hub.received(asking, request({{"region", "FR"}}).dump());
  timers.pass(std::chrono::seconds{5});
  EXPECT_THAT(peers.take(asking), IsEmpty());
  committer.read_error.reset();
  timers.pass(std::chrono::seconds{1});
  committer.succeed_all();
  EXPECT_THAT(peers.take_types(asking), ElementsAre("recomputed"));

  committer.read_error = store::StoreError{store::StoreError::Kind::kCorrupt, "it is damaged"};
  const auto error = ask(asking, request({{"region", "FR"}}, "e-2")).at(0);
  EXPECT_EQ(error["code"], "store_failed");
  EXPECT_EQ(error["message"], "it is damaged");
}

// A run of more than two pages of events.
class LongRunTest : public EditionsTest {
 protected:
  LongRunTest() {
    const auto a = worker("a", {{"region", "FR"}});
    Json reports = Json::array();
    for (std::int64_t seq = 1; seq <= 2'500; ++seq) reports.push_back(report(seq, seq % 5));
    ask(a, reports);
    bye(a);
  }
};

TEST_F(LongRunTest, NeverGoesFartherThanAPageBeyondWhatIsCommitted) {
  const auto asking = viewer();
  hub.received(asking, request({{"intensity_g_per_kwh", 10}}).dump());
  std::size_t commits = 0;
  while (committer.under_way) {
    EXPECT_LE(committer.under_way->size(), 1'000U);
    EXPECT_THAT(peers.take(asking), IsEmpty());
    EXPECT_THAT(hub.runs().all(), SizeIs(commits == 2 ? 2 : 1)) << "it is shown whole";
    committer.succeed();
    ++commits;
  }
  EXPECT_EQ(commits, 3U);  // hello, 2,500 reports and bye
  const auto answer = peers.take(asking).at(0);
  EXPECT_EQ(answer["reports"], 2'500);
  EXPECT_DOUBLE_EQ(answer["emissions_g"], 25'000);
}

TEST_F(LongRunTest, OfAHubThatWasKilledMeanwhileNothingIsLeft) {
  hub.received(viewer(), request({{"intensity_g_per_kwh", 10}}).dump());
  committer.succeed();  // a page
  const auto half_id = committer.stored.back().run_id;
  ASSERT_EQ(hub.runs().by_id(half_id), nullptr);

  Hub again(committer, peers, timers, defaults(), [](const store::StoreError&) {});
  for (auto event : committer.stored) again.replay(std::move(event));
  EXPECT_THAT(again.unfinished_editions(), ElementsAre(half_id));
  EXPECT_THAT(again.runs().all(), SizeIs(1));
  EXPECT_EQ(again.runs().resolve("digits~10"), nullptr);
}

TEST_F(EditionsTest, AHubThatStartsAgainShowsTheSameAndKnowsTheRequest) {
  finished_run();
  const auto answer = recompute({{"region", "FR"}, {"pue", 1.3}});
  run::Run& edition = edition_of(answer);

  FakePeers peers2;
  FakeCommitter committer2;
  committer2.stored = committer.stored;
  Hub again(committer2, peers2, timers, defaults(), [](const store::StoreError&) {});
  for (auto event : committer.stored) again.replay(std::move(event));
  EXPECT_THAT(again.unfinished_editions(), IsEmpty());
  again.start();
  timers.pass(std::chrono::hours{1});
  EXPECT_EQ(committer2.under_way, nullptr) << "nothing is decided about an edition";
  EXPECT_EQ(again.runs().by_id(edition.run_id())->snapshot(), edition.snapshot());
  EXPECT_EQ(again.runs().resolve("digits")->name(), "digits");

  again.opened(1, net::Endpoint::kViewer, {"127.0.0.1:1"});
  again.received(
      1, Json::array({{{"type", "hello"}}, request({{"region", "FR"}, {"pue", 1.3}})}).dump());
  EXPECT_EQ(peers2.take(1).back(), answer);
}

}  // namespace
}  // namespace fedwatt::hub
