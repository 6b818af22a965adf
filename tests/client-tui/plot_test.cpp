#include "view/plot.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <cmath>
#include <limits>

#include "sample_run.h"
#include "view/chart.h"
#include "view/dot_canvas.h"
#include "view/hit_map.h"
#include "view/plot_picture.h"
#include "view/screen_view.h"

namespace fedwatt::viewer {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<std::string> lines_of(const GlyphGrid& picture) {
  std::vector<std::string> lines;
  for (int y = 0; y < picture.size().height; ++y) {
    std::string line;
    for (int x = 0; x < picture.size().width; ++x) line += picture.at(x, y).text;
    lines.push_back(line);
  }
  return lines;
}

std::string picture_of(const Plot& plot, Size size) {
  std::string text;
  for (const auto& line : lines_of(draw_plot(plot, lay_out_plot(plot, size), size))) {
    text += line + "\n";
  }
  return text;
}

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

// From (0, 0) to (10, 10) on axes of just that, 4 rows and 20 columns between the axes.
Plot diagonal() {
  Plot plot;
  plot.x = {Quantity::kNumber, 0, 10};
  plot.y = {Quantity::kNumber, 0, 10};
  plot.series.push_back({{{0, 0}, {10, 10}}});
  return plot;
}
constexpr Size kSmall{24, 6};

TEST(PlotAxes, OneUnitForTheWholeAxisByItsEnd) {
  const Axis mass = make_axis(Quantity::kEmissions, 0, 0.41, 4);
  EXPECT_EQ(mass.unit.name, "mgCO2e");
  EXPECT_EQ(mass.label(mass.scale.ticks.back()), "400");
  EXPECT_DOUBLE_EQ(mass.position(0.205), 0.5);
  EXPECT_EQ(make_axis(Quantity::kEmissions, 0, 1.7, 4).unit.name, "gCO2e");
  EXPECT_EQ(make_axis(Quantity::kEnergy, 0, 2e6, 4).unit.name, "MJ");
  EXPECT_EQ(make_axis(Quantity::kDuration, 0, 110, 4).unit.name, "s");
  EXPECT_EQ(make_axis(Quantity::kDuration, 0, 120, 4).unit.name, "min");
  EXPECT_EQ(make_axis(Quantity::kDuration, 0, 7200, 4).unit.name, "h");
  EXPECT_EQ(make_axis(Quantity::kPercent, 0.5, 0.9, 4).label(80), "80");
}

TEST(PlotAxes, RoundsHaveNoParts) {
  const Axis rounds = make_axis(Quantity::kCount, 0, 2, 8);
  EXPECT_EQ(rounds.scale.ticks, (std::vector<double>{0, 1, 2}));
  EXPECT_EQ(rounds.label(1), "1");
}

TEST(DotCanvas, DotsAreBraille) {
  DotCanvas canvas(2, 1);
  EXPECT_EQ(canvas.glyph(0, 0), "");
  canvas.dot(0, 0, Tone::kGood);
  EXPECT_EQ(canvas.glyph(0, 0), "⠁");
  canvas.dot(1, 3, Tone::kBad);
  EXPECT_EQ(canvas.glyph(0, 0), "⢁");
  EXPECT_EQ(canvas.ink(0, 0), Ink(Tone::kBad));
  canvas.dot(4, 0, Tone::kGood);  // outside
  canvas.dot(0, -1, Tone::kGood);
  EXPECT_EQ(canvas.glyph(1, 0), "");
}

TEST(DotCanvas, LinesAreCutAtTheEdges) {
  DotCanvas canvas(3, 1);
  canvas.line(-1e12, 0, 1e12, 0, false, Tone::kPlain);
  for (int column = 0; column < 3; ++column) EXPECT_EQ(canvas.glyph(column, 0), "⠉");
  DotCanvas beside(3, 1);
  beside.line(-5, -5, 50, -5, false, Tone::kPlain);
  beside.line(7, 0, 7, 3, false, Tone::kPlain);
  for (int column = 0; column < 3; ++column) EXPECT_EQ(beside.glyph(column, 0), "");
}

TEST(DotCanvas, DashesLeaveAsMuchOut) {
  DotCanvas canvas(6, 1);
  canvas.line(0, 0, 11, 0, true, Tone::kPlain);
  std::string text;
  for (int column = 0; column < 6; ++column) text += canvas.glyph(column, 0) + "|";
  EXPECT_EQ(text, "⠉|⠁||⠉|⠁||");  // dots 0 to 2 and 6 to 8
}

TEST(Plot, AxesHaveTicksAndOneUnit) {
  Plot plot;
  plot.x = {Quantity::kEmissions, 0, 0.4};
  plot.y = {Quantity::kPercent, 0.5, 0.9};
  plot.series.push_back({{{0.1, 0.6}, {0.3, 0.8}}});
  const std::string text = picture_of(plot, {60, 12});
  EXPECT_EQ(count(text, "mgCO2e"), 1) << text;
  EXPECT_NE(text.find("80 % ┤"), std::string::npos) << text;
  EXPECT_NE(text.find("400 mgCO2e"), std::string::npos) << text;
}

TEST(Plot, WhatIsNoFiniteNumberIsAGap) {
  Plot plot = diagonal();
  const std::string whole = picture_of(plot, kSmall);
  for (const double missing : {kNaN, kInfinity, -kInfinity}) {
    plot.series = {{{{0, 0}, {5, missing}, {10, 10}}}};
    EXPECT_LT(
        count(picture_of(plot, kSmall), "\xE2\xA0") + count(picture_of(plot, kSmall), "\xE2\xA1"),
        count(whole, "\xE2\xA0") + count(whole, "\xE2\xA1"));
    // Ends from the points alone are finite, too.
    plot.x = {Quantity::kNumber, {}, {}};
    plot.y = {Quantity::kNumber, {}, {}};
    EXPECT_EQ(picture_of(plot, kSmall).find("nan"), std::string::npos);
    EXPECT_EQ(picture_of(plot, kSmall).find("inf"), std::string::npos);
  }
}

TEST(Plot, AnEmptyOneAndASinglePointAreDrawn) {
  EXPECT_EQ(lines_of(draw_plot({}, lay_out_plot({}, kSmall), kSmall)).size(), 6U);
  Plot plot;
  plot.series.push_back({{{3, 4, kBestSign}}});
  EXPECT_EQ(count(picture_of(plot, kSmall), "●"), 1);
}

TEST(Plot, TheHigherRankIsSeen) {
  Plot plot = diagonal();
  plot.series.push_back({{{5, 5, kBestSign}, {5, 5, kFrontSign}}, PlotSeries::Line::kNone});
  const std::string text = picture_of(plot, kSmall);
  EXPECT_EQ(count(text, "●"), 1);
  EXPECT_EQ(count(text, "○"), 0);
}

TEST(Plot, SignsThatTouchAreOne) {
  Plot plot = diagonal();
  plot.series.clear();
  plot.series.push_back({{}, PlotSeries::Line::kNone});
  for (int i = 0; i <= 100; ++i) plot.series[0].points.push_back({i * 0.1, 5, kFrontSign});
  const std::string text = picture_of(plot, kSmall);
  EXPECT_EQ(count(text, "○○"), 0) << text;
  EXPECT_GE(count(text, "○"), 8) << text;
}

TEST(Plot, ALimitIsALineWithItsName) {
  Plot plot = diagonal();
  plot.x_limits.push_back({5, "budget 5"});
  plot.y_limits.push_back({9, "target 9"});
  const std::string text = picture_of(plot, {44, 12});
  EXPECT_GE(count(text, "┊"), 8) << text;
  EXPECT_EQ(count(text, "budget 5"), 1) << text;
  EXPECT_EQ(count(text, "┄ target 9 ┄"), 1) << text;
}

TEST(Plot, ALimitBeyondTheEndSaysWhere) {
  Plot plot = diagonal();
  plot.x_limits.push_back({50, "budget 50"});
  const std::string text = picture_of(plot, {44, 12});
  EXPECT_EQ(count(text, "budget 50 ▸"), 1) << text;
  EXPECT_EQ(count(text, "┊"), 0) << text;
  plot.x_limits = {{-5, "never"}, {kNaN, "never"}};
  EXPECT_EQ(count(picture_of(plot, {44, 12}), "never"), 0);
}

TEST(Plot, ABandIsFilledOrHasTwoEdges) {
  Plot plot = diagonal();
  plot.series.clear();
  const auto dots = [&](bool filled) {
    plot.bands = {{{{0, 2, 8}, {10, 4, 6}}, filled}};
    const auto layout = lay_out_plot(plot, {44, 12});
    int cells = 0;
    for (const auto& line : lines_of(draw_plot(plot, layout, {44, 12}))) {
      cells += count(line, "\xE2\xA0") + count(line, "\xE2\xA1") + count(line, "\xE2\xA2") +
               count(line, "\xE2\xA3");
    }
    return cells;
  };
  EXPECT_GT(dots(true), dots(false) * 3 / 2);
  EXPECT_GE(dots(false), 2 * 38);  // two edges, a cell in each column
}

TEST(Plot, TheNearestPointIsTheOneAboveOrBelow) {
  Plot plot = diagonal();
  plot.series = {{{{0, 0}, {5, kNaN}, {6, 10}, {10, 10}}}};
  const auto layout = lay_out_plot(plot, kSmall);
  const int left = layout.left();
  EXPECT_EQ(nearest_point(plot, layout, {left, 0}), (PlotPointId{0, 0}));
  EXPECT_EQ(nearest_point(plot, layout, {left + layout.columns - 1, 3}), (PlotPointId{0, 3}));
  EXPECT_EQ(nearest_point(plot, layout, {left + layout.columns / 2, 3}), (PlotPointId{0, 2}));
  plot.series[0].has_readings = false;
  EXPECT_FALSE(nearest_point(plot, layout, {left, 0}));
}

TEST(Plot, OfTwoCurvesTheNearerOneIsRead) {
  Plot plot = diagonal();
  plot.series = {{{{0, 0}, {10, 0}}}, {{{0, 10}, {10, 10}}}};
  const auto layout = lay_out_plot(plot, {44, 22});
  EXPECT_EQ(nearest_point(plot, layout, {layout.left() + 3, 0}), (PlotPointId{1, 0}));
  EXPECT_EQ(nearest_point(plot, layout, {layout.left() + 3, 19}), (PlotPointId{0, 0}));
}

TEST(Plot, AReadingIsAwayFromThePointer) {
  Plot plot = diagonal();
  plot.reading = [](PlotPointId id) { return "point " + std::to_string(id.point); };
  const auto layout = lay_out_plot(plot, kSmall);
  auto picture = draw_plot(plot, layout, kSmall);
  add_reading(picture, plot, layout, {layout.left() + 1, 0});
  EXPECT_NE(lines_of(picture)[3].find("point 0"), std::string::npos);
  add_reading(picture, plot, layout, {layout.left() + layout.columns - 1, 3});
  EXPECT_NE(lines_of(picture)[0].find("point 1"), std::string::npos);
}

TEST(HitMap, WhatWasDrawnLastIsOnTop) {
  HitMap hits;
  EXPECT_EQ(hits.at({3, 3}), nullptr);
  hits.add({{0, 9, 0, 9}, RunRow{"below"}});
  hits.add({{2, 4, 2, 4}, RunRow{"above"}});
  EXPECT_EQ(std::get<RunRow>(hits.at({3, 4})->what).run_id, "above");
  EXPECT_EQ(std::get<RunRow>(hits.at({5, 4})->what).run_id, "below");
  EXPECT_EQ(hits.at({10, 4}), nullptr);
}

// ---- the run's chart ----------------------------------------------------------------------------

UiState run_screen() {
  UiState ui;
  ui.screen = ScreenName::kRun;
  ui.opened_run = "r-7f3a";
  return ui;
}

std::string screen(const UiState& ui, HitMap* hits = nullptr,
                   const ViewerModel& model = sample::model()) {
  ViewContext context{model, ui, sample::at(sample::kNow), {120, 40}, "ws://h", true};
  context.hits = hits;
  return screen_text(context);
}

TEST(Chart, ThePointerReadsARound) {
  HitMap hits;
  UiState ui = run_screen();
  screen(ui, &hits);
  const auto plot = std::find_if(hits.hits().begin(), hits.hits().end(), [](const Hit& each) {
    return std::holds_alternative<PlotArea>(each.what);
  });
  ASSERT_NE(plot, hits.hits().end());
  const Hit& hit = *plot;
  const auto& area = std::get<PlotArea>(hit.what);
  // The rightmost round is the last closed one; the forecast's end is beyond.
  const ScreenCell left{hit.box.x_min + 7, hit.box.y_max - 3};
  EXPECT_EQ(area.reading(left), "round 1 · 50.0 % · 34.2 mgCO2e");
  EXPECT_TRUE(hit.box.contains(left));
  EXPECT_EQ(screen(ui).find("round 1 ·"), std::string::npos);
  ui.pointer = left;
  EXPECT_NE(screen(ui).find("round 1 · 50.0 % · 34.2 mgCO2e"), std::string::npos);
  ui.pointer = ScreenCell{hit.box.x_max + 1, hit.box.y_min};
  EXPECT_EQ(screen(ui).find("round 12 · "), std::string::npos);
}

TEST(Chart, EveryAxisHasItsUnitAndReading) {
  auto snapshot = sample::snapshot();
  for (auto& round : snapshot.rounds)
    round.ended_at = sample::at(10.0 * static_cast<double>(round.round));
  snapshot.run.offset = 500;
  snapshot.run.forecast->wall_s = protocol::Estimate{412, 400, 424};
  ViewerModel model = sample::model();
  model.apply(snapshot, sample::at(100));
  const RunRecord& run = *model.find_run("r-7f3a");
  UiState ui;
  const auto shown = [&] { return run_plot(ui, run, {200, 30}); };

  ui.x_axis = XAxis::kRound;
  EXPECT_DOUBLE_EQ(shown().series[0].points[3].x, 4);
  EXPECT_DOUBLE_EQ(shown().series[3].points[0].x, 50);  // the forecast's end
  EXPECT_TRUE(shown().x_limits.empty());                // a budget is no number of rounds
  ui.x_axis = XAxis::kEnergy;
  EXPECT_NEAR(shown().series[0].points[0].x, 48.2, 1e-9);
  EXPECT_EQ(shown().reading({0, 0}), "round 1 · 50.0 % · 34.2 mgCO2e · 48.2 J");
  EXPECT_DOUBLE_EQ(shown().series[2].points[1].x, 2440);
  ui.x_axis = XAxis::kTime;
  EXPECT_DOUBLE_EQ(shown().series[0].points[11].x, 120);
  EXPECT_EQ(shown().reading({0, 11}), "round 12 · 84.9 % · 410 mgCO2e · after 2 min 00 s");
  // 12 rounds of 8.24 s in 120 s: 21.12 s lay between them.
  EXPECT_NEAR(shown().series[3].points[0].x, 412 + 120 - 12 * 8.24, 1e-9);
  ui.x_axis = XAxis::kEmissions;
  ui.y_axis = YAxis::kLoss;
  EXPECT_NEAR(shown().series[0].points[0].y, 0.7, 1e-9);
  EXPECT_EQ(shown().series.size(), 1U);  // nobody forecasts the loss
  EXPECT_EQ(shown().reading({0, 0}), "round 1 · 50.0 % · 34.2 mgCO2e · loss 0.700");
}

TEST(Chart, AFarForecastIsSaidAndLeavesTheRoundsTheirRoom) {
  auto snapshot = sample::snapshot();
  snapshot.run.offset = 500;
  snapshot.run.forecast->emissions_g = protocol::Estimate{171, 168, 174};
  ViewerModel model = sample::model();
  model.apply(snapshot, sample::at(100));
  const Plot plot = run_plot({}, *model.find_run("r-7f3a"), {120, 30});
  EXPECT_LT(*plot.x.high, 5 * 0.4104 * 1.1);
  EXPECT_EQ(plot.x_limits.back().label, "◇ 85.9 % at 171 gCO2e");
}

TEST(Chart, OpenRoundsAndMissingFiguresAreGaps) {
  auto snapshot = sample::snapshot();
  snapshot.rounds[4].cumulative_emissions_g.reset();
  snapshot.rounds[5].target_value = kNaN;
  ViewerModel model(sample::at(100));
  model.apply(snapshot, sample::at(100));
  const auto plot = run_plot({}, *model.find_run("r-7f3a"), {120, 30});
  ASSERT_EQ(plot.series[0].points.size(), 12U);
  EXPECT_TRUE(std::isnan(plot.series[0].points[4].x));
  EXPECT_TRUE(std::isnan(plot.series[0].points[5].y));
}

TEST(Chart, SaysWhyThereIsNoCurve) {
  auto snapshot = sample::snapshot();
  for (auto& round : snapshot.rounds) round.loss.reset();
  ViewerModel model(sample::at(100));
  model.apply(snapshot, sample::at(100));
  UiState ui = run_screen();
  ui.y_axis = YAxis::kLoss;
  EXPECT_NE(screen(ui, nullptr, model).find("No closed round has both loss and gCO2e."),
            std::string::npos);
  snapshot.rounds.clear();
  ViewerModel young(sample::at(100));
  young.apply(snapshot, sample::at(100));
  EXPECT_NE(screen(ui, nullptr, young).find("The curve begins when"), std::string::npos);
}

}  // namespace
}  // namespace fedwatt::viewer
