#include <gmock/gmock.h>

#include <bit>
#include <cfloat>
#include <clocale>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include "fedwatt/run/run.h"
#include "sample_events.h"
#include "store/failure.h"
#include "store_contract.h"
#include "temporary_folder.h"

namespace fedwatt::store::testing {

namespace {

using run::StoredEvent;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_P(StoreContract, EmptyDatabaseBecomesAStoreWithNothingInIt) {
  const auto store = open(database_->address());
  EXPECT_THAT(replay(*store), IsEmpty());
  EXPECT_EQ(outcome(store->check()), "ok");
  EXPECT_EQ(outcome(store->append({})), "ok");
}

TEST_P(StoreContract, EveryKindOfEventComesBackAsItWas) {
  const auto store = open(database_->address());
  const auto full = full_events("full");
  const auto sparse = sparse_events("sparse");
  ASSERT_EQ(full.size(), std::variant_size_v<run::Event>);
  ASSERT_EQ(sparse.size(), std::variant_size_v<run::Event>);
  ASSERT_EQ(outcome(store->append(full)), "ok");
  ASSERT_EQ(outcome(store->append(sparse)), "ok");

  auto expected = full;
  expected.insert(expected.end(), sparse.begin(), sparse.end());
  EXPECT_EQ(replay(*store), expected);
}

TEST_P(StoreContract, WhatIsNotMeasuredIsNull) {
  const auto store = open(database_->address());
  ASSERT_EQ(outcome(store->append(sparse_events("r"))), "ok");
  EXPECT_THAT(database_->query("SELECT count(*) FROM reports WHERE cpu_j IS NULL AND gpu_j IS NULL"
                               " AND ram_j IS NULL AND cpu_source IS NULL AND num_examples IS NULL"
                               " AND machine_j IS NULL AND machine_source IS NULL"
                               " AND bytes_sent IS NULL AND round_complete IS NULL"
                               " AND reported_intensity_g_per_kwh IS NULL AND emissions_g IS NULL"),
              ElementsAre("1"));
}

TEST_P(StoreContract, OthersCanQueryTheFigures) {
  const auto store = open(database_->address());
  ASSERT_EQ(outcome(store->append(full_events("r"))), "ok");
  EXPECT_THAT(database_->query("SELECT name FROM runs JOIN reports USING (run_id)"
                               " WHERE phase = 'evaluate' AND cpu_j > 410 AND gpu_source = 'nvml'"),
              ElementsAre("digits"));
}

TEST_P(StoreContract, AFigureForTheWholeMachineComesBack) {
  const auto store = open(database_->address());
  auto plugged = report("r", 2, "w", 1);
  auto& received = std::get<run::ReportReceived>(plugged.event);
  received.report.energy_j.machine_j = 535.8;
  received.report.energy_source.machine = "external:smart plug";
  const std::vector<StoredEvent> events = {created("r"), plugged};
  ASSERT_EQ(outcome(store->append(events)), "ok");
  EXPECT_EQ(replay(*store), events);
  EXPECT_THAT(database_->query("SELECT machine_source FROM reports WHERE machine_j > 535"
                               " AND cpu_j IS NULL AND gpu_j IS NULL AND ram_j IS NULL"),
              ElementsAre("external:smart plug"));
}

TEST_P(StoreContract, ReplaysRunAfterRunInOrderOfCreation) {
  const auto store = open(database_->address());
  // The later run has the smaller id, and their events alternate.
  const std::vector<StoredEvent> batch = {created("b"),
                                          created("a"),
                                          report("b", 2, "w", 1),
                                          report("a", 2, "w", 1),
                                          {"b", 3, at_ms(3), run::WorkerLost{"w"}}};
  ASSERT_EQ(outcome(store->append(batch)), "ok");
  const StoredEvent later = report("b", 4, "w", 2);
  ASSERT_EQ(outcome(store->append({&later, 1})), "ok");
  EXPECT_THAT(replay(*store), ElementsAre(batch[0], batch[2], batch[4], later, batch[1], batch[3]));
}

TEST_P(StoreContract, ARunThatIsRemovedLeavesNothingAndMayComeAgain) {
  const auto store = open(database_->address());
  const std::vector<StoredEvent> batch = {created("a"), created("b"), report("a", 2, "w", 1),
                                          report("b", 2, "w", 1)};
  ASSERT_EQ(outcome(store->append(batch)), "ok");
  EXPECT_EQ(outcome(store->remove("a")), "ok");
  EXPECT_EQ(outcome(store->remove("never was")), "ok");
  EXPECT_EQ(outcome(store->compact()), "ok");
  EXPECT_THAT(replay(*store), ElementsAre(batch[1], batch[3]));
  EXPECT_THAT(database_->query("SELECT count(*) FROM reports"), ElementsAre("1"));
  EXPECT_EQ(outcome(store->append({&batch[0], 1})), "ok");
}

TEST_P(StoreContract, ABatchIsStoredWholeOrNotAtAll) {
  const auto store = open(database_->address());
  const StoredEvent first = created("r");
  ASSERT_EQ(outcome(store->append({&first, 1})), "ok");

  const auto with = [](auto change) {
    StoredEvent event = report("r", 3, "w", 2);
    change(event, std::get<run::ReportReceived>(event.event));
    return event;
  };
  using Received = run::ReportReceived;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const std::string nul("a\0b", 3);
  const std::vector<StoredEvent> bad_events = {
      with([](StoredEvent& event, Received&) { event.offset = 4; }),
      with([](StoredEvent& event, Received&) { event.offset = 0; }),
      with([](StoredEvent& event, Received&) { event.offset = -1; }),
      with([](StoredEvent& event, Received&) { event.run_id = "unknown"; }),
      with([](StoredEvent& event, Received&) { event.event = run::RunCreated{}; }),
      with([&](StoredEvent&, Received& received) { received.report.duration_s = nan; }),
      with([&](StoredEvent&, Received& received) { received.emissions_g = infinity; }),
      with([&](StoredEvent&, Received& received) { received.report.metrics["loss"] = nan; }),
      with([&](StoredEvent&, Received& received) { received.worker = nul; }),
      with([&](StoredEvent&, Received& received) { received.worker = "\xff"; }),
      with([&](StoredEvent&, Received& received) { received.report.metrics[nul] = 1; }),
      with([&](StoredEvent&, Received& received) { received.report.metrics["\xff"] = 1; }),
      with([&](StoredEvent& event, Received&) { event.event = run::WorkerLost{nul}; }),
      with([&](StoredEvent& event, Received&) { event.event = run::WorkerLost{"\xff"}; }),
      with([&](StoredEvent& event, Received&) {
        event.event = run::WorkerJoined{{}, nan};  // no JSON for NaN, and a hello needs its names
      }),
  };
  for (const StoredEvent& bad : bad_events) {
    const std::vector<StoredEvent> batch = {report("r", 2, "w", 1), bad};
    const auto appended = store->append(batch);
    EXPECT_EQ(outcome(appended), "invalid event") << bad.offset << bad.run_id;
    EXPECT_THAT(replay(*store), ElementsAre(first));
  }
  const StoredEvent good = report("r", 2, "w", 1);
  EXPECT_EQ(outcome(store->append({&good, 1})), "ok");
  EXPECT_THAT(replay(*store), ElementsAre(first, good));
}

TEST_P(StoreContract, BackslashesBeforeU0000AreNoNul) {
  const auto store = open(database_->address());
  const std::vector<StoredEvent> events = {created("r"),
                                           {"r", 2, at_ms(2), run::WorkerLost{"\\u0000"}},
                                           {"r", 3, at_ms(3), run::WorkerLost{"\\\\u0000"}}};
  ASSERT_EQ(outcome(store->append(events)), "ok");
  EXPECT_EQ(replay(*store), events);
}

TEST_P(StoreContract, AppendingAgainStoresNothing) {
  auto store = open(database_->address());
  auto events = full_events("r");
  auto& hello = std::get<run::WorkerJoined>(events[1].event).hello;
  ASSERT_EQ(outcome(store->append(events)), "ok");
  hello.token = "only the sender has it";  // still the same event
  EXPECT_EQ(outcome(store->append(events)), "ok");
  hello.token.clear();

  // Partly new, and twice in one batch.
  events.push_back(report("r", static_cast<std::int64_t>(events.size()) + 1, "w", 1));
  auto twice = events;
  twice.insert(twice.end(), events.begin(), events.end());
  EXPECT_EQ(outcome(store->append(twice)), "ok");
  EXPECT_EQ(replay(*store), events);

  // The same to a store that has not seen the first time.
  store.reset();
  store = open(database_->address());
  EXPECT_EQ(outcome(store->append(events)), "ok");
  EXPECT_EQ(replay(*store), events);
}

TEST_P(StoreContract, AnotherEventAtATakenPlaceIsAConflict) {
  const auto store = open(database_->address());
  const std::vector<StoredEvent> events = {
      created("r"), report("r", 2, "w", 1), {"r", 3, at_ms(3), run::WorkerLost{"w"}}};
  ASSERT_EQ(outcome(store->append(events)), "ok");

  StoredEvent other_time = events[1];
  other_time.at += std::chrono::milliseconds(1);
  StoredEvent other_energy = events[1];
  std::get<run::ReportReceived>(other_energy.event).report.energy_j.cpu_j = 1;
  const std::vector<StoredEvent> others = {
      created("r", "other"),
      other_time,
      other_energy,
      report("r", 3, "w", 2),                   // where an event of the other table is
      {"r", 2, at_ms(2), run::WorkerLost{"w"}}  // and the reverse
  };
  for (const StoredEvent& other : others) {
    const std::vector<StoredEvent> batch = {report("r", 4, "w", 2), other};
    const auto appended = store->append(batch);
    EXPECT_EQ(outcome(appended), "conflict") << other.offset;
    EXPECT_EQ(replay(*store), events);
  }
}

TEST_P(StoreContract, ASeqIsStoredOnceForEachWorkerAndRun) {
  const auto store = open(database_->address());
  const std::vector<StoredEvent> events = {created("r"), created("s"), report("r", 2, "w", 7),
                                           report("r", 3, "v", 7), report("s", 2, "w", 7)};
  ASSERT_EQ(outcome(store->append(events)), "ok");
  const std::vector<StoredEvent> batch = {report("r", 4, "w", 8), report("r", 5, "w", 7)};
  const auto appended = store->append(batch);
  ASSERT_EQ(outcome(appended), "conflict");
  EXPECT_THAT(appended.error().message, HasSubstr("seq"));
  EXPECT_EQ(replay(*store).size(), events.size());
  // The store is still of use, and the place still free.
  EXPECT_EQ(outcome(store->append({batch.data(), 1})), "ok");
  EXPECT_EQ(replay(*store).size(), events.size() + 1);
}

TEST_P(StoreContract, KeepsEverythingWhenReopened) {
  const auto events = full_events("r");
  auto store = open(database_->address());
  ASSERT_EQ(outcome(store->append(events)), "ok");
  const auto migrations = database_->query("SELECT version FROM schema_migrations ORDER BY 1");
  EXPECT_EQ(migrations.front(), "1");
  store.reset();

  store = open(database_->address());
  EXPECT_EQ(replay(*store), events);
  EXPECT_EQ(database_->query("SELECT version FROM schema_migrations ORDER BY 1"), migrations);
  const StoredEvent next = report("r", static_cast<std::int64_t>(events.size()) + 1, "w", 1);
  EXPECT_EQ(outcome(store->append({&next, 1})), "ok");
}

// What a hub of version 0.1 left behind, as its migration 0001 made it and as it wrote.
TEST_P(StoreContract, ADatabaseOfTheFirstVersionIsUpgradedAndReplaysTheSame) {
  {
    const auto database = database_->database();
    database->connect();
    database->apply(database->migrations().front());
  }
  database_->query(
      "INSERT INTO runs (run_id, name, created_at)"
      " VALUES ('r', 'digits', '2026-01-01T00:00:00.000Z')");
  const auto insert = [this](int offset, const std::string& kind, const std::string& payload) {
    database_->query("INSERT INTO events VALUES ('r', " + std::to_string(offset) +
                     ", '2026-01-01T00:00:00.000Z', '" + kind + "', '" + payload + "')");
  };
  insert(1, "run_created",
         R"({"carbon":{"default_pue":1.0,"network_intensity_g_per_kwh":475.0,)"
         R"("network_kwh_per_gb":0.01},"name":"digits","rules":{"abandon_ms":600000,)"
         R"("deadline_ms":120000,"grace_ms":30000,"quorum":0.5},)"
         R"("target":{"goal":"max","metric":"accuracy"}})");
  insert(2, "worker_joined",
         R"({"clock_offset_s":null,"hello":{"type":"hello","run":"digits","run_id":null,)"
         R"("worker":"w","role":"worker","total_rounds":null,"region":"FR","pue":null,)"
         R"("hardware":{"cpu":null,"gpu":[],"ram_bytes":null},"framework":null,"target":null,)"
         R"("sent_at":null}})");
  database_->query(
      "INSERT INTO reports (run_id, event_offset, received_at, worker, seq, round, phase,"
      " started_at, duration_s, cpu_j, cpu_source, metrics, intensity_g_per_kwh,"
      " intensity_source, emissions_g) VALUES ('r', 3, '2026-01-01T00:00:00.000Z', 'w', 1, 1,"
      " 'fit', '2026-01-01T00:00:00.000Z', 10, 36, 'rapl', '{\"accuracy\":0.5}', 100, 'report',"
      " 0.001)");
  insert(4, "worker_left", R"({"reason":"finished","worker":"w"})");

  const auto store = open(database_->address());
  EXPECT_THAT(database_->query("SELECT max(version) FROM schema_migrations"),
              ElementsAre(std::to_string(database_->database()->migrations().size())));
  run::Run run("r");
  for (const StoredEvent& event : replay(*store)) run.apply(event.event, event.at);
  const auto snapshot = run.snapshot();
  EXPECT_EQ(snapshot.run.state, protocol::RunState::kFinished);
  ASSERT_EQ(snapshot.rounds.size(), 1U);
  EXPECT_EQ(snapshot.rounds[0].energy_j, 36);
  EXPECT_EQ(snapshot.rounds[0].energy_by_component, (protocol::ComponentTotals{{36, {}, {}, {}}}));
  EXPECT_EQ(snapshot.rounds[0].emissions_g, 0.001);
  EXPECT_THAT(snapshot.rounds[0].energy_gaps, ElementsAre("ram"));
  const StoredEvent next = report("r", 5, "w", 2);
  EXPECT_EQ(outcome(store->append({&next, 1})), "ok");
}

TEST_P(StoreContract, KeepsASecondHubOut) {
  auto store = open(database_->address());
  const Opened second = open_store(database_->address());
  ASSERT_EQ(outcome(second), "in use");
  EXPECT_THAT(second.error().message, HasSubstr("another hub"));
  EXPECT_EQ(outcome(store->check()), "ok");
  store.reset();
  EXPECT_EQ(outcome(open_store(database_->address())), "ok");
}

TEST_P(StoreContract, RefusesANewerSchemaAndLeavesItAlone) {
  const auto events = full_events("r");
  auto store = open(database_->address());
  ASSERT_EQ(outcome(store->append(events)), "ok");
  store.reset();
  database_->query("INSERT INTO schema_migrations VALUES (9999, 'of_the_future', '2030-01-01')");

  const Opened opened = open_store(database_->address());
  ASSERT_EQ(outcome(opened), "schema too new");
  EXPECT_THAT(opened.error().message, HasSubstr("9999"));
  EXPECT_THAT(opened.error().message, HasSubstr("newer hub"));
  EXPECT_THAT(database_->query("SELECT max(version) FROM schema_migrations"), ElementsAre("9999"));

  database_->query("DELETE FROM schema_migrations WHERE version = 9999");
  store = open(database_->address());
  EXPECT_EQ(replay(*store), events);
}

TEST_P(StoreContract, RefusesAnotherProgramsTables) {
  database_->query("CREATE TABLE runs (kilometres INTEGER)");
  const Opened opened = open_store(database_->address());
  ASSERT_EQ(outcome(opened), "bad address");
  EXPECT_THAT(opened.error().message, HasSubstr("of its own"));
  EXPECT_THAT(database_->query("SELECT count(*) FROM runs"), ElementsAre("0"));
}

TEST_P(StoreContract, AMigrationThatFailsLeavesNothing) {
  const auto database = database_->database();
  database->connect();
  const Migration half = {1, "half",
                          "CREATE TABLE done (x INTEGER); CREATE TABLE done (x INTEGER)"};
  EXPECT_ANY_THROW(database->apply(half));
  EXPECT_EQ(database->schema_version(), 0U);
  EXPECT_ANY_THROW(database_->query("SELECT * FROM done"));
  migrate(*database);
  EXPECT_EQ(database->schema_version(), database->migrations().size());
}

TEST_P(StoreContract, TakesAndReplaysThousandsAtOnce) {
  const auto store = open(database_->address());
  std::vector<StoredEvent> events = {created("r")};
  for (std::int64_t offset = 2; offset <= 5000; ++offset) {
    events.push_back(offset % 7 == 0
                         ? StoredEvent{"r", offset, at_ms(offset), run::WorkerLost{"w"}}
                         : report("r", offset, "w" + std::to_string(offset % 10), offset));
  }
  ASSERT_EQ(outcome(store->append(events)), "ok");
  EXPECT_TRUE(replay(*store) == events);  // too much to print
}

TEST_P(StoreContract, TextComesBackAsItWas) {
  const auto store = open(database_->address());
  const std::string texts[] = {"Universitätsklinikum",
                               "病院三号 🏥",
                               "it's \"quoted\"",
                               "back\\slash\\",
                               "{a,b},NULL",
                               "NULL",
                               "",
                               " spaces ",
                               "%s %d",
                               "'; DROP TABLE runs; --",
                               "a\nb\tc\x01",
                               std::string(100'000, 'x')};
  std::int64_t offset = 0;
  std::vector<StoredEvent> events = {created("r", texts[1])};
  for (const std::string& text : texts) {
    offset = static_cast<std::int64_t>(events.size()) + 1;
    StoredEvent event = report("r", offset, text.substr(0, 2000), offset);
    auto& received = std::get<run::ReportReceived>(event.event);
    received.intensity_source = text;
    received.report.energy_source.gpu = text;
    received.report.metrics = {{text, 1}};
    events.push_back(std::move(event));
    events.push_back({"r", offset + 1, at_ms(offset + 1), run::WorkerLeft{text, text}});
  }
  ASSERT_EQ(outcome(store->append(events)), "ok");
  EXPECT_TRUE(replay(*store) == events);
}

TEST_P(StoreContract, DoublesComeBackBitByBit) {
  const auto store = open(database_->address());
  const double doubles[] = {DBL_MAX, -DBL_MAX, DBL_MIN, 5e-324,  DBL_EPSILON, 0.1 + 0.2,
                            1.0 / 3, 1e22,     1e23,    1e-7,    123456789.0, 9007199254740993.0,
                            0.0,     -0.0,     100,     -2.5e-9, 3.6e6,       -1};
  std::vector<StoredEvent> events = {created("r")};
  for (const double value : doubles) {
    const auto offset = static_cast<std::int64_t>(events.size()) + 1;
    StoredEvent event = report("r", offset, "w", offset);
    auto& received = std::get<run::ReportReceived>(event.event);
    received.intensity_g_per_kwh = value;
    received.emissions_g = value;
    received.report.metrics = {{"loss", value}};
    events.push_back(std::move(event));
  }
  ASSERT_EQ(outcome(store->append(events)), "ok");
  ASSERT_EQ(outcome(store->append(events)), "ok");  // -0.0 is no conflict with what it became

  const auto bits = [](double value) { return std::bit_cast<std::uint64_t>(value); };
  const auto stored = replay(*store);
  ASSERT_EQ(stored.size(), std::size(doubles) + 1);
  for (std::size_t i = 0; i < std::size(doubles); ++i) {
    const auto& received = std::get<run::ReportReceived>(stored[i + 1].event);
    // The one exception of the contract: a figure that was -0.0 comes back as 0.0.
    const double figure = doubles[i] == 0 ? 0.0 : doubles[i];
    EXPECT_EQ(bits(received.intensity_g_per_kwh), bits(figure)) << doubles[i];
    EXPECT_EQ(bits(received.emissions_g.value()), bits(figure)) << doubles[i];
    EXPECT_EQ(bits(received.report.metrics.at("loss")), bits(doubles[i])) << doubles[i];
  }
}

TEST_P(StoreContract, NumbersAreTheSameUnderALocaleWithADecimalComma) {
  const TemporaryFolder folder;
  const std::string build = "localedef -i de_DE -f UTF-8 " + folder.path().string() + "/de_DE.utf8";
  ASSERT_EQ(std::system((build + " 2> /dev/null").c_str()), 0) << "Debian's package locales";
  ::setenv("LOCPATH", folder.path().c_str(), 1);
  const auto events = full_events("r");
  const auto store = open(database_->address());
  ASSERT_NE(std::setlocale(LC_NUMERIC, "de_DE.UTF-8"), nullptr);
  ASSERT_STREQ(std::localeconv()->decimal_point, ",");
  const auto appended = store->append(events);
  const auto german = replay(*store);
  std::setlocale(LC_NUMERIC, "C");
  ::unsetenv("LOCPATH");
  EXPECT_EQ(outcome(appended), "ok");
  EXPECT_EQ(german, events);
  EXPECT_EQ(replay(*store), events);
}

TEST_P(StoreContract, TimesComeBackToTheMillisecond) {
  const auto store = open(database_->address());
  std::vector<StoredEvent> events = {created("r")};
  for (const char* text :
       {"1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.001Z", "2026-03-29T01:30:00.999Z",
        "2024-02-29T23:59:59.123Z", "2038-01-19T03:14:08.007Z", "9999-12-31T23:59:59.999Z"}) {
    const auto offset = static_cast<std::int64_t>(events.size()) + 1;
    const protocol::Timestamp time = protocol::parse_timestamp(text).value();
    StoredEvent event = report("r", offset, "w", offset);
    event.at = time;
    std::get<run::ReportReceived>(event.event).report.started_at = time;
    events.push_back(std::move(event));
    events.push_back({"r", offset + 1, time, run::WorkerLost{"w"}});
  }
  ASSERT_EQ(outcome(store->append(events)), "ok");
  EXPECT_EQ(replay(*store), events);
}

TEST_P(StoreContract, ATokenIsNeverStored) {
  const auto store = open(database_->address());
  auto events = full_events("r");
  std::get<run::WorkerJoined>(events[1].event).hello.token = "s3cret";
  ASSERT_EQ(outcome(store->append(events)), "ok");
  EXPECT_THAT(database_->query("SELECT count(*) FROM events"
                               " WHERE CAST(payload AS text) LIKE '%s3cret%'"),
              ElementsAre("0"));
  EXPECT_EQ(std::get<run::WorkerJoined>(replay(*store)[1].event).hello.token, "");
}

TEST_P(StoreContract, SaysWhatIsMissingOrDamaged) {
  auto store = open(database_->address());
  ASSERT_EQ(outcome(store->append(full_events("r"))), "ok");
  const auto nothing = [](StoredEvent&&) {};

  database_->query("UPDATE events SET payload = '{}' WHERE event_offset = 3");
  auto replayed = store->replay(nothing);
  ASSERT_EQ(outcome(replayed), "corrupt");
  EXPECT_THAT(replayed.error().message, HasSubstr("event 3 of run r"));

  database_->query("DELETE FROM events WHERE event_offset = 3");
  replayed = store->replay(nothing);
  ASSERT_EQ(outcome(replayed), "corrupt");
  EXPECT_THAT(replayed.error().message, HasSubstr("event 3 of run r is missing"));

  // The advice of the message.
  database_->query("DELETE FROM runs WHERE run_id = 'r'");
  EXPECT_EQ(outcome(store->replay(nothing)), "ok");
}

}  // namespace

}  // namespace fedwatt::store::testing
