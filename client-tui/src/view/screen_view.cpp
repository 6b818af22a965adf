#include "view/screen_view.h"

#include <fmt/format.h>

#include <cmath>
#include <ftxui/dom/elements.hpp>
#include <ftxui/screen/screen.hpp>

#include "input/colon_commands.h"
#include "input/controller.h"
#include "input/keymap.h"
#include "text/display_text.h"
#include "text/format.h"
#include "view/compare_view.h"
#include "view/dialogs.h"
#include "view/log_view.h"
#include "view/page.h"
#include "view/run_list_view.h"
#include "view/run_view.h"
#include "view/style.h"
#include "view/trade_off_view.h"
#include "view/worker_view.h"

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

std::string_view name_of(ScreenName screen) {
  switch (screen) {
    case ScreenName::kRuns:
      return "runs";
    case ScreenName::kRun:
      return "";
    case ScreenName::kWorker:
      return "worker";
    case ScreenName::kTradeOff:
      return "trade-off";
    case ScreenName::kCompare:
      return "compare";
    case ScreenName::kLog:
      return "log";
  }
  return "";
}

ftxui::Element title_bar(const Style& style, const ViewContext& context, const RunRecord* run) {
  const Status status = connection_status(context);
  const std::string held = context.ui.frozen ? "▮ frozen, f goes on  " : "";
  const std::string right = fmt::format("  {}", printable(context.hub_url));
  int room =
      context.size.width - display_width(status.text) - display_width(right) - display_width(held);
  ftxui::Elements parts;
  const auto add = [&](const std::string& text, Tone tone) {
    const std::string clipped = clip(text, room);
    room -= display_width(clipped);
    parts.push_back(style.text(clipped, tone));
  };
  add("fedwatt", Tone::kAccent);
  if (const auto name = name_of(context.ui.screen); !name.empty()) {
    add(fmt::format("  {}", name), Tone::kStrong);
  }
  const bool is_of_a_run = context.ui.screen == ScreenName::kRun ||
                           context.ui.screen == ScreenName::kWorker ||
                           context.ui.screen == ScreenName::kLog;
  if (is_of_a_run && run) {
    const Label state = label_of(run->view.state);
    add("  " + clip(printable(run->view.name), 30), Tone::kStrong);
    add(fmt::format("  {} {}", state.sign, state.word), state.tone);
    add("  " + printable(run->view.run_id) + " ", Tone::kQuiet);
  }
  parts.push_back(ftxui::filler());
  parts.push_back(style.text(held, Tone::kWarning));
  parts.push_back(style.text(status.text, status.tone));
  parts.push_back(style.text(right, Tone::kQuiet));
  return ftxui::hbox(std::move(parts));
}

// What there is to say about the last key, the end, or the connection.
Status footer_status(const ViewContext& context) {
  const Connection& connection = context.model.connection();
  if (!context.ui.notice.empty()) return {context.ui.notice, Tone::kWarning};
  if (context.ui.closes_at) {
    const double left = protocol::seconds_between(context.now, *context.ui.closes_at);
    return {fmt::format("closes in {:.0f} s, any key stays", std::max(0.0, std::ceil(left))),
            Tone::kWarning};
  }
  if (connection.state != Connection::State::kLive) {
    return {printable(connection.reason), Tone::kWarning};
  }
  const auto& error = context.model.last_error();
  return error ? Status{printable(error->message), Tone::kBad} : Status{};
}

// The line that is typed, and what it can become.
ftxui::Element prompt_line(const Style& style, const ViewContext& context) {
  const Prompt& prompt = *context.ui.prompt;
  const bool is_filter = prompt.kind == Prompt::Kind::kFilter;
  const std::string sign = is_filter ? "/" : ":";
  const int half = context.size.width / 2;
  std::string hint = "Enter keeps it, Esc shows all";
  if (!is_filter) {
    hint.clear();
    for (const auto& line : completions(prompt.typed, context.ui, context.model)) {
      hint += (hint.empty() ? "" : "  ") + printable(line);
    }
  }
  return ftxui::hbox({style.text(sign, Tone::kAccent), style.text(clip(prompt.typed, half)),
                      ftxui::inverted(ftxui::text(" ")), ftxui::text("  "),
                      style.text(clip(hint, half - 4), Tone::kQuiet)});
}

// The keys that do something now; those that find no room are in the help.
ftxui::Element footer(const Style& style, const ViewContext& context) {
  if (context.ui.prompt) return prompt_line(style, context);
  const Status status = footer_status(context);
  const std::string said = clip(status.text, context.size.width / 2);
  const auto key_of = [](const Binding& binding) { return fmt::format(" {} ", binding.keys[0]); };
  const auto label_of = [](const Binding& binding) { return fmt::format("{} ", binding.label); };
  const auto is_shown = [&](const Binding& binding) {
    return !binding.label.empty() && is_offered(binding.intent, context.ui, context.model);
  };
  const auto always = [](const Binding& binding) {
    return binding.intent == Intent::kHelp || binding.intent == Intent::kQuit;
  };
  const auto width_of = [&](const Binding& binding) {
    return display_width(key_of(binding)) + display_width(label_of(binding));
  };
  int room = context.size.width - display_width(said);
  for (const Binding& binding : bindings_of(context.ui.screen)) {
    if (always(binding)) room -= width_of(binding);
  }
  ftxui::Elements parts;
  for (const Binding& binding : bindings_of(context.ui.screen)) {
    if (!is_shown(binding)) continue;
    if (!always(binding) && (room -= width_of(binding)) < 0) continue;
    parts.push_back(style.text(key_of(binding), Tone::kAccent));
    parts.push_back(style.text(label_of(binding)));
  }
  parts.push_back(ftxui::filler());
  parts.push_back(style.text(said, status.tone));
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
  switch (context.ui.screen) {
    case ScreenName::kRuns:
      return run_list_view(style, context, size);
    case ScreenName::kCompare:
      return compare_view(style, context, size);
    case ScreenName::kTradeOff:
      return trade_off_view(style, context, size);
    case ScreenName::kRun:
      if (run) return run_view(style, context, *run, size);
      break;
    case ScreenName::kWorker:
      if (run) return worker_view(style, context, *run, size);
      break;
    case ScreenName::kLog:
      if (run) return log_view(style, context, *run, size);
      break;
  }
  return ftxui::center(style.text(
      clip("Waiting for the run " + printable(context.ui.opened_run), size.width), Tone::kQuiet));
}

ftxui::Element picture(const ViewContext& context) {
  if (context.size.width < kSmallestSize.width || context.size.height < kSmallestSize.height) {
    return too_small(context);
  }
  const Style style(context.theme);
  const RunRecord* run = current_run(context.ui, context.model);
  constexpr int kTitleAndFooter = 2;
  auto lines = banner(style, context);
  const Size size{context.size.width,
                  context.size.height - kTitleAndFooter - static_cast<int>(lines.size())};
  lines.insert(lines.begin(), title_bar(style, context, run));
  lines.push_back(main_view(style, context, run, size) | ftxui::flex);
  lines.push_back(footer(style, context));
  auto screen = ftxui::vbox(std::move(lines));
  if (context.ui.help) return ftxui::dbox({std::move(screen), help_dialog(style, context)});
  const bool asks =
      context.ui.confirmation && context.model.find_run(context.ui.confirmation->run_id);
  if (asks) return ftxui::dbox({std::move(screen), confirmation_dialog(style, context)});
  return screen;
}

}  // namespace

ftxui::Element screen_view(const ViewContext& context) {
  return page(context.theme, picture(context));
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
