#include "view/worker_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <ftxui/dom/elements.hpp>

#include "input/worker_list.h"
#include "text/display_text.h"
#include "view/sized.h"
#include "view/worker_facts.h"
#include "view/worker_reports.h"

namespace fedwatt::viewer {
namespace {

constexpr int kPastLines = 4;
constexpr char kReports[] = "Reports seen, energy and CO2e since the one before";

struct Page {
  const ViewContext& context;
  const RunRecord& run;
  const protocol::WorkerView& worker;
  std::string title;
};

// "● online  ◆ aggregator  1 of 5"
std::string title_of(const protocol::WorkerView& worker, std::ptrdiff_t place, std::size_t count) {
  const Label state = label_of(worker);
  const char* mark = worker.role == protocol::Role::kCoordinator ? "◆ " : "";
  return fmt::format("{} {}  {}{}  {} of {}", state.sign, state.word, mark,
                     clip(printable(worker.worker), 40), place + 1, count);
}

// Who it is, in one line or in two.
std::vector<std::string> who_lines(const Facts& place, int width) {
  std::vector<std::string> lines{""};
  for (const Fact& fact : place) {
    const std::string part = fmt::format("{} {}", fact.name, fact.value);
    const std::string longer = lines.back().empty() ? part : lines.back() + " · " + part;
    if (display_width(longer) <= width || lines.size() == 2) {
      lines.back() = longer;
    } else {
      lines.push_back(part);
    }
  }
  for (std::string& line : lines) line = clip(line, width);
  return lines;
}

ftxui::Element compact(const Style& style, const Page& page, Size size) {
  const Facts place = facts_of_place(page.worker, page.run);
  const Facts work = facts_of_work(page.context, page.worker, page.run);
  const Facts energy = facts_of_energy(page.worker, page.run);
  // What it was told and does, beside what that takes; who it is gets what room is left.
  const int left = (size.width - 1) * 3 / 5;
  const int right = size.width - left - 1;
  const int facts = static_cast<int>(std::max(work.size(), energy.size()));
  auto who = who_lines(place, size.width);
  constexpr int kHeightForAll = 22;
  if (size.height < kHeightForAll) who.resize(1);
  const int rest = size.height - 1 - facts - static_cast<int>(who.size());
  const int past = rest >= 9 ? kPastLines : 2;
  const int reports = std::max(0, rest - past);

  ftxui::Elements lines{style.rule(clip(page.title, size.width - 6), size.width)};
  for (const auto& line : who) lines.push_back(style.text(line, Tone::kQuiet));
  lines.push_back(
      ftxui::hbox({sized(fact_lines(style, work, {left, facts}), {left, facts}), ftxui::text(" "),
                   sized(fact_lines(style, energy, {right, facts}), {right, facts})}));
  lines.push_back(
      sized(worker_past(style, page.run, page.worker, {size.width, past}), {size.width, past}));
  lines.push_back(sized(reports_table(style, page.run, page.worker, {size.width, reports}),
                        {size.width, reports}));
  return ftxui::vbox(std::move(lines));
}

ftxui::Element boxed(const Style& style, const Page& page, Size size) {
  constexpr int kFrame = 2;
  constexpr int kMargin = 2;
  const auto part = [&](const std::string& title, Size outer, const auto& content) {
    const Size inside{outer.width - kFrame - kMargin, outer.height - kFrame};
    auto padded = ftxui::hbox({ftxui::text(" "), content(inside), ftxui::text(" ")});
    return sized(style.box(clip(title, outer.width - 6), std::move(padded)), outer);
  };
  const Facts place = facts_of_place(page.worker, page.run);
  const Facts work = facts_of_work(page.context, page.worker, page.run);
  const Facts energy = facts_of_energy(page.worker, page.run);
  const int third = size.width / 3;
  const int facts = static_cast<int>(std::max({place.size(), work.size(), energy.size()})) + kFrame;
  const int past = kPastLines + kFrame;
  const auto facts_part = [&](const std::string& title, const Facts& shown, int width) {
    return part(title, {width, facts},
                [&](Size inside) { return fact_lines(style, shown, inside); });
  };
  return ftxui::vbox({
      ftxui::hbox({facts_part(page.title, place, third), facts_part("Work", work, third),
                   facts_part("Energy", energy, size.width - 2 * third)}),
      part("Before", {size.width, past},
           [&](Size inside) { return worker_past(style, page.run, page.worker, inside); }),
      part(kReports, {size.width, size.height - facts - past},
           [&](Size inside) { return reports_table(style, page.run, page.worker, inside); }),
  });
}

}  // namespace

ftxui::Element worker_view(const Style& style, const ViewContext& context, const RunRecord& run,
                           Size size) {
  const auto workers = workers_in_order(run, context.ui);
  const auto* worker = selected_worker(workers, context.ui);
  if (!worker) {
    const std::string why = run.workers.empty()
                                ? "No worker has said hello yet"
                                : "No worker matches /" + printable(context.ui.workers_filter);
    return sized(ftxui::center(style.text(clip(why, size.width), Tone::kQuiet)), size);
  }
  const auto place = std::find(workers.begin(), workers.end(), worker) - workers.begin();
  const Page page{context, run, *worker, title_of(*worker, place, workers.size())};
  const bool has_room = size.width >= 100 && size.height >= 30;
  return sized(has_room ? boxed(style, page, size) : compact(style, page, size), size);
}

}  // namespace fedwatt::viewer
