#include "input/log_lines.h"

#include <algorithm>

#include "fedwatt/protocol/codec.h"
#include "input/filter.h"
#include "text/words.h"

namespace fedwatt::viewer {
namespace {

// What the hub writes into the log of events when a command is given: the command's own line says
// more.
constexpr std::string_view kCommandEvent = "command";

bool passes(const LogLine& line, const std::string& filter) {
  if (line.event) {
    return matches_filter(filter, {line.event->kind, line.event->message,
                                   line.event->worker ? *line.event->worker : std::string_view()});
  }
  const auto& command = *line.command;
  return matches_filter(filter, {word_of(command.action), command.issued_by, command.reason});
}

}  // namespace

std::vector<LogLine> log_lines(const ViewerModel& model, const RunRecord& run, const UiState& ui) {
  std::vector<LogLine> lines;
  for (const auto* command : model.commands_of(run.view.run_id))
    lines.push_back({command, nullptr});
  if (!ui.only_commands) {
    for (const auto& event : run.events) {
      if (event.kind != kCommandEvent) lines.push_back({nullptr, &event});
    }
  }
  std::erase_if(lines, [&](const LogLine& line) { return !passes(line, ui.log_filter); });
  std::stable_sort(lines.begin(), lines.end(),
                   [](const LogLine& a, const LogLine& b) { return a.at() < b.at(); });
  return lines;
}

std::vector<std::string> log_export_lines(const ViewerModel& model, const RunRecord& run) {
  std::vector<std::string> texts;
  for (const LogLine& line : log_lines(model, run, {})) {
    const protocol::HubToViewer message =
        line.command ? protocol::HubToViewer{*line.command} : protocol::HubToViewer{*line.event};
    texts.push_back(protocol::encode(message));
  }
  return texts;
}

}  // namespace fedwatt::viewer
