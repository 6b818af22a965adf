#include "view/energy_panel.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ftxui/dom/elements.hpp>

#include "model/energy_split.h"
#include "model/grids.h"
#include "text/display_text.h"
#include "text/format.h"

namespace fedwatt::viewer {
namespace {

constexpr char kNotMeasured[] = "not measured";

std::string_view fill_of(Provenance provenance) {
  switch (provenance) {
    case Provenance::kMeasured:
      return "█";
    case Provenance::kEstimated:
      return "▒";
    case Provenance::kMixed:
      return "▓";
    case Provenance::kUnknown:
      break;
  }
  return "░";
}

std::string mark_of(const ComponentShare& share) {
  const bool estimated =
      share.provenance == Provenance::kEstimated || share.provenance == Provenance::kMixed;
  return fmt::format("{}{}", share.has_gap ? "≥" : "", estimated ? "~" : "");
}

std::string figure_of(const ComponentShare& share) {
  return share.energy_j ? mark_of(share) + format_energy(share.energy_j) : kNotMeasured;
}

double part_of(double energy_j, double total_j) { return total_j > 0 ? energy_j / total_j : 0; }

std::string bar(double share, std::string_view fill, int cells) {
  int full = static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * cells));
  if (share > 0) full = std::max(full, 1);
  std::string text;
  for (int cell = 0; cell < full; ++cell) text += fill;
  return text;
}

ftxui::Element component_line(const Style& style, const ComponentShare& share, double total_j,
                              int name_width, int width) {
  const std::string name = fit(share.component, name_width);
  if (!share.energy_j) {
    return ftxui::hbox({style.text(name, Tone::kQuiet),
                        style.text(clip(kNotMeasured, width - name_width), Tone::kWarning)});
  }
  constexpr int kFigure = 10;
  constexpr int kShare = 6;
  const double part = part_of(*share.energy_j, total_j);
  const int cells = std::max(0, width - name_width - kFigure - kShare);
  return ftxui::hbox({style.text(name, Tone::kQuiet),
                      style.text(fit(bar(part, fill_of(share.provenance), cells), cells)),
                      style.text(fit(figure_of(share), kFigure, Align::kRight), Tone::kStrong),
                      style.text(fit(fmt::format("{:.0f} %", part * 100), kShare, Align::kRight))});
}

ftxui::Element sources_line(const Style& style, const ComponentShare& share, int name_width,
                            int width) {
  std::string text = share.sources.empty() ? "source not said" : describe_sources(share.sources);
  if (share.has_gap) text += ", not by all";
  return style.text(
      std::string(static_cast<std::size_t>(name_width), ' ') + clip(text, width - name_width),
      Tone::kQuiet);
}

// The total told apart by provenance, which is what the fills of the bars mean.
ftxui::Elements legend(const Style& style, const EnergySplit& split, int width) {
  ftxui::Elements lines;
  const auto add = [&](Provenance provenance, const std::string& name, double energy_j) {
    if (energy_j <= 0) return;
    const std::string text =
        fmt::format("{} {:<13}{:>9} {:>3.0f} %", fill_of(provenance), name, format_energy(energy_j),
                    part_of(energy_j, split.total_j) * 100);
    lines.push_back(style.text(clip(text, width), Tone::kQuiet));
  };
  double rest_j = 0;
  double unsaid_j = 0;
  for (const ComponentShare& share : split.components) {
    if (share.provenance == Provenance::kMixed) rest_j += share.energy_j.value_or(0);
    if (share.provenance == Provenance::kUnknown) unsaid_j += share.energy_j.value_or(0);
  }
  add(Provenance::kMeasured, "measured", split.measured_j);
  add(Provenance::kEstimated, "estimated", split.estimated_j);
  add(Provenance::kMixed, "some of each", rest_j);
  add(Provenance::kUnknown, "not said", unsaid_j);
  return lines;
}

}  // namespace

ftxui::Element energy_panel(const Style& style, const RunRecord& run, Size size) {
  const EnergySplit split = split_energy(run);
  if (split.components.empty()) {
    return style.text(clip("Nothing is known by component yet", size.width), Tone::kQuiet);
  }
  int name_width = 4;
  int lines_with_sources = 0;
  for (const ComponentShare& share : split.components) {
    name_width = std::max(name_width, display_width(share.component) + 1);
    lines_with_sources += share.energy_j ? 2 : 1;
  }
  auto meanings = legend(style, split, size.width);
  const int room = size.height - static_cast<int>(meanings.size());
  const bool with_sources = lines_with_sources <= room;

  ftxui::Elements lines;
  for (const ComponentShare& share : split.components) {
    lines.push_back(component_line(style, share, split.total_j, name_width, size.width));
    if (with_sources && share.energy_j) {
      lines.push_back(sources_line(style, share, name_width, size.width));
    }
  }
  if (static_cast<int>(lines.size() + meanings.size()) < size.height) {
    lines.push_back(ftxui::text(""));
  }
  for (auto& line : meanings) lines.push_back(std::move(line));
  return ftxui::vbox(std::move(lines));
}

ftxui::Element source_line(const Style& style, const RunRecord& run, int width) {
  std::string text;
  for (const ComponentShare& share : split_energy(run).components) {
    text += fmt::format("{}{} {}", text.empty() ? "" : " · ", share.component, figure_of(share));
  }
  std::string grids;
  for (const GridShare& grid : grids_of(run)) {
    const std::string region = grid.region.empty() ? "?" : printable(grid.region);
    grids += fmt::format("{}{} {}", grids.empty() ? "" : ", ", region,
                         format_intensity(grid.intensity_g_per_kwh));
  }
  if (!grids.empty()) text += fmt::format("{}{} g/kWh", text.empty() ? "" : " · ", grids);
  return style.text(clip(text, width), Tone::kQuiet);
}

}  // namespace fedwatt::viewer
