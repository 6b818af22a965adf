#include "view/trade_off_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <ftxui/dom/elements.hpp>
#include <utility>

#include "input/controller.h"
#include "model/trade_off.h"
#include "text/display_text.h"
#include "text/format.h"
#include "text/trade_off_words.h"
#include "view/curve.h"
#include "view/hit_map.h"
#include "view/plot.h"
#include "view/run_figures.h"
#include "view/sized.h"
#include "view/table.h"

namespace fedwatt::viewer {
namespace {

constexpr int kBoxedWidth = 110;
constexpr int kLabelWidth = 20;
constexpr PlotSign kSelectedSign{"◉", Tone::kAccent, 5};

std::string title_of(const TradeOff& all) {
  return fmt::format("{} against gCO2e   ○ Pareto front  × dominated",
                     name_of(YAxis::kTarget, all.target));
}

// ---- the picture --------------------------------------------------------------------------------

PlotSign sign_of(const TradeOffRun& run, const TradeOffRun* selected) {
  if (&run == selected) return kSelectedSign;
  return run.on_front ? kFrontSign : kDominatedSign;
}

PlotPoint point_of(const TradeOffRun& run, const TradeOffRun* selected) {
  return {*run.emissions_g, *run.best, sign_of(run, selected),
          clip(printable(run.run->view.name), kLabelWidth)};
}

std::string reading_of(const TradeOffRun& run, const protocol::Target& target) {
  return fmt::format("{} · {} · {}", clip(printable(run.run->view.name), kLabelWidth),
                     format_target(run.best, target), format_run_emissions(run.run->view));
}

Plot plot_of(const TradeOff& all, const TradeOffRun* selected) {
  Plot plot;
  plot.x = {Quantity::kEmissions, 0, {}};
  plot.y.quantity = quantity_of(YAxis::kTarget, all.target);
  PlotSeries runs;
  runs.line = PlotSeries::Line::kNone;
  PlotSeries front;
  front.has_readings = false;
  std::vector<std::string> readings;
  std::vector<std::string> ids;
  for (const TradeOffRun& run : all.runs) {
    if (!run.has_place()) continue;
    runs.points.push_back(point_of(run, selected));
    readings.push_back(reading_of(run, all.target));
    ids.push_back(run.run->view.run_id);
    if (run.on_front) front.points.push_back({*run.emissions_g, *run.best});
  }
  plot.series.push_back(std::move(runs));
  plot.series.push_back(std::move(front));
  plot.reading = [readings = std::move(readings)](PlotPointId id) { return readings[id.point]; };
  plot.run_id = [ids = std::move(ids)](PlotPointId id) { return ids[id.point]; };
  return plot;
}

ftxui::Element picture(const Style& style, const ViewContext& context, const TradeOff& all,
                       const TradeOffRun* selected, Size size) {
  Plot plot = plot_of(all, selected);
  if (!plot.series.front().points.empty()) {
    return plot_view(style, context, std::move(plot), size);
  }
  const std::string why = fmt::format("A run appears here once its first round has {} and CO2e.",
                                      name_of(YAxis::kTarget, all.target));
  return ftxui::center(style.text(clip(why, size.width), Tone::kQuiet));
}

// ---- the list -----------------------------------------------------------------------------------

const std::vector<Column>& columns() {
  static const std::vector<Column> kColumns{
      {"", 2, Align::kLeft},
      {"run", 14, Align::kLeft, 0, true},
      {"best", 7},
      {"CO2e", 9},
      // Of the selected run against this one.
      {"carbon", 7},
      {"gain", 7},
      {"rounds", 7, Align::kRight, 3},
      {"energy", 9, Align::kRight, 4},
      {"state", 10, Align::kLeft, 2},
      {"id", 12, Align::kLeft, 5, true},
  };
  return kColumns;
}

Row row_of(const TradeOff& all, const TradeOffRun& run, const TradeOffRun* selected,
           const UiState& ui) {
  const protocol::RunView& view = run.run->view;
  const Label state = label_of(view.state);
  const bool differs = selected && selected != &run;
  const Difference between = differs ? difference(*selected, run, all.target) : Difference{};
  const PlotSign sign = run.on_front ? kFrontSign : kDominatedSign;
  const std::string marked = ui.marked_runs.count(view.run_id) > 0 ? kMarkSign : "";
  return {{(run.has_place() ? std::string(sign.text) : " ") + marked, sign.ink.tone},
          {printable(view.name), Tone::kStrong},
          {format_target(run.best, all.target)},
          {format_run_mass(view)},
          {differs ? format_change(between.emissions_change) : ""},
          {differs ? format_gain(between.gain, all.target) : ""},
          {format_progress(view.rounds_closed, view.total_rounds)},
          {format_run_energy(view)},
          {fmt::format("{} {}", state.sign, state.word), state.tone},
          {printable(view.run_id), Tone::kQuiet}};
}

ftxui::Element list(const Style& style, const ViewContext& context, const TradeOff& all,
                    const TradeOffRun* selected, Size size) {
  TableRows rows;
  rows.count = static_cast<int>(all.runs.size());
  rows.row_of = [&](int index) {
    return row_of(all, all.runs[static_cast<std::size_t>(index)], selected, context.ui);
  };
  rows.hits = context.hits;
  rows.target_of = [&](int index) -> HitTarget {
    return RunRow{all.runs[static_cast<std::size_t>(index)].run->view.run_id};
  };
  if (selected) rows.selected = static_cast<int>(selected - all.runs.data());
  return sized(table(style, columns(), rows, size), size);
}

// ---- both ---------------------------------------------------------------------------------------

ftxui::Elements sentences(const Style& style, const TradeOff& all, const TradeOffRun& selected,
                          int width) {
  ftxui::Elements lines;
  for (const auto& line : wrapped(describe_trade_off(all, selected), width)) {
    lines.push_back(style.text(clip(line, width), Tone::kStrong));
  }
  std::string more = "carbon, gain: the selected against this";
  if (all.others > 0) {
    more = fmt::format("{} {} judged by another metric; {}", all.others,
                       all.others == 1 ? "run is" : "runs are", more);
  }
  lines.push_back(style.text(clip(more, width), Tone::kQuiet));
  return lines;
}

}  // namespace

ftxui::Element trade_off_view(const Style& style, const ViewContext& context, Size size) {
  const RunRecord* like = current_run(context.ui, context.model);
  if (!like) {
    return ftxui::center(
               style.text("No runs yet: here they stand by what they reached for how much carbon.",
                          Tone::kQuiet)) |
           ftxui::flex;
  }
  const TradeOff all = trade_off(context.model, *like);
  const TradeOffRun* selected = all.find(like->view.run_id);
  const std::string title = title_of(all);
  auto words = sentences(style, all, *selected, size.width);
  const int rest = size.height - static_cast<int>(words.size());
  ftxui::Elements lines;
  if (size.width < kBoxedWidth) {
    const int runs = static_cast<int>(all.runs.size()) + 1;
    const int list_height = std::clamp(runs, 3, std::max(3, rest / 3));
    const Size inside{size.width, rest - list_height - 1};
    lines.push_back(style.rule(clip(title, size.width - 6), size.width));
    lines.push_back(sized(picture(style, context, all, selected, inside), inside));
    for (auto& line : words) lines.push_back(std::move(line));
    lines.push_back(list(style, context, all, selected, {size.width, list_height}));
    return ftxui::vbox(std::move(lines));
  }
  constexpr int kFrame = 2;
  constexpr int kMargin = 2;
  const auto part = [&](const std::string& heading, int width, const auto& content) {
    const Size inside{width - kFrame - kMargin, rest - kFrame};
    auto padded = ftxui::hbox({ftxui::text(" "), sized(content(inside), inside), ftxui::text(" ")});
    return sized(style.box(clip(heading, width - 6), std::move(padded)), {width, rest});
  };
  const int left = size.width / 2;
  lines.push_back(ftxui::hbox({
      part(title, left,
           [&](Size inside) { return picture(style, context, all, selected, inside); }),
      part(fmt::format("Runs {}, the least carbon first", all.runs.size()), size.width - left,
           [&](Size inside) { return list(style, context, all, selected, inside); }),
  }));
  for (auto& line : words) lines.push_back(std::move(line));
  return ftxui::vbox(std::move(lines));
}

}  // namespace fedwatt::viewer
