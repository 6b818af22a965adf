#include "view/run_view.h"

#include <fmt/format.h>

#include <ftxui/dom/elements.hpp>

#include "text/display_text.h"
#include "text/format.h"
#include "view/chart.h"
#include "view/policy_lines.h"
#include "view/run_figures.h"
#include "view/run_layout.h"
#include "view/run_tables.h"

namespace fedwatt::viewer {
namespace {

constexpr int kFigurePanelWidth = 38;

ftxui::Element sized(ftxui::Element element, int width, int height) {
  return std::move(element) | ftxui::size(ftxui::WIDTH, ftxui::EQUAL, width) |
         ftxui::size(ftxui::HEIGHT, ftxui::EQUAL, height);
}

std::string heading(const std::string& name, const std::string& what, bool focused) {
  return fmt::format("{}{}{}", focused ? "▸ " : "", name, what);
}

std::string rounds_title(const ViewContext& context, const RunRecord& run) {
  return heading("Rounds", fmt::format(" {}", run.view.rounds_closed), !context.ui.workers_focused);
}

std::string workers_title(const ViewContext& context, const RunRecord& run) {
  return heading("Workers",
                 fmt::format(" {}/{} online  ◆ coordinator  ~ estimate", run.view.workers_online,
                             run.view.workers_total),
                 context.ui.workers_focused);
}

ftxui::Element compact_view(const Style& style, const ViewContext& context, const RunRecord& run,
                            Size size, const RunLayout& layout) {
  const int width = size.width;
  const auto& ui = context.ui;
  return ftxui::vbox({
      style.rule(clip(chart_title(ui, run), width - 6), width),
      sized(chart(style, context, run, {width, layout.chart - 1}), width, layout.chart - 1),
      sized(rounds_table(style, run, ui.first_round, {width, layout.rounds}), width, layout.rounds),
      sized(workers_table(style, context, run, {width, layout.workers}), width, layout.workers),
      sized(event_lines(style, run, {width, layout.events}), width, layout.events),
  });
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
    return sized(style.box(clip(title, width - 6), std::move(padded)), width, height);
  };
  const auto chart_part = [&](Size inside) { return chart(style, context, run, inside); };
  const auto figures_part = [&](Size inside) { return figure_panel(style, run, inside); };
  const auto rounds_part = [&](Size inside) {
    return rounds_table(style, run, ui.first_round, inside);
  };
  const auto workers_part = [&](Size inside) { return workers_table(style, context, run, inside); };
  const auto events_part = [&](Size inside) { return event_lines(style, run, inside); };

  auto top = ftxui::hbox({
      part(chart_title(ui, run), size.width - kFigurePanelWidth, layout.chart, chart_part),
      part("Figures", kFigurePanelWidth, layout.chart, figures_part),
  });
  if (layout.two_columns) {
    const int left = size.width / 2;
    const int right = size.width - left;
    return ftxui::vbox({
        std::move(top),
        ftxui::hbox({
            part(rounds_title(context, run), left, layout.rounds, rounds_part),
            ftxui::vbox({
                part(workers_title(context, run), right, layout.workers, workers_part),
                part("Events", right, layout.events, events_part),
            }),
        }),
    });
  }
  return ftxui::vbox({
      std::move(top),
      part(rounds_title(context, run), size.width, layout.rounds, rounds_part),
      part(workers_title(context, run), size.width, layout.workers, workers_part),
      part("Events", size.width, layout.events, events_part),
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
