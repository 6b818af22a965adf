#include "compare/figures_text.h"

#include <gmock/gmock.h>

#include "text/display_text.h"

namespace fedwatt::viewer {
namespace {

using protocol::ComparedRun;
using protocol::Comparison;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

ComparedRun run(const std::string& name, double best, double total_g, double target_g) {
  ComparedRun run;
  run.figures.run_id = "20260101-093000-" + name;
  run.figures.name = name;
  run.figures.state = protocol::RunState::kFinished;
  run.figures.rounds_closed = 12;
  run.figures.best_round = 9;
  run.figures.best_target_value = best;
  run.figures.energy_j = 3.6e6;
  run.figures.energy_sources = {"rapl"};
  run.figures.emissions_g = total_g;
  run.figures.wall_s = 90;
  run.figures.to_target = protocol::ToTarget{0.8, 5, 1.8e6, 45.0, target_g, {}};
  run.figures.within_emissions = protocol::WithinEmissions{10, 4, 0.75};
  run.rank_within_emissions = 1;
  return run;
}

// As the hub would say it: B needs half of what A needs, and ends 40 % below it, 0.6 points worse.
Comparison two_runs() {
  Comparison comparison{{}, 0.8, 10.0, {}, {run("A", 0.86, 20, 16), run("B", 0.854, 12, 8)}};
  comparison.runs[0].rank_to_target = 2;
  comparison.runs[0].emissions_change = 0;
  comparison.runs[0].target_gain = 0;
  comparison.runs[1].rank_to_target = 1;
  comparison.runs[1].emissions_change = -0.4;
  comparison.runs[1].target_gain = -0.006;
  comparison.runs[1].on_pareto_front = true;
  return comparison;
}

TEST(ComparisonText, HasALineForEachFigureAndAColumnForEachRun) {
  const auto lines = comparison_lines(two_runs());
  EXPECT_EQ(lines.front(), "Judged by accuracy: more is better.");
  const auto row = [](const char* label, const char* a, const char* b) {
    return fit(label, 22) + " " + fit(a, 25, Align::kRight) + " " + fit(b, 25, Align::kRight);
  };
  EXPECT_THAT(lines, Contains(row("", "A", "B")));
  EXPECT_THAT(lines, Contains(row("best accuracy", "86.0 %", "85.4 %")));
  EXPECT_THAT(lines, Contains(row("  in round", "9/12", "9/12")));
  EXPECT_THAT(lines, Contains(row("CO2e", "20.0 g", "12.0 g")));
  EXPECT_THAT(lines, Contains(row("Until 80.0 %", "round 5", "round 5")));
  EXPECT_THAT(lines, Contains(row("  rank by CO2e", "#2", "#1")));
  EXPECT_THAT(lines, Contains(row("Within 10.0 gCO2e", "75.0 %", "75.0 %")));
  EXPECT_THAT(lines, Contains(row("Pareto front", "–", "◆")));
  EXPECT_THAT(lines, Contains(row("  CO2e", "±0 %", "−40 %")));
  EXPECT_THAT(lines, Contains(row("  best accuracy", "±0.00", "−0.60")));
}

TEST(ComparisonText, SaysInASentenceWhichRunDidBest) {
  auto comparison = two_runs();
  EXPECT_EQ(
      comparison_summary(comparison),
      "B reached 80.0 % with the least CO2e, 8.00 g: 50 % less than A; in all it emitted 40 % "
      "less than A, and its best accuracy is 0.60 points worse.");
  std::swap(comparison.runs[0], comparison.runs[1]);  // the first is the best: it leads the next
  EXPECT_EQ(comparison_summary(comparison),
            "B reached 80.0 % with the least CO2e, 8.00 g: 50 % less than A.");
  for (auto& each : comparison.runs) each.rank_to_target.reset();
  EXPECT_THAT(comparison_summary(comparison), StartsWith("No run has"));
}

TEST(ComparisonText, FitsIntoEightyCellsWhateverTheNames) {
  Comparison comparison{{}, 0.8, 10.0, {0.5, 300.0}, {}};
  for (std::string name : {"a", "the-name-of-a-run-that-is-much-too-long-for-a-column", "連合学習",
                           "evil\x1b[2J", "fifth", "sixth"}) {
    comparison.runs.push_back(run(name, 0.9, 1e6, 1e-6));
    comparison.runs.back().figures.energy_gaps = {"gpu"};
    comparison.runs.back().rank_to_target = 1;
    const auto lines = comparison_lines(comparison);
    for (const auto& line : lines) EXPECT_LE(display_width(line), 80) << line;
    EXPECT_THAT(lines, Each(Not(HasSubstr("\x1b"))));
  }
}

TEST(ComparisonText, RunsOfOneNameAreToldApartByTheirIds) {
  Comparison comparison{{}, 0.8, 10.0, {}, {run("A", 0.9, 1, 1), run("B", 0.9, 1, 1)}};
  comparison.runs[1].figures.name = "A";
  EXPECT_THAT(comparison_lines(comparison),
              Contains(AllOf(HasSubstr("20260101-093000-A"), HasSubstr("20260101-093000-B"))));
}

TEST(ComparisonText, OfWhatIsNotKnownNothingIsSaid) {
  Comparison comparison;
  comparison.runs.resize(2);
  comparison.runs[0].figures.name = "a";
  comparison.runs[1].figures.name = "b";
  const auto lines = comparison_lines(comparison);
  EXPECT_THAT(lines, Contains(AllOf(StartsWith("CO2e"), HasSubstr("–"), Not(HasSubstr("0 g")))));
  EXPECT_THAT(lines, Not(Contains(StartsWith("Until"))));
  EXPECT_THAT(lines, Not(Contains(StartsWith("Within"))));
}

TEST(ComparisonCsv, HasARowForEachRunAndQuotesNames) {
  auto comparison = two_runs();
  comparison.runs[0].figures.name = "=1+1, \"x\"";
  comparison.runs[1].figures.to_target.reset();
  const auto csv = comparison_csv(comparison);
  EXPECT_THAT(csv, StartsWith("run_id,name,state,best_target_value,best_round,energy_j,"));
  // Not known is empty: intensity, worker_s, power_w and others are in neither.
  EXPECT_THAT(csv, HasSubstr("\r\n20260101-093000-A,\"'=1+1, \"\"x\"\"\",finished,0.86,9,3600000,"
                             "20,,90,,,,,,,,5,1800000,45,16,2,0.75,1,false,0,0\r\n"));
  EXPECT_THAT(csv, HasSubstr("\r\n20260101-093000-B,B,finished,0.854,9,3600000,12,,90,,,,,,,,,,,,1,"
                             "0.75,1,true,-0.4,-0.006\r\n"));
}

TEST(FiguresText, HasEachFigureWithItsUnitAndEachSource) {
  protocol::DetailedFigures detailed;
  detailed.figures = run("digits", 0.86, 20, 16).figures;
  auto& figures = detailed.figures;
  figures.energy_by_component.cpu_j = 3.6e6;
  figures.energy_sources = {"model", "rapl"};
  figures.energy_gaps = {"gpu"};
  figures.intensity_g_per_kwh = 56.039;
  figures.power_w = 40'000;
  figures.edp_js = 3.24e8;
  figures.emissions_after_best_g = 5;
  figures.emissions_after_best_share = 0.25;
  figures.zeus_cost_j = 2.7e6;
  detailed.zeus = {0.25, 20'000.0};
  detailed.pareto_front = {{1, 2, 0.5}, {9, 15, 0.86}};
  detailed.equivalents = {{"smartphones charged", 1.6129, 12.4, "US EPA", 2024}};
  EXPECT_THAT(figures_lines(detailed),
              ElementsAre("digits (20260101-093000-digits), finished, 12 rounds closed",
                          "best accuracy          86.0 % in round 9",
                          "energy                 ≥~3.60 MJ  (CPU 3.60 MJ)  GPU not measured",
                          "emissions              ≥~20.0 gCO2e",
                          "after the best round   5.00 gCO2e  (25.0 % of all)",
                          "mean intensity         56.0 g/kWh",
                          "time                   1 min 30 s  (the rounds, one after the other)",
                          "work                   –",
                          "mean power             40.0 kW  (of all workers together)",
                          "energy-delay product   324 MJ·s", "energy for an example  –",
                          "Zeus cost              2.70 MJ  (η 0.25, 20.0 kW at most)",
                          "until 80.0 %           round 5: 1.80 MJ, 45.0 s, 16.0 gCO2e",
                          "within 10.0 gCO2e      75.0 % in round 4",
                          "Pareto front           rounds 1, 9", "", "As much CO2 as",
                          "      1.61 smartphones charged, at 12.4 g", "           US EPA (2024)"));
}

}  // namespace
}  // namespace fedwatt::viewer
