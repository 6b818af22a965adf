#include "view/run_list_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <ftxui/dom/elements.hpp>

#include "input/run_list.h"
#include "text/format.h"
#include "text/policy_words.h"
#include "view/gauge.h"
#include "view/run_figures.h"
#include "view/run_list_totals.h"
#include "view/table.h"

namespace fedwatt::viewer {
namespace {

constexpr int kGaugeCells = 10;

Sorted sorted_by(const UiState& ui, RunsOrder order) {
  if (ui.order != order) return Sorted::kNo;
  // Names go up from A, and ages from the youngest; figures go down from the largest.
  const bool rises = (order == RunsOrder::kName || order == RunsOrder::kAge) != ui.reversed;
  return rises ? Sorted::kRising : Sorted::kFalling;
}

std::vector<Column> columns(const UiState& ui) {
  const auto by = [&](RunsOrder order) { return sorted_by(ui, order); };
  return {
      {"", 1, Align::kLeft},
      {"state", 10, Align::kLeft, 0, false, by(RunsOrder::kState)},
      {"run", 14, Align::kLeft, 0, true, by(RunsOrder::kName)},
      {"round", 7},
      {"target", 7, Align::kRight, 0, false, by(RunsOrder::kTarget)},
      {"gain", 7, Align::kRight, 2, false, by(RunsOrder::kGain)},
      {"workers", 8, Align::kRight, 4, false, by(RunsOrder::kWorkers)},
      {"power", 7, Align::kRight, 1, false, by(RunsOrder::kPower)},
      {"CO2e", 9, Align::kRight, 0, false, by(RunsOrder::kEmissions)},
      {"budget", 6, Align::kRight, 3},
      {"", kGaugeCells, Align::kLeft, 6},
      {"last", 6, Align::kRight, 5, false, by(RunsOrder::kAge)},
      {"energy", 9, Align::kRight, 7},
      {"after best", 10, Align::kRight, 9},
      {"forecast", 8, Align::kRight, 10},
      {"metric", 14, Align::kLeft, 11},
      {"best", 8, Align::kRight, 8},
      {"id", 12, Align::kLeft, 12, true},
  };
}

std::string after_best(const protocol::RunView& run) {
  return run.emissions_after_best_share ? gauge_share(*run.emissions_after_best_share) : kMissing;
}

std::string forecast_of(const protocol::RunView& run) {
  if (!run.forecast || !run.forecast->emissions_g) return kMissing;
  return format_mass(run.forecast->emissions_g->mean);
}

Row row_of(const RunRecord& record, const ViewContext& context) {
  const protocol::RunView& run = record.view;
  const Label state = label_of(run.state);
  const bool marked = context.ui.marked_runs.count(run.run_id) > 0;
  const auto use = budget_use(run);
  const Tone budget = use ? tone_of_budget(use->share, *run.policies.budget) : Tone::kQuiet;
  const double age =
      protocol::seconds_between(run.last_event_at, context.model.hub_time(context.now));
  return {{marked ? kMarkSign : "", Tone::kAccent},
          {fmt::format("{} {}", state.sign, state.word), state.tone},
          {printable(run.name), Tone::kStrong},
          {format_progress(run.round, run.total_rounds)},
          {format_target(run.target_value, run.target)},
          {format_gain(run.gain, run.target)},
          {fmt::format("{}/{}", run.workers_online, run.workers_total)},
          {has_ended(run.state) ? kMissing : format_power(run.power_w)},
          {format_run_mass(run)},
          {use ? gauge_share(use->share) : kMissing, budget},
          {use ? gauge(use->share, kGaugeCells) : "", budget},
          {format_age(age), Tone::kQuiet},
          {format_run_energy(run)},
          {after_best(run)},
          {forecast_of(run)},
          {printable(run.target.metric), Tone::kQuiet},
          {format_target(run.best_target_value, run.target)},
          {printable(run.run_id), Tone::kQuiet}};
}

// What the columns of a narrow screen have no room for, of the selected run.
ftxui::Element selected_line(const Style& style, const ViewContext& context,
                             const protocol::RunView& run, int width) {
  const double age =
      protocol::seconds_between(run.last_event_at, context.model.hub_time(context.now));
  std::string text =
      fmt::format("{} · {}/{} workers · last message {} ago", clip(printable(run.name), 24),
                  run.workers_online, run.workers_total, format_age(age));
  if (run.energy_j) text += " · " + format_run_energy(run);
  if (run.best_round) {
    text += fmt::format(" · best {} in round {}", format_target(run.best_target_value, run.target),
                        *run.best_round);
  }
  if (!run.energy_gaps.empty()) text += " · " + describe_gaps(run.energy_gaps);
  return style.text(clip(text, width), Tone::kQuiet);
}

ftxui::Element empty_list(const Style& style, const ViewContext& context) {
  const auto state = context.model.connection().state;
  if (state != Connection::State::kLive) {
    return ftxui::center(ftxui::vbox({
        ftxui::hcenter(style.text("No hub yet", Tone::kStrong)),
        ftxui::text(""),
        ftxui::text("Start one with `fedwatt-hub` or `./dev demo`,"),
        ftxui::text("or say where it is with `fedwatt --hub ws://HOST:3000`."),
    }));
  }
  return ftxui::center(ftxui::vbox({
      ftxui::hcenter(style.text("No runs yet", Tone::kStrong)),
      ftxui::text(""),
      ftxui::text("./dev demo          trains on Fashion-MNIST, and shows it here"),
      ftxui::text("docs/worker.md      makes a training of yours report to this hub"),
      ftxui::text(""),
      ftxui::hcenter(
          style.text("A run appears as soon as its first worker says hello.", Tone::kQuiet)),
  }));
}

ftxui::Element nothing_matches(const Style& style, const ViewContext& context, Size size) {
  const std::string filter = clip(printable(context.ui.runs_filter), size.width / 2);
  return ftxui::center(ftxui::vbox({
      ftxui::hcenter(style.text(fmt::format("No run matches /{}", filter), Tone::kStrong)),
      ftxui::text(""),
      ftxui::hcenter(ftxui::text("It is looked for in the name, the id and the state.")),
      ftxui::hcenter(ftxui::text("/ changes it; an empty one shows all runs.")),
  }));
}

}  // namespace

ftxui::Element run_list_view(const Style& style, const ViewContext& context, Size size) {
  if (context.model.runs().empty()) return empty_list(style, context) | ftxui::flex;
  const auto runs = listed_runs(context.model, context.ui);
  auto lines = totals_lines(style, context, runs.size(), size.width);
  lines.push_back(ftxui::text(""));
  if (runs.empty()) {
    lines.push_back(nothing_matches(style, context, size) | ftxui::flex);
    return ftxui::vbox(std::move(lines));
  }

  const RunRecord* selected = selected_run(runs, context.ui);
  TableRows rows;
  rows.count = static_cast<int>(runs.size());
  rows.row_of = [&](int index) { return row_of(*runs[static_cast<std::size_t>(index)], context); };
  rows.selected = static_cast<int>(std::find(runs.begin(), runs.end(), selected) - runs.begin());
  rows.hits = context.hits;
  rows.target_of = [&](int index) {
    return RunRow{runs[static_cast<std::size_t>(index)]->view.run_id};
  };
  const int height = size.height - static_cast<int>(lines.size()) - 1;
  lines.push_back(table(style, columns(context.ui), rows, {size.width, height}));
  lines.push_back(ftxui::filler());
  lines.push_back(selected_line(style, context, selected->view, size.width));
  return ftxui::vbox(std::move(lines));
}

}  // namespace fedwatt::viewer
