#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes.h"
#include "fedwatt/protocol/codec.h"
#include "fedwatt/protocol/policy_text.h"

// What the hub does around a run's policies; what they decide is tested in tests/run.

namespace fedwatt::hub {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kIntensity[] = "intensity:pause_above_g_per_kwh=300,resume_below_g_per_kwh=200";

protocol::Policies policies(const std::string& text) { return *protocol::parse_policies(text); }

Json as_json(const std::string& text) { return Json::parse(protocol::encode(policies(text))); }

// The clock stands at 2026-01-01T00:00:00Z. The grid of FR has 100 g/kWh then, 400 a minute later,
// 150 two minutes later; that of DE stays at 250.
RunDefaults defaults(const std::string& text) {
  RunDefaults defaults;
  if (!text.empty()) defaults.policies = policies(text);
  defaults.intensities.set_series(
      "FR", *carbon::IntensitySeries::parse("timestamp,g_per_kwh\n2026-01-01T00:00:00Z,100\n"
                                            "2026-01-01T00:01:00Z,400\n2026-01-01T00:02:00Z,150\n"
                                            "2026-01-02T00:00:00Z,150\n"));
  defaults.intensities.set_series(
      "DE", *carbon::IntensitySeries::parse("timestamp,g_per_kwh\n2026-01-01T00:00:00Z,250\n"));
  return defaults;
}

struct World {
  explicit World(const std::string& configured = "") : hub_defaults(defaults(configured)) {
    hub.start();
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
  std::vector<Json> join(net::ConnectionId connection, const std::string& name,
                         const std::string& region = "", const Json& asked = nullptr) {
    return ask(connection, {{"type", "hello"},
                            {"run", "digits"},
                            {"worker", name},
                            {"region", region},
                            {"policies", asked}});
  }
  net::ConnectionId worker(const std::string& name, const std::string& region = "",
                           const Json& asked = nullptr) {
    const auto connection = connect(net::Endpoint::kWorker);
    join(connection, name, region, asked);
    return connection;
  }
  net::ConnectionId operator_named(const std::string& name) {
    const auto connection = connect(net::Endpoint::kViewer);
    ask(connection, {{"type", "hello"}, {"name", name}});
    return connection;
  }
  Json set(net::ConnectionId viewer, const Json& fields) {
    Json message{{"type", "set_policies"}, {"id", "p-1"}, {"run", "digits"}};
    message.update(fields);
    const auto answers = ask(viewer, message);
    return answers.empty() ? Json() : answers.back();
  }
  void pass(std::chrono::milliseconds duration) {
    const auto end = timers.time + duration;
    while (timers.time < end) {
      timers.pass(seconds{1});
      committer.succeed_all();
    }
  }
  run::Run& run() { return *hub.runs().all().at(0); }
  std::string in_force() { return protocol::policy_text(run().policies()); }

  template <class Event>
  std::vector<Event> stored() const {
    std::vector<Event> events;
    for (const auto& event : committer.stored) {
      if (const auto* one = std::get_if<Event>(&event.event)) events.push_back(*one);
    }
    return events;
  }
  // "FR 100", in the order in which they were noted.
  std::vector<std::string> noted() const {
    std::vector<std::string> noted;
    for (const auto& each : stored<run::IntensityNoted>()) {
      noted.push_back(each.region + " " + std::to_string(std::lround(each.g_per_kwh)));
    }
    return noted;
  }

  RunDefaults hub_defaults;
  FakePeers peers;
  FakeTimers timers;
  FakeCommitter committer;
  Hub hub{committer, peers, timers, hub_defaults, [](const store::StoreError&) {}};
  net::ConnectionId last_connection = 0;
};

std::vector<std::string> types(const std::vector<Json>& messages) {
  std::vector<std::string> types;
  for (const auto& message : messages) types.push_back(message.at("type"));
  return types;
}

TEST(Policies, ThoseOfTheConfigurationAreANewRunsFirst) {
  World world("budget:limit_g=500 confirm");
  world.worker("a");
  EXPECT_EQ(world.in_force(), "budget:limit_g=500 confirm");
  ASSERT_GE(world.committer.stored.size(), 2U);
  const auto* changed = std::get_if<run::PoliciesChanged>(&world.committer.stored[1].event);
  ASSERT_TRUE(changed) << "right after RunCreated";
  EXPECT_EQ(changed->changed_by, "the hub's configuration");
}

TEST(Policies, AnImportGetsNone) {
  World world("budget:limit_g=500");
  world.ask(world.connect(net::Endpoint::kWorker), {{"type", "hello"},
                                                    {"run", "digits"},
                                                    {"worker", "a"},
                                                    {"session", "s"},
                                                    {"import", true},
                                                    {"policies", as_json("confirm")}});
  EXPECT_EQ(world.in_force(), "");
}

TEST(Policies, AWorkerAddsThoseOfKindsThatTheRunHasNot) {
  World world("budget:limit_g=500");
  world.worker("a", "", as_json("budget:limit_g=9 confirm:after_rounds=7"));
  world.worker("b", "", as_json("confirm target:value=0.9"));
  world.worker("c", "", as_json("target:value=0.5"));
  EXPECT_EQ(world.in_force(), "budget:limit_g=500 confirm:after_rounds=7 target:value=0.9");
  const auto changes = world.stored<run::PoliciesChanged>();
  ASSERT_EQ(changes.size(), 3U) << "the configuration's, a's and b's; c's changed nothing";
  EXPECT_EQ(changes[1].changed_by, "a");
  EXPECT_EQ(changes[1].reason, "hello");
}

TEST(Policies, WhatAnOperatorRemovedStaysRemoved) {
  World world;
  const auto asked = as_json("target:value=0.9");
  const auto first = world.worker("a", "", asked);
  world.set(world.operator_named("ada"), {{"remove", {"target"}}});
  world.hub.closed(first);
  world.worker("a", "", asked);
  world.worker("b", "", asked);
  EXPECT_EQ(world.in_force(), "");
}

TEST(Policies, AnOperatorSetsThemAndIsToldOnceTheyAreCommitted) {
  World world("budget:limit_g=500");
  world.worker("a");
  const auto ada = world.operator_named("ada");
  world.hub.received(ada, Json{{"type", "set_policies"},
                               {"id", "p-1"},
                               {"run", "digits"},
                               {"policies", as_json("target:value=0.9")},
                               {"remove", {"budget"}},
                               {"reason", "as agreed"}}
                              .dump());
  EXPECT_TRUE(world.peers.take(ada).empty()) << "before the commit";
  world.committer.succeed_all();
  const auto answers = world.peers.take(ada);
  ASSERT_EQ(types(answers), std::vector<std::string>{"policies_set"});
  EXPECT_EQ(answers[0]["id"], "p-1");
  EXPECT_EQ(answers[0]["run_id"], world.run().run_id());
  EXPECT_EQ(answers[0]["offset"], world.run().offset());
  EXPECT_EQ(answers[0]["policies"], as_json("target:value=0.9"));
  EXPECT_EQ(answers[0]["overruled_by"], nullptr);
  EXPECT_EQ(world.stored<run::PoliciesChanged>().back(),
            (run::PoliciesChanged{policies("target:value=0.9"), false, "ada", "as agreed"}));

  const auto stored = world.committer.stored.size();
  EXPECT_EQ(world.set(ada, {{"policies", as_json("target:value=0.9")}})["type"], "policies_set");
  EXPECT_EQ(world.set(ada, {{"hand_back", true}})["type"], "policies_set");
  EXPECT_EQ(world.committer.stored.size(), stored) << "nothing changed";
}

TEST(Policies, ARefusalSaysWhichRequestWasMeant) {
  World world;
  world.worker("a");
  const auto ada = world.operator_named("ada");
  const auto unknown = world.set(ada, {{"run", "nothing"}});
  EXPECT_EQ(unknown["code"], "unknown_run");
  EXPECT_EQ(unknown["id"], "p-1");
  const auto invalid = world.set(ada, {{"policies", {{"budget", {{"act", "stop"}}}}}});
  EXPECT_EQ(invalid["code"], "invalid_set_policies");
  EXPECT_EQ(invalid["id"], "p-1");
  EXPECT_THAT(invalid["message"].get<std::string>(), HasSubstr("limit_g"));
}

// ---- what the hub knows of the grids ------------------------------------------------------------

TEST(Policies, OnlyARunWithAUseForItHearsOfTheGrids) {
  World world("budget:limit_g=500");
  world.worker("a", "FR");
  world.pass(minutes{2});
  EXPECT_TRUE(world.stored<run::IntensityNoted>().empty());
}

TEST(Policies, TheGridsOfTheWorkersAreNotedWhenTheyChange) {
  World world(kIntensity);
  world.worker("a", "FR");
  EXPECT_THAT(world.noted(), ElementsAre("FR 100")) << "at once";
  EXPECT_EQ(world.stored<run::IntensityNoted>()[0].source, "series:FR");
  world.worker("b", "FR");
  world.worker("c", "DE");
  world.worker("d");  // it did not say where it is
  EXPECT_THAT(world.noted(), ElementsAre("FR 100", "DE 250"));
  world.pass(seconds{50});
  EXPECT_EQ(world.noted().size(), 2U) << "nothing changed";
  world.pass(minutes{3});
  EXPECT_THAT(world.noted(), ElementsAre("FR 100", "DE 250", "FR 400", "FR 150"));
}

TEST(Policies, TheGridIsLookedAtOnceThePolicyIsSet) {
  World world;
  world.worker("a", "FR");
  world.pass(seconds{65});
  world.set(world.operator_named("ada"), {{"policies", as_json(kIntensity)}});
  EXPECT_THAT(world.noted(), ElementsAre("FR 400"));
  EXPECT_EQ(world.run().control().directive(), protocol::Directive::kPause);
}

// The report says that it was clean; what the hub knows of the grid says otherwise.
TEST(Policies, AReportsOwnIntensityIsNotTheGrids) {
  World world(kIntensity);
  const auto a = world.worker("a", "FR");
  world.pass(seconds{80});
  EXPECT_EQ(world.run().control().directive(), protocol::Directive::kPause);
  world.ask(a, {{"type", "report"},
                {"seq", 1},
                {"round", 1},
                {"phase", "fit"},
                {"started_at", "2026-01-01T00:00:00Z"},
                {"duration_s", 1},
                {"energy_j", {{"cpu", 1}}},
                {"intensity_g_per_kwh", 20}});
  EXPECT_EQ(world.run().control().directive(), protocol::Directive::kPause);
  world.pass(minutes{1});
  EXPECT_EQ(world.run().control().directive(), protocol::Directive::kRun);
}

// A pause that the hello itself brings about is in the welcome, and not told before it.
TEST(Policies, AWorkerIsWelcomedBeforeItIsOrderedAnything) {
  World world;
  world.pass(seconds{65});
  const auto a = world.connect(net::Endpoint::kWorker);
  const auto answers = world.join(a, "a", "FR", as_json(kIntensity));
  ASSERT_EQ(types(answers), std::vector<std::string>{"welcome"});
  EXPECT_EQ(answers[0]["directive"], "pause");
  world.pass(minutes{1});
  const auto later = world.peers.take(a);
  ASSERT_EQ(types(later), std::vector<std::string>{"directive"});
  EXPECT_EQ(later[0]["directive"], "run");
  EXPECT_EQ(later[0]["issued_by"], "policy intensity");
}

}  // namespace
}  // namespace fedwatt::hub
