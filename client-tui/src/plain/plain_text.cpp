#include "plain/plain_text.h"

#include <fmt/format.h>

#include "text/display_text.h"
#include "text/format.h"
#include "text/words.h"
#include "view/run_figures.h"

namespace fedwatt::viewer {
namespace {

std::string without_trailing_space(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string round_line(const protocol::RoundView& round, const protocol::RunView& run,
                       bool revised) {
  const std::string gaps = describe_gaps(round.energy_gaps);
  return fmt::format(
      "round {:>4}{}  {} {}  gain {}  {}  (total {}, per point {})  {}{}  {}/{} workers  {}{}",
      round.round, revised ? " revised" : "", printable(run.target.metric),
      format_target(round.target_value, run.target), format_gain(round.gain, run.target),
      format_emissions(round.emissions_g), format_emissions(round.cumulative_emissions_g),
      format_mass(round.g_per_point),
      round.energy_j ? sum_mark(round.energy_sources, round.energy_gaps) : "",
      format_energy(round.energy_j), round.workers_reported, round.workers_expected,
      round.closed_by ? word_of(*round.closed_by) : "open", gaps.empty() ? "" : "  " + gaps);
}

std::string names_or_missing(const std::vector<std::string>& workers) {
  return workers.empty() ? kMissing : names_in_line(workers);
}

// What of a round's line does not follow from earlier rounds, as it is shown.
std::string own_figures(const protocol::RoundView& round, const protocol::RunView& run) {
  return fmt::format("{} {} {}", format_target(round.target_value, run.target),
                     format_emissions(round.emissions_g), round.workers_reported);
}

}  // namespace

std::vector<std::string> runs_lines(const ViewerModel& model, protocol::Timestamp now) {
  const auto line = [](const std::string& state, const std::string& name, const std::string& round,
                       const std::string& target, const std::string& gain,
                       const std::string& workers, const std::string& energy,
                       const std::string& emissions, const std::string& last,
                       const std::string& id) {
    return without_trailing_space(
        fmt::format("{}  {}  {}  {}  {}  {}  {}  {}  {}  {}", fit(state, 10), fit(name, 24),
                    fit(round, 8, Align::kRight), fit(target, 22), fit(gain, 7, Align::kRight),
                    fit(workers, 7, Align::kRight), fit(energy, 9, Align::kRight),
                    fit(emissions, 9, Align::kRight), fit(last, 6, Align::kRight), id));
  };
  std::vector<std::string> lines;
  lines.push_back(
      line("state", "run", "round", "target", "gain", "workers", "energy", "CO2e", "last", "id"));
  for (const RunRecord* record : model.runs_in_order()) {
    const protocol::RunView& run = record->view;
    const Label state = label_of(run.state);
    const double age = protocol::seconds_between(run.last_event_at, model.hub_time(now));
    lines.push_back(
        line(fmt::format("{} {}", state.sign, state.word), printable(run.name),
             format_progress(run.round, run.total_rounds),
             printable(run.target.metric) + " " + format_target(run.target_value, run.target),
             format_gain(run.gain, run.target),
             fmt::format("{}/{}", run.workers_online, run.workers_total), format_run_energy(run),
             format_run_mass(run), format_age(age), printable(run.run_id)));
  }
  return lines;
}

std::vector<std::string> WatchLines::next(const RunRecord& run) {
  std::vector<std::string> lines;
  for (const auto& [number, round] : run.rounds) {
    if (!round.closed_by) continue;
    const std::string now = own_figures(round, run.view);
    const auto [it, is_new] = shown_.try_emplace(number, now);
    if (is_new || it->second != now) lines.push_back(round_line(round, run.view, !is_new));
    it->second = now;
  }
  for (const protocol::EventView& event : run.events) {
    const bool matters = event.alert || event.kind == "policies_changed";
    if (!matters || event.offset <= events_shown_) continue;
    lines.push_back(fmt::format("{} {} {}", event.alert ? "▲" : "·", format_clock(event.at),
                                printable(event.message)));
  }
  if (!run.events.empty()) events_shown_ = run.events.back().offset;
  if (state_ != run.view.state) {
    const Label state = label_of(run.view.state);
    lines.push_back(fmt::format("{} {} ({}) is {}", state.sign, printable(run.view.name),
                                printable(run.view.run_id), state.word));
  }
  state_ = run.view.state;
  return lines;
}

std::vector<std::string> closing_lines(const RunRecord& run) {
  const protocol::RunView& view = run.view;
  std::vector<std::string> lines;
  const auto field = [&](const std::string& name, const std::string& value) {
    lines.push_back(fmt::format("{}  {}", fit(name, 16), value));
  };
  lines.emplace_back("");
  field("run", fmt::format("{} ({}), {}", printable(view.name), printable(view.run_id),
                           label_of(view.state).word));
  field("rounds",
        fmt::format("{} closed of {}", view.rounds_closed, format_count(view.total_rounds)));
  field(printable(view.target.metric), format_target(view.target_value, view.target));
  field("best", fmt::format("{} in round {}", format_target(view.best_target_value, view.target),
                            format_count(view.best_round)));
  field("energy", format_run_energy(view));
  field("emissions", format_run_emissions(view));
  field("reckoned with", describe_settings(view.carbon));
  if (view.edition) field("edition", describe_edition(view.edition));
  field("after the best", format_emissions(emissions_after_best_g(run)));
  if (view.ended_at) {
    field("took", format_duration(protocol::seconds_between(view.started_at, *view.ended_at)));
  }
  lines.emplace_back("");
  const auto row = [&](const std::string& name, const std::string& target,
                       const std::string& energy, const std::string& emissions,
                       const std::string& intensity, const std::string& sources) {
    lines.push_back(without_trailing_space(
        fmt::format("{}  {}  {}  {}  {}  {}", fit(name, 24), fit(target, 10, Align::kRight),
                    fit(energy, 9, Align::kRight), fit(emissions, 8, Align::kRight),
                    fit(intensity, 22), sources)));
  };
  row("worker", printable(view.target.metric), "energy", "CO2e", "grid, g/kWh", "energy from");
  for (const auto& [name, worker] : run.workers) {
    const bool coordinates = worker.role == protocol::Role::kCoordinator;
    row((coordinates ? "◆ " : "") + printable(name),
        format_target(target_value(worker, view.target), view.target),
        worker.energy_j ? fmt::format("{}{}", estimate_mark(worker.energy_source),
                                      format_energy(worker.energy_j))
                        : kMissing,
        format_mass(worker.emissions_g),
        fmt::format("{} {}", format_intensity(worker.intensity_g_per_kwh),
                    printable(worker.intensity_source)),
        describe_sources(worker.energy_source));
  }
  return lines;
}

std::vector<std::string> command_lines(const protocol::CommandStatus& command,
                                       const std::string& run_name) {
  const std::size_t asked =
      command.acknowledged.size() + command.pending.size() + command.offline.size();
  std::vector<std::string> lines;
  lines.push_back(fmt::format("{} {}: {} of {} acknowledged", word_of(command.action),
                              printable(run_name), command.acknowledged.size(), asked));
  lines.push_back("  acknowledged  " + names_or_missing(command.acknowledged));
  if (!command.pending.empty())
    lines.push_back("  pending       " + names_or_missing(command.pending));
  if (!command.offline.empty())
    lines.push_back("  offline       " + names_or_missing(command.offline));
  if (command.outcome == protocol::CommandOutcome::kSuperseded) {
    lines.emplace_back("  superseded by a later command");
  }
  return lines;
}

}  // namespace fedwatt::viewer
