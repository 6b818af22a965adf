#include "view/log_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <ftxui/dom/elements.hpp>

#include "input/log_lines.h"
#include "text/display_text.h"
#include "text/format.h"
#include "text/words.h"

namespace fedwatt::viewer {
namespace {

constexpr int kTimeWidth = 10;  // "10:01:57  "

struct Line {
  std::string time;
  std::string text;
  Tone tone = Tone::kPlain;
};

// What was ordered; below it what has come of it.
std::vector<Line> lines_of(const protocol::CommandStatus& command) {
  const auto sign = command.action == protocol::Action::kPause    ? "‖"
                    : command.action == protocol::Action::kResume ? "▸"
                                                                  : "■";
  std::string order =
      fmt::format("{} {} by {}", sign, word_of(command.action), printable(command.issued_by));
  if (command.workers) order += fmt::format(", only for {}", names_in_line(*command.workers));
  if (!command.reason.empty()) order += ": " + printable(command.reason);

  const auto asked = command.acknowledged.size() + command.pending.size() + command.offline.size();
  std::string fate = fmt::format("{} of {} acknowledged", command.acknowledged.size(), asked);
  if (!command.pending.empty()) fate += " · waiting for " + names_in_line(command.pending);
  if (!command.offline.empty()) fate += " · offline: " + names_in_line(command.offline);
  const bool superseded = command.outcome == protocol::CommandOutcome::kSuperseded;
  if (superseded) fate += " · superseded by a later command";
  const bool complete = command.outcome == protocol::CommandOutcome::kAcknowledged;
  return {{format_clock(command.issued_at), order, Tone::kStrong},
          {"", "  " + fate,
           complete     ? Tone::kGood
           : superseded ? Tone::kQuiet
                        : Tone::kWarning}};
}

std::vector<Line> lines_of(const protocol::EventView& event) {
  return {{format_clock(event.at), (event.alert ? "▲ " : "  ") + printable(event.message),
           event.alert ? Tone::kWarning : Tone::kPlain}};
}

std::string summary(const ViewContext& context, const RunRecord& run, std::size_t shown) {
  const auto& ui = context.ui;
  std::string text =
      fmt::format("{} commands, {} events", context.model.commands_of(run.view.run_id).size(),
                  run.events.size());
  if (run.events.size() == ViewerModel::kMaxEvents) text += ", the newest ones";
  if (ui.only_commands) text += " · commands only";
  if (!ui.log_filter.empty()) {
    text += fmt::format(" · {} with \"{}\"", shown, printable(ui.log_filter));
  }
  if (ui.first_log_line > 0) text += fmt::format(" · {} newer below", ui.first_log_line);
  return text;
}

}  // namespace

ftxui::Element log_view(const Style& style, const ViewContext& context, const RunRecord& run,
                        Size size) {
  const auto all = log_lines(context.model, run, context.ui);
  const auto hidden = static_cast<std::size_t>(std::max(0, context.ui.first_log_line));
  const int room = std::max(0, size.height - 1);
  std::vector<Line> lines;  // the lowest first
  for (std::size_t i = all.size() - std::min(all.size(), hidden);
       i > 0 && static_cast<int>(lines.size()) < room; --i) {
    const auto& line = all[i - 1];
    auto own = line.command ? lines_of(*line.command) : lines_of(*line.event);
    lines.insert(lines.end(), own.rbegin(), own.rend());
  }
  lines.resize(std::min(lines.size(), static_cast<std::size_t>(room)));
  std::reverse(lines.begin(), lines.end());

  ftxui::Elements elements{
      style.text(clip(summary(context, run, all.size()), size.width), Tone::kQuiet)};
  if (all.empty()) elements.push_back(style.text("  Nothing yet.", Tone::kQuiet));
  for (const Line& line : lines) {
    elements.push_back(
        ftxui::hbox({style.text(fit(line.time, kTimeWidth), Tone::kQuiet),
                     style.text(clip(line.text, size.width - kTimeWidth), line.tone)}));
  }
  return ftxui::vbox(std::move(elements));
}

}  // namespace fedwatt::viewer
