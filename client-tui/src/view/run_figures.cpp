#include "view/run_figures.h"

#include <fmt/format.h>

#include <ftxui/dom/elements.hpp>

#include "text/display_text.h"
#include "text/format.h"
#include "view/sparkline.h"

namespace fedwatt::viewer {
namespace {

// `add` puts a line into the panel: name, value, tone, note.
template <class Add>
void add_forecast(const protocol::Forecast& forecast, const protocol::Target& target, Add add) {
  if (const auto& grams = forecast.emissions_g) {
    add("forecast", format_emissions(grams->mean), Tone::kPlain,
        fmt::format("at round {}", forecast.last_round));
    add("80 % band", fmt::format("{} to {}", format_mass(grams->low), format_mass(grams->high)),
        Tone::kPlain, "");
  }
  if (forecast.target_value) {
    add("expected", format_target(forecast.target_value, target), Tone::kPlain,
        printable(target.metric) + ", fitted");
  }
}

}  // namespace

std::string format_run_energy(const protocol::RunView& run) {
  if (!run.energy_j) return kMissing;
  return sum_mark(run.energy_sources, run.energy_gaps) + format_energy(run.energy_j);
}

std::string format_run_emissions(const protocol::RunView& run) {
  if (!run.emissions_g) return kMissing;
  return sum_mark(run.energy_sources, run.energy_gaps) + format_emissions(run.emissions_g);
}

std::string format_run_mass(const protocol::RunView& run) {
  if (!run.emissions_g) return kMissing;
  return sum_mark(run.energy_sources, run.energy_gaps) + format_mass(run.emissions_g);
}

std::optional<double> emissions_after_best_g(const RunRecord& run) {
  const protocol::RoundView* latest = latest_closed_round(run);
  if (!latest || !run.view.best_round || !latest->cumulative_emissions_g) return std::nullopt;
  const auto best = run.rounds.find(*run.view.best_round);
  if (best == run.rounds.end() || !best->second.cumulative_emissions_g) return std::nullopt;
  return *latest->cumulative_emissions_g - *best->second.cumulative_emissions_g;
}

ftxui::Element figure_line(const Style& style, const RunRecord& run, int width) {
  const protocol::RunView& view = run.view;
  const std::string line = fmt::format(
      "round {}  {} {} {}  {}  {}  {}  {}/{} workers",
      format_progress(view.round, view.total_rounds), printable(view.target.metric),
      format_target(view.target_value, view.target), format_gain(view.gain, view.target),
      format_run_emissions(view), format_run_energy(view),
      has_ended(view.state) ? kMissing : format_power(view.power_w), view.workers_online,
      view.workers_total);
  return style.text(clip(line, width), Tone::kStrong);
}

ftxui::Element figure_panel(const Style& style, const RunRecord& run, Size size) {
  const protocol::RunView& view = run.view;
  const protocol::RoundView* latest = latest_closed_round(run);
  const auto wasted = emissions_after_best_g(run);
  constexpr int kNameWidth = 11;

  ftxui::Elements lines;
  const auto add = [&](const std::string& name, const std::string& value, Tone tone = Tone::kPlain,
                       const std::string& note = "") {
    const int room = size.width - kNameWidth - display_width(value) - 1;
    lines.push_back(
        ftxui::hbox({style.text(fit(name, kNameWidth), Tone::kQuiet), style.text(value, tone),
                     ftxui::text(" "), style.text(clip(note, room), Tone::kQuiet)}));
  };
  add(clip(printable(view.target.metric), kNameWidth - 1),
      format_target(view.target_value, view.target), Tone::kStrong,
      fmt::format("{} last round", format_gain(view.gain, view.target)));
  add("best", format_target(view.best_target_value, view.target), Tone::kGood,
      view.best_round ? fmt::format("in round {}", *view.best_round) : "");
  add("emissions", format_run_emissions(view), Tone::kStrong);
  add("last round", format_emissions(latest ? latest->emissions_g : std::nullopt));
  add("per point", format_emissions(latest ? latest->g_per_point : std::nullopt), Tone::kPlain,
      "last round");
  add("after best", format_emissions(wasted),
      wasted.value_or(0) > 0 ? Tone::kWarning : Tone::kPlain,
      wasted && view.emissions_g.value_or(0) > 0
          ? fmt::format("{:.0f} % of all", *wasted / *view.emissions_g * 100)
          : "");
  add("energy", format_run_energy(view), Tone::kStrong, describe_sources(view.energy_sources));
  if (!view.energy_gaps.empty()) {
    lines.push_back(style.text(describe_gaps(view.energy_gaps), Tone::kWarning));
  }
  const protocol::CarbonSettings& with = view.carbon;
  lines.push_back(style.text(
      clip(fmt::format("PUE {} · {:.3g} kWh/GB at {:.3g} g/kWh", format_pue(with.default_pue),
                       with.network_kwh_per_gb, with.network_intensity_g_per_kwh),
           size.width),
      Tone::kQuiet));
  const std::string power = has_ended(view.state) ? kMissing : format_power(view.power_w);
  constexpr int kPowerWidth = 8;  // so that what was before does not move
  add("power", fit(power, kPowerWidth), Tone::kPlain,
      sparkline(figures_of(run.history.samples(), &RunSample::power_w),
                size.width - kNameWidth - kPowerWidth - 1));
  if (view.forecast) add_forecast(*view.forecast, view.target, add);
  add("started", format_clock(view.started_at), Tone::kPlain,
      view.ended_at ? "ended " + format_clock(*view.ended_at) + " UTC" : "UTC");
  return ftxui::vbox(std::move(lines));
}

ftxui::Element command_line(const Style& style, const ViewContext& context, const RunRecord& run,
                            int width) {
  if (context.ui.last_command_run == run.view.run_id) {
    const std::string& id = context.ui.last_command;
    if (const auto* refusal = context.model.find_refusal(id)) {
      return style.text(clip("refused: " + printable(refusal->message), width), Tone::kBad);
    }
    if (!context.model.find_command(id)) {
      return style.text("command sent, the hub has not answered yet", Tone::kWarning);
    }
  }
  const auto* command = context.model.latest_command(run.view.run_id);
  if (!command) return nullptr;
  const std::size_t asked =
      command->acknowledged.size() + command->pending.size() + command->offline.size();
  const double age =
      protocol::seconds_between(command->issued_at, context.model.hub_time(context.now));
  std::string line = fmt::format("{} by {}, {} ago: {} of {} acknowledged",
                                 word_of(command->action), printable(command->issued_by),
                                 format_age(age), command->acknowledged.size(), asked);
  if (!command->pending.empty()) line += " · waiting for " + names_in_line(command->pending);
  if (!command->offline.empty()) line += " · offline: " + names_in_line(command->offline);
  if (command->outcome == protocol::CommandOutcome::kSuperseded) line += " · superseded";
  const bool complete = command->outcome == protocol::CommandOutcome::kAcknowledged;
  return style.text(clip(line, width), complete ? Tone::kGood : Tone::kWarning);
}

}  // namespace fedwatt::viewer
