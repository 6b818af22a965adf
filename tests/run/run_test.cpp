#include "fedwatt/run/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "scenario.h"

namespace fedwatt::run {
namespace {

using protocol::Action;
using protocol::RunState;
using protocol::WorkerState;
using testing::ElementsAre;

constexpr RoundRules kRules{0.5, 60'000, 30'000, 600'000};

TEST(Run, FinishesWhenTheLastWorkerSaysBye) {
  Scenario s;
  s.join_all({"a", "b"});
  s.leave("a");
  EXPECT_EQ(s.run.view().state, RunState::kRunning);
  s.leave("b");
  EXPECT_EQ(s.run.view().state, RunState::kFinished);
  EXPECT_EQ(s.run.view().ended_at, s.now);
  EXPECT_THAT(s.kinds(), ElementsAre("run_started", "worker_joined", "worker_joined", "worker_left",
                                     "worker_left", "run_ended"));
}

TEST(Run, FinishesWhenAllButTheDeadHaveSaidBye) {
  Scenario s(kRules);
  s.join_all({"a", "dead"});
  s.disconnect("dead");
  s.leave("a");
  EXPECT_FALSE(s.run.ended()) << "it may come back";
  s.wait_s(30);
  s.tick();
  EXPECT_EQ(s.run.view().state, RunState::kFinished);
}

TEST(Run, IsLostAndThenAbandonedWhenEverybodyVanishes) {
  Scenario s(kRules);
  s.join("a");
  s.disconnect("a");
  s.wait_s(30);
  s.tick();
  EXPECT_EQ(s.run.view().state, RunState::kLost);
  EXPECT_FALSE(s.run.ended());
  EXPECT_EQ(s.run.next_due(), s.now + std::chrono::seconds{600});
  s.wait_s(600);
  s.tick();
  EXPECT_TRUE(s.run.ended());
  s.join("a");
  EXPECT_FALSE(s.run.ended()) << "given up too early";
  EXPECT_EQ(s.run.view().state, RunState::kRunning);
}

TEST(Run, CountsReportsThatWereDroppedOnTheWay) {
  Scenario s;
  s.join("a");
  auto received = s.report_event("a", 1, {.cpu_j = 50});
  received.report.seq = 4;
  s.apply(received);
  const auto worker = s.run.snapshot().workers.at(0);
  EXPECT_EQ(worker.reports, 1);
  EXPECT_EQ(worker.reports_missing, 3);
  EXPECT_EQ(worker.last_seq, 4);
  EXPECT_DOUBLE_EQ(*worker.power_w, 5);  // 50 J in 10 s
}

TEST(Run, ChangedSinceBringsWhatChangedAndNothingElse) {
  Scenario s;
  s.join_all({"a", "b"});
  s.report("a", 1, {.accuracy = 0.5});
  s.report("b", 1, {.accuracy = 0.5});
  const auto seen = s.run.offset();
  EXPECT_TRUE(s.run.changed_since(seen).empty());
  s.report("a", 2, {.accuracy = 0.6});
  std::vector<std::string> what;
  for (const auto& message : s.run.changed_since(seen)) {
    if (const auto* worker = std::get_if<protocol::WorkerView>(&message)) {
      what.push_back("worker " + worker->worker);
    } else if (const auto* round = std::get_if<protocol::RoundView>(&message)) {
      what.push_back("round " + std::to_string(round->round));
    } else if (std::holds_alternative<protocol::RunView>(message)) {
      what.emplace_back("run");
    } else {
      what.emplace_back("other");
    }
  }
  EXPECT_THAT(what, ElementsAre("run", "worker a", "round 2"));
}

TEST(Run, KnowsWhichOffsetsItCanAnswerFor) {
  Scenario s;
  s.join("a");
  EXPECT_TRUE(s.run.remembers(0));
  EXPECT_TRUE(s.run.remembers(s.run.offset()));
  EXPECT_FALSE(s.run.remembers(s.run.offset() + 1));
  for (std::size_t i = 0; i < kEventsKept; ++i) {
    s.disconnect("a");
    s.join("a");
  }
  EXPECT_FALSE(s.run.remembers(1)) << "those events are no longer kept";
  EXPECT_TRUE(s.run.remembers(s.run.offset() - 1));
}

TEST(Run, RefusesWorkersAndRoundsWithoutEnd) {
  Scenario s;
  s.join_all({"a", "b"});
  // b never reports, so every round that a skips to stays open.
  for (std::size_t round = 0; round < kMaxOpenRounds; ++round) {
    s.report("a", static_cast<std::int64_t>(round), {.accuracy = 0.5});
  }
  const auto error = s.run.refuse(s.report_event("a", 1'000'000, {.accuracy = 0.5}));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, "too_many");
  EXPECT_EQ(error->seq, static_cast<std::int64_t>(kMaxOpenRounds) + 1);
}

TEST(Run, RefusesNamesWithoutEnd) {
  Scenario s;
  s.join("a");
  auto received = s.report_event("a", 1, {});
  for (std::size_t i = 0; i < kMaxMetrics; ++i) {
    received.report.metrics["m" + std::to_string(i)] = 1;
  }
  ASSERT_FALSE(s.run.refuse(received));
  s.apply(received);
  auto more = s.report_event("a", 1, {.accuracy = 0.5});
  EXPECT_EQ(s.run.refuse(more)->code, "too_many");
  auto same = s.report_event("a", 1, {});
  for (std::size_t i = 0; i < kMaxEnergySources - 1; ++i) {  // "" is one, too
    same.report.seq += 1;
    same.report.energy_source.cpu = "meter " + std::to_string(i);
    ASSERT_FALSE(s.run.refuse(same)) << i;
    s.apply(same);
  }
  same.report.energy_source.cpu = "one more";
  EXPECT_EQ(s.run.refuse(same)->code, "too_many");
}

// ---- properties ---------------------------------------------------------------------------------

// A training with everything in it: late joiners, deaths, returns, plans, pauses, lateness.
Scenario& play_at_random(Scenario& s, unsigned seed) {
  std::mt19937 random(seed);
  const auto pick = [&random](std::size_t n) { return random() % n; };
  const std::vector<std::string> names = {"a", "b", "c", "d", "hub-of-it-all"};
  s.join(names.back(), protocol::Role::kCoordinator, 1.5);
  s.join(names[0]);
  std::int64_t round = 0;
  for (int step = 0; step < 300; ++step) {
    s.wait_s(static_cast<double>(pick(20)));
    s.tick();
    const auto& name = names[pick(names.size())];
    const auto found = s.run.participants().find(name);
    const bool known = found != s.run.participants().end();
    const bool online = known && found->second.online();
    switch (pick(10)) {
      case 0:
        if (!online)
          s.join(name,
                 name == names.back() ? protocol::Role::kCoordinator : protocol::Role::kWorker,
                 0.25);
        break;
      case 1:
        if (online) s.disconnect(name);
        break;
      case 2:
        if (online && name == names.back()) s.plan(name, ++round, {names[pick(3)], names[3]});
        break;
      case 3: {
        const Event command = CommandIssued{{"c-" + std::to_string(step),
                                             "digits",
                                             pick(2) ? Action::kPause : Action::kResume,
                                             {},
                                             ""},
                                            "ada"};
        if (!s.run.refuse(command)) s.apply(command);
        break;
      }
      case 4:
        if (online) {
          if (const auto* command = s.run.control().order_for(name, s.run.participants()).command) {
            s.acknowledge(name, command->command.id);
          }
        }
        break;
      default:
        if (online) {
          s.report(name, std::max<std::int64_t>(0, round - static_cast<std::int64_t>(pick(3))),
                   {.accuracy = static_cast<double>(pick(100)) / 100,
                    .num_examples = static_cast<std::int64_t>(pick(1000)),
                    .cpu_j = static_cast<double>(pick(1000)) / 7,
                    .emissions_g = pick(4) ? static_cast<double>(pick(100)) / 3 : 0.0,
                    .round_complete = pick(2) == 0,
                    .started_s = static_cast<double>(pick(10'000))});
          if (pick(4) == 0) ++round;
        }
    }
    // Figures are computed when somebody looks, which must change nothing.
    if (pick(3) == 0) s.run.view();
  }
  return s;
}

TEST(RunProperty, ReplayGivesTheSameState) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    Scenario s;
    play_at_random(s, seed);
    run::Run again("run-1");
    for (const auto& stored : s.log) again.apply(stored.event, stored.at);
    ASSERT_EQ(again.snapshot(), s.run.snapshot()) << "seed " << seed;
    ASSERT_EQ(again.next_due(), s.run.next_due()) << "seed " << seed;
  }
}

TEST(RunProperty, ChangesBringAViewerWhereASnapshotDoes) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    Scenario s;
    play_at_random(s, seed);
    // A viewer that looked after every seventh event.
    run::Run live("run-1");
    std::map<std::int64_t, protocol::RoundView> rounds;
    std::map<std::string, protocol::WorkerView> workers;
    std::int64_t seen = 0;
    for (const auto& stored : s.log) {
      live.apply(stored.event, stored.at);
      if (stored.offset % 7 != 0 && stored.offset != s.run.offset()) continue;
      for (const auto& change : live.changed_since(seen)) {
        if (const auto* round = std::get_if<protocol::RoundView>(&change)) {
          rounds[round->round] = *round;
        } else if (const auto* worker = std::get_if<protocol::WorkerView>(&change)) {
          workers[worker->worker] = *worker;
        }
      }
      seen = stored.offset;
    }
    const auto snapshot = s.run.snapshot();
    ASSERT_EQ(rounds.size(), snapshot.rounds.size());
    for (const auto& round : snapshot.rounds) ASSERT_EQ(rounds[round.round], round) << seed;
    for (const auto& worker : snapshot.workers) ASSERT_EQ(workers[worker.worker], worker) << seed;
  }
}

TEST(RunProperty, AnyOrderOfArrivalGivesTheSameRound) {
  const std::vector<std::string> workers = {"a", "b", "c", "d", "e"};
  std::vector<std::string> order = workers;
  std::optional<protocol::RoundView> first;
  std::mt19937 random(7);
  for (int trial = 0; trial < 50; ++trial) {
    std::shuffle(order.begin(), order.end(), random);
    Scenario s;
    s.join_all(workers);
    for (const auto& worker : order) {
      const auto i = static_cast<double>(worker[0] - 'a' + 1);
      s.report(worker, 3,
               {.accuracy = 1 / (i + 0.1),
                .num_examples = static_cast<std::int64_t>(100 * i),
                .cpu_j = i / 3,
                .emissions_g = i / 7,
                .started_s = i});
    }
    auto round = s.round(3);
    if (!first) first = round;
    ASSERT_EQ(round, *first);
  }
}

TEST(RunProperty, TheFrontIsWhatItsDefinitionSays) {
  for (unsigned seed = 100; seed <= 140; ++seed) {
    Scenario s;
    play_at_random(s, seed);
    const auto rounds = s.run.rounds();
    for (const auto& round : rounds) {
      const bool is_point = round.closed_by && round.target_value && round.emissions_g.has_value();
      const bool dominated =
          is_point && std::any_of(rounds.begin(), rounds.end(), [&](const auto& other) {
            if (!other.closed_by || !other.target_value) return false;
            const bool as_cheap = other.cumulative_emissions_g &&
                                  *other.cumulative_emissions_g <= *round.cumulative_emissions_g;
            const bool as_good = *other.target_value >= *round.target_value;
            const bool better = *other.target_value > *round.target_value ||
                                *other.cumulative_emissions_g < *round.cumulative_emissions_g;
            return as_cheap && as_good && better && other.emissions_g.has_value();
          });
      ASSERT_EQ(round.on_pareto_front, is_point && !dominated)
          << "seed " << seed << " round " << round.round;
    }
  }
}

}  // namespace
}  // namespace fedwatt::run
