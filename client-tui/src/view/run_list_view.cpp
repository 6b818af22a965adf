#include "view/run_list_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <ftxui/dom/elements.hpp>

#include "input/controller.h"
#include "text/format.h"
#include "view/run_figures.h"
#include "view/table.h"

namespace fedwatt::viewer {
namespace {

const std::vector<Column>& columns() {
  static const std::vector<Column> kColumns{
      {"state", 10, Align::kLeft},
      {"run", 14, Align::kLeft, 0, true},
      {"round", 8},
      {"target", 7},
      {"gain", 7, Align::kRight, 2},
      {"workers", 7, Align::kRight, 3},
      {"power", 7, Align::kRight, 1},
      {"CO2e", 9},
      {"last", 6, Align::kRight, 4},
      {"energy", 9, Align::kRight, 5},
      {"metric", 14, Align::kLeft, 7},
      {"best", 8, Align::kRight, 6},
      {"id", 12, Align::kLeft, 8, true},
  };
  return kColumns;
}

Row row_of(const RunRecord& record, const ViewContext& context, bool selected) {
  const protocol::RunView& run = record.view;
  const Label state = label_of(run.state);
  const bool ended = has_ended(run.state);
  const double age =
      protocol::seconds_between(run.last_event_at, context.model.hub_time(context.now));
  return {{{fmt::format("{} {}", state.sign, state.word), state.tone},
           {printable(run.name), Tone::kStrong},
           {format_progress(run.round, run.total_rounds)},
           {format_target(run.target_value, run.target)},
           {format_gain(run.gain, run.target)},
           {fmt::format("{}/{}", run.workers_online, run.workers_total)},
           {ended ? kMissing : format_power(run.power_w)},
           {format_run_mass(run)},
           {format_age(age), Tone::kQuiet},
           {format_run_energy(run)},
           {printable(run.target.metric), Tone::kQuiet},
           {format_target(run.best_target_value, run.target)},
           {printable(run.run_id), Tone::kQuiet}},
          selected};
}

std::optional<double> add(std::optional<double> sum, std::optional<double> value) {
  if (!value) return sum;
  return sum.value_or(0) + *value;
}

std::string totals(const std::vector<const RunRecord*>& runs) {
  protocol::RunView sum;
  std::ptrdiff_t live = 0;
  for (const RunRecord* run : runs) {
    const auto append = [](auto& list, const auto& more) {
      list.insert(list.end(), more.begin(), more.end());
    };
    sum.emissions_g = add(sum.emissions_g, run->view.emissions_g);
    sum.energy_j = add(sum.energy_j, run->view.energy_j);
    append(sum.energy_sources, run->view.energy_sources);
    append(sum.energy_gaps, run->view.energy_gaps);
    if (has_ended(run->view.state)) continue;
    ++live;
    sum.workers_online += run->view.workers_online;
    sum.power_w = add(sum.power_w, run->view.power_w);
  }
  return fmt::format("{} of {} runs live · {} workers · {} now · {} · {} in all", live, runs.size(),
                     sum.workers_online, format_power(sum.power_w), format_run_energy(sum),
                     format_run_emissions(sum));
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

}  // namespace

ftxui::Element run_list_view(const Style& style, const ViewContext& context, Size size) {
  const auto runs = context.model.runs_in_order();
  if (runs.empty()) return empty_list(style, context) | ftxui::flex;

  const RunRecord* current = current_run(context.ui, context.model);
  std::vector<Row> rows;
  int selected = 0;
  for (const RunRecord* run : runs) {
    if (run == current) selected = static_cast<int>(rows.size());
    rows.push_back(row_of(*run, context, run == current));
  }
  constexpr int kLinesAbove = 2;
  const int height = size.height - kLinesAbove;
  // The selected line is always in sight: the heading takes one line of the table.
  const int first = std::max(0, selected - (height - 2));
  return ftxui::vbox({style.text(clip(totals(runs), size.width)), ftxui::text(""),
                      table(style, columns(), rows, first, size.width, height)});
}

}  // namespace fedwatt::viewer
