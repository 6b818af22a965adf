#include "view/run_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <ftxui/dom/elements.hpp>

#include "input/worker_list.h"
#include "text/format.h"
#include "view/sparkline.h"
#include "view/table.h"

namespace fedwatt::viewer {
namespace {

std::vector<Column> round_columns(const RunRecord& run) {
  return {{"", 1, Align::kLeft},
          {"round", 5},
          {printable(run.view.target.metric), 8},
          {"gain", 7},
          {"CO2e", 7},
          {"total", 7},
          {"per point", 9, Align::kRight, 1},
          {"energy", 9},
          {"workers", 7, Align::kRight, 2},
          {"closed by", 9, Align::kLeft, 3},
          {"rev", 3, Align::kRight, 4},
          {"wall", 9, Align::kRight, 5},
          {"loss", 6, Align::kRight, 7},
          {"sent", 7, Align::kRight, 8},
          {"energy from", 14, Align::kLeft, 6, true},
          {"", 16, Align::kLeft, 9, true}};
}

Tone tone_of_gain(std::optional<double> gain) {
  if (!gain) return Tone::kPlain;
  return *gain > 0 ? Tone::kGood : *gain < 0 ? Tone::kBad : Tone::kPlain;
}

Row row_of(const protocol::RoundView& round, const RunRecord& run) {
  const bool best = run.view.best_round == round.round && round.closed_by;
  const std::string sources = describe_sources(round.energy_sources);
  const std::string gaps = describe_gaps(round.energy_gaps);
  const std::string energy = round.energy_j ? sum_mark(round.energy_sources, round.energy_gaps) +
                                                  format_energy(round.energy_j)
                                            : kMissing;
  const bool reported_by_all = round.workers_reported >= round.workers_expected;
  return {{best                    ? "●"
           : round.on_pareto_front ? "○"
                                   : "",
           Tone::kGood},
          {fmt::format("{}", round.round), Tone::kStrong},
          {format_target(round.target_value, run.view.target)},
          {format_gain(round.gain, run.view.target), tone_of_gain(round.gain)},
          {format_mass(round.emissions_g)},
          {format_mass(round.cumulative_emissions_g)},
          {format_mass(round.g_per_point)},
          {energy},
          {fmt::format("{}/{}", round.workers_reported, round.workers_expected),
           reported_by_all ? Tone::kPlain : Tone::kWarning},
          {round.closed_by ? std::string(word_of(*round.closed_by)) : "open",
           round.closed_by ? Tone::kPlain : Tone::kAccent},
          {round.revision > 1 ? fmt::format("{}", round.revision) : "", Tone::kQuiet},
          {format_duration(round.wall_s)},
          {round.loss ? fmt::format("{:.4f}", *round.loss).substr(0, 6) : kMissing},
          {format_bytes(round.bytes_sent)},
          {sources, Tone::kQuiet},
          {gaps, Tone::kWarning}};
}

constexpr int kTrendCells = 10;

std::vector<Column> worker_columns(const RunRecord& run) {
  return {{"state", 10, Align::kLeft},
          {"worker", 13, Align::kLeft, 0, true},
          {"round", 5, Align::kRight, 3},
          {"phase", 11, Align::kLeft, 6},
          {printable(run.view.target.metric), 8, Align::kRight, 1},
          {"power", 8},
          {"trend", kTrendCells, Align::kLeft, 4},
          {"energy", 8},
          {"CO2e", 7},
          {"g/kWh", 5, Align::kRight, 2},
          {"grid from", 9, Align::kLeft, 5},
          {"PUE", 4, Align::kRight, 9},
          {"lag", 6},
          {"energy from", 14, Align::kLeft, 7, true},
          {"", 16, Align::kLeft, 8, true}};
}

std::string trend_of(const RunRecord& run, const std::string& worker) {
  const auto history = run.worker_histories.find(worker);
  if (history == run.worker_histories.end()) return "";
  return sparkline(figures_of(history->second.samples(), &WorkerSample::power_w), kTrendCells);
}

Row row_of(const protocol::WorkerView& worker, const RunRecord& run, protocol::Timestamp hub_now) {
  const Label state = label_of(worker);
  const std::string mark = worker.role == protocol::Role::kCoordinator ? "◆ " : "";
  const std::string_view estimate = estimate_mark(worker.energy_source);
  const auto figure = [&](std::optional<double> value, const std::string& text) {
    return value ? fmt::format("{}{}", estimate, text) : text;
  };
  const std::string lag =
      worker.last_report_at ? format_age(protocol::seconds_between(*worker.last_report_at, hub_now))
                            : kMissing;
  const bool online = worker.state == protocol::WorkerState::kOnline;
  const auto power_w = online ? worker.power_w : std::nullopt;
  return {{fmt::format("{} {}", state.sign, state.word), state.tone},
          {mark + printable(worker.worker), Tone::kStrong},
          {format_count(worker.round)},
          {worker.phase ? std::string(word_of(*worker.phase)) : kMissing},
          {format_target(target_value(worker, run.view.target), run.view.target)},
          {figure(power_w, format_power(power_w))},
          {trend_of(run, worker.worker), Tone::kAccent},
          {figure(worker.energy_j, format_energy(worker.energy_j))},
          {format_mass(worker.emissions_g)},
          {format_intensity(worker.intensity_g_per_kwh)},
          {worker.intensity_source.empty() ? kMissing : printable(worker.intensity_source)},
          {format_pue(worker.pue.value_or(run.view.carbon.default_pue)),
           worker.pue ? Tone::kPlain : Tone::kQuiet},
          {lag, worker.stale ? Tone::kWarning : Tone::kQuiet},
          {describe_sources(worker.energy_source), Tone::kQuiet},
          {worker.reports_missing > 0 ? fmt::format("{} reports lost", worker.reports_missing) : "",
           Tone::kBad}};
}

ftxui::Element no_worker_matches(const Style& style, const ViewContext& context, Size size) {
  const std::string text = "No worker matches /" + printable(context.ui.workers_filter);
  return ftxui::center(style.text(clip(text, size.width), Tone::kQuiet));
}

}  // namespace

ftxui::Element rounds_table(const Style& style, const RunRecord& run, int first, Size size) {
  std::vector<const protocol::RoundView*> rounds;
  rounds.reserve(run.rounds.size());
  for (const auto& [number, round] : run.rounds) rounds.push_back(&round);
  std::reverse(rounds.begin(), rounds.end());  // the newest first
  TableRows rows;
  rows.count = static_cast<int>(rounds.size());
  rows.row_of = [&](int index) { return row_of(*rounds[static_cast<std::size_t>(index)], run); };
  rows.first = first;
  return table(style, round_columns(run), rows, size);
}

ftxui::Element workers_table(const Style& style, const ViewContext& context, const RunRecord& run,
                             Size size) {
  const auto workers = workers_in_order(run, context.ui);
  const auto hub_now = context.model.hub_time(context.now);
  TableRows rows;
  rows.count = static_cast<int>(workers.size());
  rows.row_of = [&](int index) {
    return row_of(*workers[static_cast<std::size_t>(index)], run, hub_now);
  };
  rows.hits = context.hits;
  rows.target_of = [&](int index) {
    return WorkerRow{workers[static_cast<std::size_t>(index)]->worker};
  };
  if (context.ui.workers_focused && !workers.empty()) {
    const auto selected =
        std::find(workers.begin(), workers.end(), selected_worker(workers, context.ui));
    rows.selected = static_cast<int>(selected - workers.begin());
  }
  if (workers.empty() && !run.workers.empty()) return no_worker_matches(style, context, size);
  return table(style, worker_columns(run), rows, size);
}

ftxui::Element event_lines(const Style& style, const RunRecord& run, Size size) {
  const auto count =
      std::min(run.events.size(), static_cast<std::size_t>(std::max(0, size.height)));
  ftxui::Elements lines;
  for (auto it = run.events.end() - static_cast<std::ptrdiff_t>(count); it != run.events.end();
       ++it) {
    const std::string time = format_clock(it->at);
    const int room = size.width - display_width(time) - 2;
    const std::string message = (it->alert ? "▲ " : "") + printable(it->message);
    lines.push_back(
        ftxui::hbox({style.text(time + "  ", Tone::kQuiet),
                     style.text(clip(message, room), it->alert ? Tone::kWarning : Tone::kPlain)}));
  }
  return ftxui::vbox(std::move(lines));
}

}  // namespace fedwatt::viewer
