#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <span>

#include "fedwatt/protocol/codec.h"
#include "generated_history.h"
#include "postgres_test_database.h"
#include "sample_events.h"

// The views of sql/postgresql against the core: both get the same histories, and every column must
// be what the wire says under that name.

namespace fedwatt::store::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::uint64_t kHistories = 60;

json wire(const protocol::HubToViewer& view) {
  json message = json::parse(protocol::encode(view));
  message.erase("type");
  message.erase("offset");
  return message;
}

// A column has no fields: those of `key` become columns, with what stands around their names.
void flatten(json& message, const std::string& key, const std::string& before,
             const std::string& after = "") {
  const json object = message[key];
  message.erase(key);
  for (const auto& [name, value] : object.items()) message[before + name + after] = value;
}

json columns_of(const protocol::RoundView& round) {
  json message = wire(round);
  flatten(message, "energy_by_component", "", "_j");
  // Who is present decides on these; the log alone does not tell.
  for (const auto* key : {"revision", "closed_by", "late_reports", "workers_expected"}) {
    message.erase(key);
  }
  return message;
}

json columns_of(const protocol::WorkerView& worker) {
  json message = wire(worker);
  flatten(message, "energy_source", "", "_source");
  if (worker.intensity_source.empty()) message["intensity_source"] = nullptr;
  for (const auto* key : {"directive", "directive_state", "stale"}) message.erase(key);
  return message;
}

json columns_of(const protocol::RunView& run) {
  json message = wire(run);
  if (!run.edition) message["edition"] = {{"of_run_id", nullptr}, {"intensity", nullptr}};
  message["edition"].erase("made_by");
  flatten(message, "edition", "edition_");
  flatten(message, "target", "target_");
  flatten(message, "carbon", "");
  message["rounds"] = message["rounds_closed"];
  for (const auto* key : {"state", "directive", "ended_at", "rounds_closed", "power_w", "forecast",
                          "policies", "overruled_by"}) {
    message.erase(key);
  }
  return message;
}

bool agree(const std::string& name, const json& view, const json& core) {
  if (view.is_number() && core.is_number()) {
    const auto a = view.get<double>();
    const auto b = core.get<double>();
    return std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b));
  }
  if (name == "metrics" && view.size() == core.size()) {
    for (const auto& [metric, value] : core.items()) {
      if (!view.contains(metric) || !agree(metric, view[metric], value)) return false;
    }
    return true;
  }
  if (name.ends_with("_at") && view.is_string() && core.is_string()) {
    return protocol::parse_timestamp(view.get<std::string>()) ==
           protocol::parse_timestamp(core.get<std::string>());
  }
  return view == core;
}

// What differs between a row of a view and what the core says; empty if nothing does.
std::string difference(const json& row, const json& core) {
  std::string text;
  std::set<std::string> names;
  for (const auto& [name, value] : row.items()) names.insert(name);
  for (const auto& [name, value] : core.items()) names.insert(name);
  for (const auto& name : names) {
    const bool both = row.contains(name) && core.contains(name);
    if (both && agree(name, row[name], core[name])) continue;
    text += name + ": the view has " + (row.contains(name) ? row[name].dump() : "no such column") +
            ", the core " + (core.contains(name) ? core[name].dump() : "no such field") + "\n";
  }
  return text;
}

class Views : public ::testing::Test {
 protected:
  Views() : store_(open(database_.address())) {}

  std::vector<json> rows(const std::string& view, const std::string& condition = "true") {
    std::vector<json> rows;
    for (const auto& text :
         database_.query("SELECT row_to_json(each) FROM " + view + " AS each WHERE " + condition)) {
      rows.push_back(json::parse(text));
    }
    return rows;
  }

  // Each row by what tells it from the others of its view.
  std::map<std::string, json> rows_by(const std::string& key, const std::string& view) {
    std::map<std::string, json> by_key;
    for (const auto& row : rows(view)) {
      by_key[row["run_id"].get<std::string>() + " " + (key.empty() ? "" : row[key].dump())] = row;
    }
    return by_key;
  }

  PostgresTestDatabase database_;
  std::unique_ptr<Store> store_;
};

