#include "view/screen_view.h"

#include <fmt/format.h>

#include <cmath>
#include <ftxui/dom/elements.hpp>
#include <ftxui/screen/screen.hpp>

#include "input/controller.h"
#include "input/keymap.h"
#include "text/display_text.h"
#include "text/format.h"
#include "view/dialogs.h"
#include "view/run_list_view.h"
#include "view/run_view.h"
#include "view/style.h"

namespace fedwatt::viewer {
namespace {

struct Status {
  std::string text;
  Tone tone = Tone::kPlain;
};

Status connection_status(const ViewContext& context) {
  const Connection& connection = context.model.connection();
  const std::string age = format_age(protocol::seconds_between(connection.since, context.now));
  switch (connection.state) {
    case Connection::State::kLive:
      return {"● live", Tone::kGood};
    case Connection::State::kConnecting:
      return {fmt::format("◌ connecting for {}", age), Tone::kWarning};
    case Connection::State::kReconnecting:
      return {fmt::format("◌ reconnecting for {}", age), Tone::kWarning};
    case Connection::State::kRefused:
      return {"✗ refused", Tone::kBad};
  }
  return {};
}

ftxui::Element title_bar(const Style& style, const ViewContext& context, const RunRecord* run) {
  const Status status = connection_status(context);
  const std::string right = fmt::format("  {}", printable(context.hub_url));
  int room = context.size.width - display_width(status.text) - display_width(right);
  ftxui::Elements parts;
  const auto add = [&](const std::string& text, Tone tone) {
    const std::string clipped = clip(text, room);
    room -= display_width(clipped);
    parts.push_back(style.text(clipped, tone));
  };
  add("fedwatt", Tone::kAccent);
  if (context.ui.screen == ScreenName::kRuns) {
    add("  runs", Tone::kStrong);
  } else if (run) {
    const Label state = label_of(run->view.state);
    add("  " + clip(printable(run->view.name), 30), Tone::kStrong);
    add(fmt::format("  {} {}", state.sign, state.word), state.tone);
    add("  " + printable(run->view.run_id) + " ", Tone::kQuiet);
  }
  parts.push_back(ftxui::filler());
  parts.push_back(style.text(status.text, status.tone));
  parts.push_back(style.text(right, Tone::kQuiet));
  return ftxui::hbox(std::move(parts));
}

// Without a run there is nothing to open, and one that has ended takes no commands.
bool is_valid_now(Intent intent, const RunRecord* run) {
  const bool is_command =
      intent == Intent::kPause || intent == Intent::kResume || intent == Intent::kStop;
  if (intent == Intent::kOpen) return run != nullptr;
  return !is_command || (run && !has_ended(run->view.state));
}

ftxui::Element footer(const Style& style, const ViewContext& context, const RunRecord* run) {
  ftxui::Elements parts;
  for (const Binding& binding : bindings_of(context.ui.screen)) {
    if (binding.label.empty() || !is_valid_now(binding.intent, run)) continue;
    parts.push_back(style.text(fmt::format(" {} ", binding.keys), Tone::kAccent));
    parts.push_back(style.text(fmt::format("{}  ", binding.label)));
  }
  parts.push_back(ftxui::filler());
  const Connection& connection = context.model.connection();
  if (context.ui.closes_at) {
    const double left = protocol::seconds_between(context.now, *context.ui.closes_at);
    parts.push_back(
        style.text(fmt::format("closes in {:.0f} s, any key stays", std::max(0.0, std::ceil(left))),
                   Tone::kWarning));
  } else if (connection.state != Connection::State::kLive) {
    parts.push_back(
        style.text(clip(printable(connection.reason), context.size.width / 2), Tone::kWarning));
  } else if (const auto& error = context.model.last_error()) {
    parts.push_back(
        style.text(clip(printable(error->message), context.size.width / 2), Tone::kBad));
  }
  return ftxui::hbox(std::move(parts));
}

// Says why nothing moves, and that anybody may move it; empty if neither is so.
ftxui::Elements banner(const Style& style, const ViewContext& context) {
  ftxui::Elements lines;
  const auto add = [&](const std::string& text, Tone tone) {
    lines.push_back(style.text(clip(text, context.size.width), tone));
  };
  if (context.model.connection().insecure) add(std::string(kInsecureHub), Tone::kWarning);
  const auto& trouble = context.model.store_trouble();
  if (trouble) add(describe_store(trouble), Tone::kBad);
  return lines;
}

ftxui::Element too_small(const ViewContext& context) {
  return ftxui::center(ftxui::vbox({
      ftxui::hcenter(ftxui::text("fedwatt needs more room:")),
      ftxui::hcenter(
          ftxui::text(fmt::format("{}×{}, here it has {}×{}", kSmallestSize.width,
                                  kSmallestSize.height, context.size.width, context.size.height))),
  }));
}

ftxui::Element main_view(const Style& style, const ViewContext& context, const RunRecord* run,
                         Size size) {
  if (context.ui.screen == ScreenName::kRuns) return run_list_view(style, context, size);
  if (run) return run_view(style, context, *run, size);
  return ftxui::center(style.text(
      clip("Waiting for the run " + printable(context.ui.opened_run), size.width), Tone::kQuiet));
}

}  // namespace

ftxui::Element screen_view(const ViewContext& context) {
  if (context.size.width < kSmallestSize.width || context.size.height < kSmallestSize.height) {
    return too_small(context);
  }
  const Style style(context.colored);
  const RunRecord* run = current_run(context.ui, context.model);
  constexpr int kTitleAndFooter = 2;
  auto lines = banner(style, context);
  const Size size{context.size.width,
                  context.size.height - kTitleAndFooter - static_cast<int>(lines.size())};
  lines.insert(lines.begin(), title_bar(style, context, run));
  lines.push_back(main_view(style, context, run, size) | ftxui::flex);
  lines.push_back(footer(style, context, run));
  auto screen = ftxui::vbox(std::move(lines));
  if (context.ui.help) return ftxui::dbox({std::move(screen), help_dialog(style, context)});
  const bool asks =
      context.ui.confirmation && context.model.find_run(context.ui.confirmation->run_id);
  if (asks) return ftxui::dbox({std::move(screen), confirmation_dialog(style, context)});
  return screen;
}

std::string screen_text(const ViewContext& context) {
  ftxui::Screen screen(context.size.width, context.size.height);
  ftxui::Render(screen, screen_view(context));
  std::string text;
  for (int y = 0; y < screen.dimy(); ++y) {
    std::string line;
    for (int x = 0; x < screen.dimx(); ++x) line += screen.at(x, y);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace fedwatt::viewer
