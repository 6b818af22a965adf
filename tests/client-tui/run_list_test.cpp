#include "input/run_list.h"

#include <gtest/gtest.h>

#include "model/run_totals.h"
#include "sample_run.h"
#include "view/run_list_totals.h"

namespace fedwatt::viewer {
namespace {

using Ids = std::vector<std::string>;

class RunList : public testing::Test {
 protected:
  Ids listed(RunsOrder order, bool reversed = false) {
    ui_.order = order;
    ui_.reversed = reversed;
    Ids ids;
    for (const RunRecord* run : listed_runs(model_, ui_)) ids.push_back(run->view.run_id);
    return ids;
  }

  ViewerModel model_ = sample::model();
  UiState ui_;
};

// fashion-mnist is r-7f3a, chest-xray r-11c0, keyboard-next-word r-02bd (finished; perplexity),
// digits r-9e01 (nothing measured yet).
TEST_F(RunList, OrdersByEachColumn) {
  EXPECT_EQ(listed(RunsOrder::kState), (Ids{"r-9e01", "r-7f3a", "r-11c0", "r-02bd"}));
  EXPECT_EQ(listed(RunsOrder::kName), (Ids{"r-11c0", "r-9e01", "r-7f3a", "r-02bd"}));
  EXPECT_EQ(listed(RunsOrder::kTarget), (Ids{"r-11c0", "r-7f3a", "r-02bd", "r-9e01"}));
  EXPECT_EQ(listed(RunsOrder::kGain), (Ids{"r-02bd", "r-7f3a", "r-11c0", "r-9e01"}));
  EXPECT_EQ(listed(RunsOrder::kWorkers), (Ids{"r-11c0", "r-7f3a", "r-9e01", "r-02bd"}));
  EXPECT_EQ(listed(RunsOrder::kPower), (Ids{"r-11c0", "r-7f3a", "r-9e01", "r-02bd"}));
  EXPECT_EQ(listed(RunsOrder::kEmissions), (Ids{"r-11c0", "r-02bd", "r-7f3a", "r-9e01"}));
  EXPECT_EQ(listed(RunsOrder::kAge), (Ids{"r-9e01", "r-7f3a", "r-11c0", "r-02bd"}));
}

TEST_F(RunList, ReversedKeepsWhatHasNoFigureLast) {
  EXPECT_EQ(listed(RunsOrder::kEmissions, true), (Ids{"r-7f3a", "r-02bd", "r-11c0", "r-9e01"}));
  EXPECT_EQ(listed(RunsOrder::kTarget, true), (Ids{"r-7f3a", "r-11c0", "r-02bd", "r-9e01"}));
  EXPECT_EQ(listed(RunsOrder::kState, true), (Ids{"r-02bd", "r-11c0", "r-7f3a", "r-9e01"}));
}

TEST_F(RunList, AMetricThatShouldFallStartsWithTheSmallest) {
  auto better = sample::several_runs()[2];
  better.run_id = "r-02be";
  better.target_value = 20;
  model_.apply(better, sample::at(100));
  EXPECT_EQ(listed(RunsOrder::kTarget), (Ids{"r-11c0", "r-7f3a", "r-02be", "r-02bd", "r-9e01"}));
}

TEST_F(RunList, TheFilterLooksIntoNameIdAndState) {
  ui_.runs_filter = "FASH";
  EXPECT_EQ(listed(RunsOrder::kState), (Ids{"r-7f3a"}));
  ui_.runs_filter = "02BD";
  EXPECT_EQ(listed(RunsOrder::kState), (Ids{"r-02bd"}));
  ui_.runs_filter = "running";
  EXPECT_EQ(listed(RunsOrder::kState), (Ids{"r-9e01", "r-7f3a"}));
  ui_.runs_filter = "running mnist";  // both words
  EXPECT_EQ(listed(RunsOrder::kState), (Ids{"r-7f3a"}));
  ui_.runs_filter = "キーボード";
  EXPECT_EQ(listed(RunsOrder::kState), (Ids{"r-02bd"}));
  ui_.runs_filter = "nothing";
  EXPECT_EQ(listed(RunsOrder::kState), Ids{});
}

TEST_F(RunList, TheSelectedRunIsOneOfThoseListed) {
  ui_.selected_run = "r-11c0";
  EXPECT_EQ(selected_run(listed_runs(model_, ui_), ui_)->view.run_id, "r-11c0");
  ui_.runs_filter = "fash";
  EXPECT_EQ(selected_run(listed_runs(model_, ui_), ui_)->view.run_id, "r-7f3a");
  ui_.runs_filter = "nothing";
  EXPECT_EQ(selected_run(listed_runs(model_, ui_), ui_), nullptr);
}

// Midnight is ten hours before sample::at(0).
constexpr double kMidnight = -10 * 3600;

TEST(RunTotals, CountLiveRunsAndAddUpAllOfThem) {
  const RunTotals totals = total_of(sample::model(), sample::at(sample::kNow));
  EXPECT_EQ(totals.runs, 4U);
  EXPECT_EQ(totals.live, 3U);
  EXPECT_EQ(totals.workers_online, 4 + 9 + 1);
  EXPECT_NEAR(*totals.power_w, 38.2 + 412, 1e-9);
  EXPECT_NEAR(*totals.in_all.emissions_g, 0.4104 + 3204 + 412, 1e-9);
}

TEST(RunTotals, TodayIsExactWhereAllActiveRunsBeganToday) {
  const RunTotals totals = total_of(sample::model(), sample::at(sample::kNow));
  // The finished one ended at 11:46 the day before.
  EXPECT_NEAR(*totals.today.emissions_g, 0.4104 + 3204, 1e-9);
  EXPECT_FALSE(totals.today.at_least);
}

TEST(RunTotals, OfARunOverMidnightNobodyKnowsTheShare) {
  ViewerModel model(sample::at(100));
  auto run = sample::run("r-1", "over midnight");
  run.started_at = sample::at(kMidnight - 1);
  model.apply(run, sample::at(100));
  EXPECT_TRUE(total_of(model, sample::at(100)).today.at_least);
  EXPECT_FALSE(total_of(model, sample::at(100)).today.emissions_g);
  model.apply(sample::run("r-2", "of today"), sample::at(100));
  const SpentSum today = total_of(model, sample::at(100)).today;
  EXPECT_NEAR(*today.emissions_g, 0.4104, 1e-9);
  EXPECT_EQ(format_spent_emissions(today), "≥~410 mgCO2e");
}

TEST(RunTotals, ADayWithoutRunsEmittedNothing) {
  ViewerModel model(sample::at(100));
  model.apply(sample::run(), sample::at(100));
  const SpentSum tomorrow = total_of(model, sample::at(24 * 3600)).today;
  EXPECT_EQ(tomorrow.emissions_g, 0);
  EXPECT_FALSE(tomorrow.at_least);
}

TEST(RunTotals, AnEditionSpendsNothing) {
  ViewerModel model(sample::at(100));
  model.apply(sample::run(), sample::at(100));
  auto edition = sample::run("r-2", "the same elsewhere");
  edition.edition = {"r-7f3a", "region PL", "ada"};
  model.apply(edition, sample::at(100));
  const RunTotals totals = total_of(model, sample::at(100));
  EXPECT_EQ(totals.runs, 2U);
  EXPECT_NEAR(*totals.in_all.emissions_g, 0.4104, 1e-9);
}

}  // namespace
}  // namespace fedwatt::viewer