TEST_F(Views, AgreeWithTheCoreOnGeneratedHistories) {
  std::map<std::string, json> rounds;
  std::map<std::string, json> workers;
  std::map<std::string, json> runs;
  std::int64_t late_reports = 0;
  std::set<std::string> seen;  // that each kind of trouble took place
  for (std::uint64_t seed = 1; seed <= kHistories; ++seed) {
    GeneratedHistory history(seed);
    ASSERT_EQ(outcome(store_->append(history.log())), "ok") << "seed " << seed;
    const auto& log = history.log();
    const auto repeated = std::span(log).last(std::min<std::size_t>(10, log.size()));
    ASSERT_EQ(outcome(store_->append(repeated)), "ok") << "as if the answer had been lost";

    const auto snapshot = history.run().snapshot();
    ASSERT_TRUE(snapshot.run.ended_at) << "seed " << seed;
    const std::string run_id = history.run().run_id() + " ";
    runs[run_id] = columns_of(snapshot.run);
    runs[run_id]["deserted_at"] = runs[run_id]["last_event_at"];
    for (const auto& worker : snapshot.workers) {
      workers[run_id + json(worker.worker).dump()] = columns_of(worker);
    }
    for (const auto& round : snapshot.rounds) {
      rounds[run_id + std::to_string(round.round)] = columns_of(round);
      late_reports += round.late_reports;
      seen.insert(round.accuracy_source
                      ? std::string("accuracy of ") +
                            std::to_string(static_cast<int>(*round.accuracy_source))
                      : "no accuracy");
      if (round.g_per_point) seen.insert("a gain");
      if (round.on_pareto_front) seen.insert("a front");
      if (!round.emissions_g) seen.insert("emissions unknown");
      if (round.emissions_g == 0.0) seen.insert("no emissions");
    }
  }
  EXPECT_GT(late_reports, 100);
  EXPECT_EQ(seen.size(), 7U);

  const auto compare = [this](const std::string& view, const std::string& key,
                              const std::map<std::string, json>& core) {
    auto in_view = rows_by(key, view);
    EXPECT_EQ(in_view.size(), core.size()) << view;
    for (const auto& [place, columns] : core) {
      json row = in_view[place];
      if (view == "worker_figures") row.erase("state_since");
      const auto differences = difference(row, columns);
      ASSERT_EQ(differences, "") << view << " of " << place;
    }
  };
  compare("round_figures", "round", rounds);
  compare("worker_figures", "worker", workers);
  compare("run_summary", "", runs);
}

// What is still open counts as closed, and nobody has left.
TEST_F(Views, TakeTheRoundsOfARunningTrainingForClosed) {
  GeneratedHistory history(1);
  auto log = history.log();
  while (std::holds_alternative<run::WorkerLeft>(log.back().event)) log.pop_back();
  ASSERT_EQ(outcome(store_->append(log)), "ok");
  const auto running = rows("run_summary", "name = 'digits' AND rounds > 0");
  ASSERT_EQ(running.size(), 1U);
  EXPECT_EQ(running[0]["deserted_at"], nullptr);
}

TEST_F(Views, HaveRunsWithoutReportsAndSayWhoseEditionOneIs) {
  auto event = created("run-1", "digits");
  std::get<run::RunCreated>(event.event).edition = {"run-0", "56.039 g/kWh", "ada"};
  ASSERT_EQ(outcome(store_->append({&event, 1})), "ok");
  run::Run run("run-1");
  run.apply(event.event, event.at);
  auto expected = columns_of(run.view());
  expected["deserted_at"] = nullptr;
  const auto summary = rows("run_summary");
  ASSERT_EQ(summary.size(), 1U);
  EXPECT_EQ(difference(summary[0], expected), "");
}

// To look at one run must not cost the reading of all of them.
TEST_F(Views, ReadOneRunOnlyIfAskedForOne) {
  for (const std::string view :
       {"worker_hellos", "worker_states", "report_figures", "worker_round_figures", "run_settings",
        "round_figures", "worker_figures", "run_summary"}) {
    std::string plan;
    for (const auto& line : database_.query("SET enable_seqscan = off; EXPLAIN SELECT * FROM " +
                                            view + " WHERE run_id = 'run-1'")) {
      plan += line + "\n";
    }
    EXPECT_THAT(plan, HasSubstr("run_id = 'run-1'"));
    EXPECT_THAT(plan, Not(HasSubstr("Seq Scan"))) << view;
  }
}

TEST_F(Views, SayWhatEachColumnIs) {
  EXPECT_THAT(
      database_.query("SELECT relname || '.' || attname FROM pg_class"
                      " JOIN pg_attribute ON attrelid = pg_class.oid"
                      " WHERE relkind = 'v' AND relnamespace = current_schema()::regnamespace"
                      " AND col_description(pg_class.oid, attnum) IS NULL"),
      IsEmpty());
}

}  // namespace
}  // namespace fedwatt::store::testing
