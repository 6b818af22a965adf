#include "view/grid_panel.h"

#include <fmt/format.h>

#include <algorithm>
#include <ftxui/dom/elements.hpp>

#include "model/grids.h"
#include "text/display_text.h"
#include "text/format.h"
#include "view/sparkline.h"

namespace fedwatt::viewer {
namespace {

constexpr int kNameWidth = 9;
constexpr int kValueWidth = 5;

using Values = std::vector<std::optional<double>>;

ftxui::Element past_line(const Style& style, const std::string& name, std::optional<double> now,
                         const Values& past, int width) {
  constexpr char kUnit[] = " g/kWh ";
  const int room = width - kNameWidth - kValueWidth - display_width(kUnit);
  return ftxui::hbox(
      {style.text(fit(name, kNameWidth), Tone::kQuiet),
       style.text(fit(format_intensity(now), kValueWidth, Align::kRight), Tone::kStrong),
       style.text(kUnit, Tone::kQuiet), style.text(sparkline(past, room))});
}

Values charged(const RunRecord& run) {
  Values values;
  for (const auto& [number, round] : run.rounds) {
    if (round.closed_by) values.push_back(charged_intensity(round));
  }
  return values;
}

ftxui::Element grid_line(const Style& style, const GridShare& grid, int width) {
  const std::string region = grid.region.empty() ? "region ?" : printable(grid.region);
  const std::string who =
      fmt::format("{} {}", grid.workers, grid.workers == 1 ? "worker" : "workers");
  const int room = width - kNameWidth - kValueWidth - 1;
  const std::string source = grid.source.empty() ? kMissing : printable(grid.source);
  const int source_width = std::max(0, room - display_width(who) - 1);
  return ftxui::hbox(
      {style.text(fit(region, kNameWidth)),
       style.text(fit(format_intensity(grid.intensity_g_per_kwh), kValueWidth, Align::kRight)),
       style.text(" " + fit(source, source_width), Tone::kQuiet),
       style.text(fit(who, room - source_width, Align::kRight), Tone::kQuiet)});
}

}  // namespace

ftxui::Element grid_panel(const Style& style, const RunRecord& run, Size size) {
  const Values rounds = charged(run);
  const auto now = mean_intensity(run);
  ftxui::Elements lines;
  lines.push_back(past_line(style, "now", now,
                            figures_of(run.history.samples(), &RunSample::intensity_g_per_kwh),
                            size.width));
  if (size.height > 3) {
    lines.push_back(past_line(style, "with PUE", rounds.empty() ? std::nullopt : rounds.back(),
                              rounds, size.width));
  }
  const auto grids = grids_of(run);
  const int room = size.height - static_cast<int>(lines.size());
  const int count = static_cast<int>(grids.size());
  // The last line says how many there are no lines for.
  const int shown = count <= room ? count : std::max(0, room - 1);
  for (int i = 0; i < shown; ++i) {
    lines.push_back(grid_line(style, grids[static_cast<std::size_t>(i)], size.width));
  }
  if (shown < count && room > 0) {
    lines.push_back(style.text(clip(fmt::format("and {} more grids", count - shown), size.width),
                               Tone::kQuiet));
  }
  return ftxui::vbox(std::move(lines));
}

}  // namespace fedwatt::viewer
