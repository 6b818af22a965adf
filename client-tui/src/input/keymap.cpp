#include "input/keymap.h"

#include <algorithm>

namespace fedwatt::viewer {
namespace {

constexpr Binding kPause{Intent::kPause, {"p"}, "pause", "pause the run, after a question"};
constexpr Binding kResume{Intent::kResume, {"r"}, "resume", "resume the run, after a question"};
constexpr Binding kStop{
    Intent::kStop, {"s"}, "stop", "stop the run for good, after its name was typed"};
constexpr Binding kTradeOff{
    Intent::kTradeOff, {"t"}, "trade-off", "all runs: what was reached for how much carbon"};
constexpr Binding kCompare{Intent::kCompare, {"c"}, "compare", "the marked runs, side by side"};
constexpr Binding kLog{Intent::kLog, {"l"}, "log", "commands and events"};
constexpr Binding kNextX{Intent::kNextX, {"x"}, "x-axis", "along carbon, rounds, time or energy"};
constexpr Binding kNextY{Intent::kNextY, {"y"}, "", "the target metric or the loss"};
constexpr Binding kMark{Intent::kMark, {"Space"}, "mark", "mark the run, to compare it"};
constexpr Binding kUnmark{Intent::kUnmark, {"u"}, "", "no run is marked any more"};
constexpr Binding kFilter{Intent::kFilter, {"/"}, "filter", "show only what has these letters"};
constexpr Binding kFreeze{
    Intent::kFreeze, {"f"}, "", "hold the picture; nothing that comes is lost"};
constexpr Binding kCommand{Intent::kCommand, {":"}, "", "type a command; Tab completes it"};
constexpr Binding kHelp{Intent::kHelp, {"?"}, "help", "this help"};
constexpr Binding kQuit{Intent::kQuit, {"q"}, "quit", "leave; the training goes on"};
constexpr Binding kBack{Intent::kBack, {"Esc", "←"}, "back", "back to where you came from"};

constexpr Binding up(std::string_view effect) { return {Intent::kUp, {"↑", "k"}, "", effect}; }
constexpr Binding down(std::string_view effect) { return {Intent::kDown, {"↓", "j"}, "", effect}; }
constexpr Binding page_up() { return {Intent::kPageUp, {"PgUp"}, "", "ten lines up"}; }
constexpr Binding page_down() { return {Intent::kPageDown, {"PgDn"}, "", "ten lines down"}; }
constexpr Binding top(std::string_view effect) { return {Intent::kTop, {"Home", "g"}, "", effect}; }
constexpr Binding bottom(std::string_view effect) {
  return {Intent::kBottom, {"End", "G"}, "", effect};
}
constexpr Binding open(std::string_view effect) {
  return {Intent::kOpen, {"Enter", "→"}, "open", effect};
}

constexpr std::array kRunsBindings{
    up("the run above"),
    down("the run below"),
    page_up(),
    page_down(),
    top("the first run"),
    bottom("the last run"),
    open("open the run"),
    kPause,
    kResume,
    kStop,
    kMark,
    kUnmark,
    kCompare,
    kTradeOff,
    kLog,
    Binding{Intent::kOrder, {"o"}, "order", "order the runs by the next column"},
    Binding{Intent::kReverse, {"O"}, "", "the other way round"},
    kFilter,
    Binding{Intent::kBack, {"Esc"}, "", "show all runs again"},
    kFreeze,
    kCommand,
    kHelp,
    kQuit,
};

constexpr std::array kRunBindings{
    up("up in the rounds or the workers"),
    down("down"),
    page_up(),
    page_down(),
    top("the newest round, the first worker"),
    bottom("the oldest round, the last worker"),
    Binding{Intent::kNextTable, {"Tab"}, "table", "go to the rounds or to the workers"},
    open("open the worker"),
    kBack,
    kPause,
    kResume,
    kStop,
    kNextX,
    kNextY,
    kLog,
    kTradeOff,
    Binding{Intent::kFilter, {"/"}, "filter", "show only the workers that have these letters"},
    kFreeze,
    kCommand,
    kHelp,
    kQuit,
};

constexpr std::array kWorkerBindings{
    Binding{Intent::kUp, {"↑", "k"}, "previous", "the worker above"},
    Binding{Intent::kDown, {"↓", "j"}, "next", "the worker below"},
    kBack,
    kPause,
    kResume,
    kStop,
    kLog,
    kFreeze,
    kCommand,
    kHelp,
    kQuit,
};

constexpr std::array kTradeOffBindings{
    Binding{Intent::kUp, {"↑", "k"}, "", "the run with less carbon"},
    Binding{Intent::kDown, {"↓", "j"}, "", "the run with more"},
    top("the run with the least"),
    bottom("the run with the most"),
    open("open the run"),
    kMark,
    kUnmark,
    kCompare,
    kBack,
    kFreeze,
    kCommand,
    kHelp,
    kQuit,
};

constexpr std::array kCompareBindings{
    kNextX, kNextY, kUnmark, kTradeOff, kBack, kFreeze, kCommand, kHelp, kQuit,
};

constexpr std::array kLogBindings{
    up("older"),
    down("newer"),
    page_up(),
    page_down(),
    top("the oldest line"),
    bottom("the newest line"),
    Binding{Intent::kOnlyCommands, {"c"}, "commands", "only commands, or events, too"},
    kFilter,
    kBack,
    kFreeze,
    Binding{Intent::kCommand, {":"}, "", "type a command: export FILE keeps these lines"},
    kHelp,
    kQuit,
};

}  // namespace

std::string name_of(const Key& key) {
  switch (key.kind) {
    case Key::Kind::kText:
      return key.text == " " ? "Space" : key.text;
    case Key::Kind::kUp:
      return "↑";
    case Key::Kind::kDown:
      return "↓";
    case Key::Kind::kLeft:
      return "←";
    case Key::Kind::kRight:
      return "→";
    case Key::Kind::kPageUp:
      return "PgUp";
    case Key::Kind::kPageDown:
      return "PgDn";
    case Key::Kind::kHome:
      return "Home";
    case Key::Kind::kEnd:
      return "End";
    case Key::Kind::kEnter:
      return "Enter";
    case Key::Kind::kEscape:
      return "Esc";
    case Key::Kind::kTab:
      return "Tab";
    case Key::Kind::kBackspace:
      return "Backspace";
  }
  return "";
}

std::string keys_text(const Binding& binding) {
  std::string text(binding.keys[0]);
  if (!binding.keys[1].empty()) text.append(" ").append(binding.keys[1]);
  return text;
}

bool is_movement(Intent intent) { return intent <= Intent::kBottom; }

bool is_command(Intent intent) {
  return intent == Intent::kPause || intent == Intent::kResume || intent == Intent::kStop;
}

std::span<const Binding> bindings_of(ScreenName screen) {
  switch (screen) {
    case ScreenName::kRuns:
      return kRunsBindings;
    case ScreenName::kRun:
      return kRunBindings;
    case ScreenName::kWorker:
      return kWorkerBindings;
    case ScreenName::kTradeOff:
      return kTradeOffBindings;
    case ScreenName::kCompare:
      return kCompareBindings;
    case ScreenName::kLog:
      return kLogBindings;
  }
  return {};
}

std::optional<Intent> intent_of(const Key& key, ScreenName screen) {
  const std::string name = name_of(key);
  // A text that spells the name of a special key is not that key.
  const bool is_text = key.kind == Key::Kind::kText && key.text != " ";
  if (name.empty() || (is_text && key.text.size() > 1)) return std::nullopt;
  const auto bindings = bindings_of(screen);
  const auto found = std::find_if(bindings.begin(), bindings.end(), [&](const Binding& binding) {
    return binding.keys[0] == name || binding.keys[1] == name;
  });
  return found == bindings.end() ? std::nullopt : std::optional(found->intent);
}

}  // namespace fedwatt::viewer
