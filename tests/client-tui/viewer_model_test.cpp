#include "model/viewer_model.h"

#include <gtest/gtest.h>

#include "sample_run.h"

namespace fedwatt::viewer {
namespace {

using sample::at;

TEST(ViewerModel, NewerStatesWinInWhateverOrderTheyCome) {
  ViewerModel model(at(0));
  model.apply(sample::snapshot(), at(0));
  auto newer = sample::worker("hospital-1");
  newer.offset = 95;
  newer.round = 20;
  auto older = sample::worker("hospital-1");
  older.offset = 94;
  older.round = 19;
  model.apply(newer, at(1));
  model.apply(older, at(1));
  EXPECT_EQ(model.runs().at("r-7f3a").workers.at("hospital-1").round, 20);

  auto run = sample::run();
  run.offset = 80;
  run.workers_online = 1;
  model.apply(run, at(1));
  EXPECT_EQ(model.runs().at("r-7f3a").view.workers_online, 4);
}

TEST(ViewerModel, LargerRevisionOfARoundWins) {
  ViewerModel model(at(0));
  model.apply(sample::snapshot(), at(0));
  auto revised = sample::round(5);
  revised.revision = 2;
  revised.workers_reported = 5;
  model.apply(revised, at(1));
  model.apply(sample::round(5), at(1));
  EXPECT_EQ(model.runs().at("r-7f3a").rounds.at(5).workers_reported, 5);
}

TEST(ViewerModel, ResumesAfterWhatItHasSeenInFull) {
  ViewerModel model(at(0));
  auto summary = sample::run();
  summary.offset = 200;
  model.apply(summary, at(0));
  EXPECT_FALSE(model.runs().at("r-7f3a").resume_offset);  // a summary has shown no rounds

  model.apply(sample::snapshot(), at(0));
  EXPECT_EQ(model.runs().at("r-7f3a").resume_offset, 118);  // of its newest event
  summary.offset = 300;
  model.apply(summary, at(0));
  EXPECT_EQ(model.runs().at("r-7f3a").resume_offset, 118);
  auto round = sample::round(13);
  round.offset = 301;
  model.apply(round, at(0));
  EXPECT_EQ(model.runs().at("r-7f3a").resume_offset, 301);
}

TEST(ViewerModel, EventsAreOrderedUniqueAndBounded) {
  ViewerModel model(at(0));
  model.apply(sample::snapshot(), at(0));
  model.apply(sample::event(120, "later"), at(0));
  model.apply(sample::event(119, "earlier"), at(0));
  model.apply(sample::event(119, "of the same stored event"), at(0));
  model.apply(sample::event(120, "later"), at(0));  // repeated after a reconnect
  const auto& events = model.runs().at("r-7f3a").events;
  ASSERT_EQ(events.size(), 8U);
  EXPECT_EQ(events[5].message, "earlier");
  EXPECT_EQ(events[6].message, "of the same stored event");
  EXPECT_EQ(events[7].message, "later");

  for (int i = 0; i < 1000; ++i) model.apply(sample::event(200 + i, "more"), at(0));
  EXPECT_EQ(events.size(), ViewerModel::kMaxEvents);
  EXPECT_EQ(events.back().offset, 1199);
}

TEST(ViewerModel, ASnapshotAfterAnotherAddsNothingTwice) {
  ViewerModel once(at(0));
  ViewerModel twice(at(0));
  once.apply(sample::snapshot(), at(0));
  twice.apply(sample::snapshot(), at(0));
  twice.apply(sample::snapshot(), at(1));
  const auto& a = once.runs().at("r-7f3a");
  const auto& b = twice.runs().at("r-7f3a");
  EXPECT_EQ(a.view, b.view);
  EXPECT_EQ(a.workers, b.workers);
  EXPECT_EQ(a.rounds, b.rounds);
  EXPECT_EQ(a.events, b.events);
}

TEST(ViewerModel, ConnectionSaysSinceWhen) {
  ViewerModel model(at(0));
  EXPECT_EQ(model.connection().state, Connection::State::kConnecting);
  model.connection_lost("refused", false, at(3));
  EXPECT_EQ(model.connection().state, Connection::State::kConnecting);  // was never there
  EXPECT_EQ(model.connection().since, at(0));
  model.apply(sample::welcome(), at(5));
  EXPECT_EQ(model.connection().state, Connection::State::kLive);
  model.connection_lost("gone", false, at(9));
  model.connection_lost("refused", false, at(12));
  EXPECT_EQ(model.connection().state, Connection::State::kReconnecting);
  EXPECT_EQ(model.connection().since, at(9));  // when it was lost, not the last attempt
  EXPECT_EQ(model.connection().reason, "refused");
  model.connection_lost("revoked", true, at(15));
  EXPECT_EQ(model.connection().state, Connection::State::kRefused);
}

TEST(ViewerModel, AgesAreByTheHubsClock) {
  ViewerModel model(at(0));
  model.apply(protocol::ViewerWelcome{"0.1.0", at(1000)}, at(10));  // the hub is 990 s ahead
  EXPECT_EQ(model.hub_time(at(15)), at(1005));
}

TEST(ViewerModel, RunsThatHaveEndedComeLastThenTheLatestFirst) {
  const ViewerModel model = sample::model();
  std::vector<std::string> names;
  for (const RunRecord* run : model.runs_in_order()) names.push_back(run->view.run_id);
  EXPECT_EQ(names, (std::vector<std::string>{"r-9e01", "r-7f3a", "r-11c0", "r-02bd"}));
}

TEST(ViewerModel, FindsRunsByIdAndTheLatestByName) {
  ViewerModel model = sample::model();
  auto older = sample::run("r-0000", "digits");
  older.started_at = at(-500);
  model.apply(older, at(0));
  EXPECT_EQ(model.find_run("digits")->view.run_id, "r-9e01");
  EXPECT_EQ(model.find_run("r-0000")->view.run_id, "r-0000");
  EXPECT_EQ(model.find_run("nothing"), nullptr);
}

TEST(ViewerModel, ARunIsWatchedOnceItIsThereInFullOrWithWaitOnceItIsListed) {
  ViewerModel model(at(0));
  EXPECT_EQ(model.find_awaited("fashion-mnist", true), nullptr);
  auto listed = sample::run();
  listed.state = protocol::RunState::kFinished;  // waiting for it any longer would be for ever
  listed.offset = 1;
  model.apply(listed, at(0));
  EXPECT_NE(model.find_awaited("fashion-mnist", true), nullptr);
  EXPECT_EQ(model.find_awaited("fashion-mnist", false), nullptr);
  model.apply(sample::snapshot(), at(1));
  EXPECT_NE(model.find_awaited("fashion-mnist", false), nullptr);
}

TEST(ViewerModel, CommandsAndRefusalsAreKeptById) {
  ViewerModel model = sample::model();
  model.apply(sample::command("c-1"), at(0));
  auto later = sample::command("c-2");
  later.issued_at = at(130);
  model.apply(later, at(0));
  EXPECT_EQ(model.latest_command("r-7f3a")->id, "c-2");
  EXPECT_EQ(model.latest_command("r-9e01"), nullptr);
  model.apply(protocol::Error{"run_ended", "too late", std::nullopt, "c-3"}, at(0));
  EXPECT_EQ(model.find_refusal("c-3")->message, "too late");
  EXPECT_FALSE(model.last_error());
  model.apply(protocol::Error{"unknown_run", "no such run", std::nullopt, std::nullopt}, at(0));
  EXPECT_EQ(model.last_error()->code, "unknown_run");
}

TEST(ViewerModel, AWorkersTargetValueIsItsMetricOfThatName) {
  auto worker = sample::worker("hospital-1");
  worker.accuracy = 0.8;
  worker.loss = 0.5;
  worker.metrics = {{"auc", 0.91}};
  EXPECT_EQ(target_value(worker, {}), 0.8);
  EXPECT_EQ(target_value(worker, {"loss", protocol::Target::Goal::kMin}), 0.5);
  EXPECT_EQ(target_value(worker, {"auc", protocol::Target::Goal::kMax}), 0.91);
  EXPECT_EQ(target_value(worker, {"f1", protocol::Target::Goal::kMax}), std::nullopt);
}

}  // namespace
}  // namespace fedwatt::viewer
