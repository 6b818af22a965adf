#include "view/run_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <ftxui/dom/elements.hpp>

#include "input/worker_list.h"
#include "text/display_text.h"
#include "text/format.h"
#include "view/chart.h"
#include "view/energy_panel.h"
#include "view/grid_panel.h"
#include "view/policy_lines.h"
#include "view/run_figures.h"
#include "view/run_layout.h"
#include "view/run_tables.h"
#include "view/sized.h"

namespace fedwatt::viewer {
namespace {

constexpr int kPanelWidth = 38;
constexpr int kRoundsWidth = 86;

std::string heading(const std::string& name, const std::string& what, bool focused) {
  return fmt::format("{}{}{}", focused ? "▸ " : "", name, what);
}

std::string rounds_title(const ViewContext& context, const RunRecord& run) {
  const std::string closed = format_progress(run.view.rounds_closed, run.view.total_rounds);
  return heading("Rounds", fmt::format(" {} closed", closed), !context.ui.workers_focused);
}

std::string workers_title(const ViewContext& context, const RunRecord& run) {
  std::string what = fmt::format(" {}/{} online  ◆ coordinator  ~ estimate",
                                 run.view.workers_online, run.view.workers_total);
  if (!context.ui.workers_filter.empty()) {
    what += fmt::format("  {} match /{}", workers_in_order(run, context.ui).size(),
                        printable(context.ui.workers_filter));
  }
  return heading("Workers", what, context.ui.workers_focused);
}

std::string events_title(const RunRecord& run) {
  const auto alerts = std::count_if(run.events.begin(), run.events.end(),
                                    [](const protocol::EventView& event) { return event.alert; });
  if (alerts == 0) return "Events";
  return fmt::format("Events  ▲ {} {}", alerts, alerts == 1 ? "alert" : "alerts");
}

ftxui::Element compact_view(const Style& style, const ViewContext& context, const RunRecord& run,
                            Size size, const RunLayout& layout) {
  const int width = size.width;
  const auto& ui = context.ui;
  ftxui::Elements lines{
      style.rule(clip(chart_title(ui, run), width - 6), width),
      sized(chart(style, context, run, {width, layout.chart - 1}), {width, layout.chart - 1})};
  if (layout.source_line) lines.push_back(source_line(style, run, width));
  lines.push_back(sized(rounds_table(style, run, ui.first_round, {width, layout.rounds}),
                        {width, layout.rounds}));
  lines.push_back(
      sized(workers_table(style, context, run, {width, layout.workers}), {width, layout.workers}));
  lines.push_back(sized(event_lines(style, run, {width, layout.events}), {width, layout.events}));
  return ftxui::vbox(std::move(lines));
}

ftxui::Element boxed_view(const Style& style, const ViewContext& context, const RunRecord& run,
                          Size size, const RunLayout& layout) {
  const auto& ui = context.ui;
  // A part of `width` by `height` cells, frame included; `content` is given what is inside.
  const auto part = [&](const std::string& title, int width, int height, const auto& content) {
    constexpr int kFrame = 2;
    constexpr int kMargin = 2;
    const Size inside{width - kFrame - kMargin, height - kFrame};
    auto padded = ftxui::hbox({ftxui::text(" "), content(inside), ftxui::text(" ")});
    return sized(style.box(clip(title, width - 6), std::move(padded)), {width, height});
  };
  const auto chart_part = [&](Size inside) { return chart(style, context, run, inside); };
  const auto figures_part = [&](Size inside) { return figure_panel(style, run, inside); };
  const auto rounds_part = [&](Size inside) {
    return rounds_table(style, run, ui.first_round, inside);
  };
  const auto workers_part = [&](Size inside) { return workers_table(style, context, run, inside); };
  const auto events_part = [&](Size inside) { return event_lines(style, run, inside); };

  const auto energy_part = [&](Size inside) { return energy_panel(style, run, inside); };
  const auto grid_part = [&](Size inside) { return grid_panel(style, run, inside); };

  if (layout.two_columns) {
    const int left = std::max(kRoundsWidth, size.width * 2 / 5);
    const int right = size.width - left;
    const int energy = layout.chart / 2;
    return ftxui::vbox({
        ftxui::hbox({
            part(chart_title(ui, run), size.width - 2 * kPanelWidth, layout.chart, chart_part),
            part("Figures", kPanelWidth, layout.chart, figures_part),
            ftxui::vbox({
                part("Energy by source", kPanelWidth, energy, energy_part),
                part("Grid intensity", kPanelWidth, layout.chart - energy, grid_part),
            }),
        }),
        ftxui::hbox({
            part(rounds_title(context, run), left, layout.rounds, rounds_part),
            ftxui::vbox({
                part(workers_title(context, run), right, layout.workers, workers_part),
                part(events_title(run), right, layout.events, events_part),
            }),
        }),
    });
  }
  const int left = size.width - kPanelWidth;
  return ftxui::vbox({
      ftxui::hbox({
          part(chart_title(ui, run), left, layout.chart, chart_part),
          part("Figures", kPanelWidth, layout.chart, figures_part),
      }),
      ftxui::hbox({
          part(rounds_title(context, run), left, layout.rounds, rounds_part),
          part("Energy by source", kPanelWidth, layout.rounds, energy_part),
      }),
      part(workers_title(context, run), size.width, layout.workers, workers_part),
      ftxui::hbox({
          part(events_title(run), left, layout.events, events_part),
          part("Grid intensity", kPanelWidth, layout.events, grid_part),
      }),
  });
}

}  // namespace

ftxui::Element run_view(const Style& style, const ViewContext& context, const RunRecord& run,
                        Size size) {
  ftxui::Elements lines;
  const auto add_line = [&](ftxui::Element line) {
    lines.push_back(std::move(line));
    --size.height;
  };
  if (const auto edition = describe_edition(run.view.edition); !edition.empty()) {
    add_line(style.text(clip(edition, size.width), Tone::kAccent));
  }
  for (auto& line : policy_lines(style, run.view, size.width)) add_line(std::move(line));
  if (auto line = command_line(style, context, run, size.width)) add_line(std::move(line));
  if (!lay_out_run(size, run.workers.size()).boxed) {
    add_line(figure_line(style, run, size.width));
  }
  const RunLayout layout = lay_out_run(size, run.workers.size());
  lines.push_back(layout.boxed ? boxed_view(style, context, run, size, layout)
                               : compact_view(style, context, run, size, layout));
  return ftxui::vbox(std::move(lines));
}

}  // namespace fedwatt::viewer
