#include "view/run_list_totals.h"

#include <fmt/format.h>

#include <algorithm>
#include <ftxui/dom/elements.hpp>

#include "text/display_text.h"
#include "text/format.h"

namespace fedwatt::viewer {
namespace {

std::string mark_of(const SpentSum& sum) {
  const bool at_least = sum.at_least || !sum.gaps.empty();
  return fmt::format("{}{}", at_least ? "≥" : "", estimate_mark(sum.sources));
}

// "2 marked   3 of 4 match /fash"
std::string chosen(const ViewContext& context, std::size_t listed) {
  const auto& runs = context.model.runs();
  const auto marked =
      std::count_if(context.ui.marked_runs.begin(), context.ui.marked_runs.end(),
                    [&](const std::string& run_id) { return runs.find(run_id) != runs.end(); });
  std::string text;
  if (marked > 0) text += fmt::format("{} {} marked", kMarkSign, marked);
  if (!context.ui.runs_filter.empty()) {
    text += fmt::format("{}{} of {} match /{}", text.empty() ? "" : "   ", listed, runs.size(),
                        clip(printable(context.ui.runs_filter), 16));
  }
  return text;
}

}  // namespace

std::string format_spent_emissions(const SpentSum& sum) {
  return sum.emissions_g ? mark_of(sum) + format_emissions(sum.emissions_g) : kMissing;
}

std::string format_spent_energy(const SpentSum& sum) {
  return sum.energy_j ? mark_of(sum) + format_energy(sum.energy_j) : kMissing;
}

std::vector<ftxui::Element> totals_lines(const Style& style, const ViewContext& context,
                                         std::size_t listed, int width) {
  const RunTotals totals = total_of(context.model, context.model.hub_time(context.now));
  const std::string now =
      fmt::format("{} of {} runs live · {} workers · {} now", totals.live, totals.runs,
                  totals.workers_online, format_power(totals.power_w));
  const std::string spent =
      fmt::format("{} today (UTC) · {} and {} in all", format_spent_emissions(totals.today),
                  format_spent_emissions(totals.in_all), format_spent_energy(totals.in_all));
  constexpr int kWideEnough = 150;  // by the width alone: what figures take must not move lines
  std::vector<std::string> lines{now, spent};
  if (width >= kWideEnough) lines = {now + " · " + spent};

  const std::string right = chosen(context, listed);
  ftxui::Elements elements;
  for (const std::string& line : lines) {
    const bool is_first = elements.empty();
    const int room = is_first && !right.empty() ? width - display_width(right) - 2 : width;
    ftxui::Elements parts{style.text(clip(line, room), Tone::kStrong), ftxui::filler()};
    if (is_first) parts.push_back(style.text(right, Tone::kAccent));
    elements.push_back(ftxui::hbox(std::move(parts)));
  }
  return elements;
}

}  // namespace fedwatt::viewer
