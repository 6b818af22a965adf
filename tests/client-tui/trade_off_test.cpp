#include "model/trade_off.h"

#include <gtest/gtest.h>

#include <limits>

#include "sample_run.h"
#include "text/trade_off_words.h"

namespace fedwatt::viewer {
namespace {

using Optional = std::optional<double>;

protocol::RunView run(const std::string& id, Optional emissions_g, Optional best,
                      const std::string& metric = "accuracy") {
  auto view = sample::run(id, id);
  view.emissions_g = emissions_g;
  view.best_target_value = best;
  view.target.metric = metric;
  if (metric == "perplexity") view.target.goal = protocol::Target::Goal::kMin;
  return view;
}

ViewerModel model_of(const std::vector<protocol::RunView>& runs) {
  ViewerModel model(sample::at(0));
  for (const auto& view : runs) model.apply(view, sample::at(0));
  return model;
}

// "b○ a× c": ids in order, with the sign of those on the front and of those that are not.
std::string order_of(const TradeOff& all) {
  std::string text;
  for (const auto& run : all.runs) {
    text += (text.empty() ? "" : " ") + run.run->view.run_id;
    if (run.has_place()) text += run.on_front ? "○" : "×";
  }
  return text;
}

std::string order_of(const std::vector<protocol::RunView>& runs) {
  const ViewerModel model = model_of(runs);
  return order_of(trade_off(model, model.runs().begin()->second));
}

std::string sentence(const std::vector<protocol::RunView>& runs, const std::string& id) {
  const ViewerModel model = model_of(runs);
  const TradeOff all = trade_off(model, *model.find_run(id));
  return describe_trade_off(all, *all.find(id));
}

TEST(TradeOff, TheLeastEmissionsFirstAndWhatNoOtherBeatsIsOnTheFront) {
  EXPECT_EQ(order_of({run("a", 3, 0.8), run("b", 1, 0.7), run("c", 2, 0.6), run("d", 4, 0.9)}),
            "b○ c× a○ d○");
}

TEST(TradeOff, LessIsBetterIfThatIsTheGoal) {
  EXPECT_EQ(order_of({run("a", 1, 30, "perplexity"), run("b", 2, 40, "perplexity"),
                      run("c", 3, 20, "perplexity")}),
            "a○ b× c○");
}

TEST(TradeOff, TwinsAreBothOnTheFrontAndTheWorseOfEqualEmissionsIsNot) {
  EXPECT_EQ(order_of({run("a", 1, 0.8), run("b", 1, 0.8), run("c", 1, 0.7), run("d", 2, 0.8)}),
            "a○ b○ c× d×");
}

TEST(TradeOff, WhatLacksAFigureHasNoPlace) {
  EXPECT_EQ(order_of({run("a", {}, 0.8), run("b", 1, {}), run("c", 2, 0.5),
                      run("d", std::numeric_limits<double>::quiet_NaN(), 0.9),
                      run("e", 3, std::numeric_limits<double>::infinity())}),
            "c○ a b d e");
  EXPECT_EQ(order_of({run("a", {}, {})}), "a");
}

TEST(TradeOff, RunsJudgedByAnotherMetricAreCounted) {
  const ViewerModel model = model_of(
      {run("a", 1, 0.8), run("b", 1, 0.9, "auc"), run("c", 1, 12, "perplexity"), run("d", 2, 0.9)});
  const TradeOff all = trade_off(model, *model.find_run("d"));
  EXPECT_EQ(order_of(all), "a○ d○");
  EXPECT_EQ(all.others, 2U);
  EXPECT_EQ(all.find("b"), nullptr);
}

TEST(TradeOff, DifferencesAreSharesAndGains) {
  const ViewerModel model =
      model_of({run("a", 62, 0.894), run("b", 100, 0.9), run("c", 0, 0.1), run("d", {}, 0.1)});
  const TradeOff all = trade_off(model, *model.find_run("a"));
  const Difference ab = difference(*all.find("a"), *all.find("b"), all.target);
  EXPECT_NEAR(*ab.emissions_change, -0.38, 1e-12);
  EXPECT_NEAR(*ab.gain, -0.006, 1e-12);
  EXPECT_FALSE(difference(*all.find("a"), *all.find("c"), all.target).emissions_change);
  EXPECT_FALSE(difference(*all.find("d"), *all.find("a"), all.target).emissions_change);
}

TEST(TradeOff, TheSentenceIsAboutTheNeighbourOnTheFront) {
  const std::vector runs{run("fedprox", 62, 0.894), run("fedavg", 100, 0.9),
                         run("worse", 150, 0.85)};
  EXPECT_EQ(sentence(runs, "fedprox"), "fedprox: 38 % less carbon than fedavg, for 0.60 points.");
  EXPECT_EQ(sentence(runs, "fedavg"),
            "fedavg: 61 % more carbon than fedprox, and 0.60 points better.");
  EXPECT_EQ(sentence(runs, "worse"),
            "worse is beaten by fedavg: 5.00 points better for 33 % less carbon.");
}

TEST(TradeOff, TheSentenceOfOtherMetricsAndOfLargeFactors) {
  const std::vector runs{run("a", 1, 32, "perplexity"), run("b", 40, 30, "perplexity")};
  EXPECT_EQ(sentence(runs, "a"), "a: 98 % less carbon than b, for 2.00 of perplexity.");
  EXPECT_EQ(sentence(runs, "b"), "b: 40.0 times the carbon of a, and 2.00 better.");
  const std::vector free{run("a", 0, 0.5), run("b", 40, 0.6)};
  EXPECT_EQ(sentence(free, "b"), "b: 10.00 points better than a.");
}

TEST(TradeOff, TheSentenceWhereThereIsNothingToCompare) {
  EXPECT_EQ(sentence({run("a", 1, 0.8)}, "a"),
            "a is the only run with accuracy and emissions so far.");
  EXPECT_EQ(sentence({run("a", 1, 0.8), run("b", 2, 0.7)}, "a"),
            "a is the best, and has the least carbon.");
  EXPECT_EQ(sentence({run("a", 1, 0.8), run("b", {}, 0.7)}, "b"), "b has no emissions yet.");
  EXPECT_EQ(sentence({run("a", 1, 0.8), run("b", {}, {})}, "b"),
            "b has no accuracy and emissions yet.");
  EXPECT_EQ(sentence({run("a", 1, 0.8), run("b", 1, 0.8)}, "b"),
            "b and a are equally good for as much carbon.");
}

TEST(TradeOff, RunsOfOneNameAreToldApartById) {
  std::vector runs{run("r-1", 1, 0.8), run("r-2", 2, 0.9)};
  for (auto& view : runs) view.name = "digits";
  EXPECT_EQ(sentence(runs, "r-1"),
            "digits (r-1): 50 % less carbon than digits (r-2), for 10.00 points.");
}

TEST(TradeOff, ChangesInShort) {
  EXPECT_EQ(format_change(-0.38), "−38 %");
  EXPECT_EQ(format_change(0.032), "+3.2 %");
  EXPECT_EQ(format_change(0.0), "±0 %");
  EXPECT_EQ(format_change(41), "×42.0");
  EXPECT_EQ(format_change({}), "–");
}

}  // namespace
}  // namespace fedwatt::viewer
