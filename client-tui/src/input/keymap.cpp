#include "input/keymap.h"

#include <algorithm>
#include <array>
#include <utility>

namespace fedwatt::viewer {
namespace {

constexpr std::array kRunsBindings{
    Binding{Intent::kUp, "↑ k", "", "the run above"},
    Binding{Intent::kDown, "↓ j", "", "the run below"},
    Binding{Intent::kTop, "Home g", "", "the first run"},
    Binding{Intent::kBottom, "End G", "", "the last run"},
    Binding{Intent::kOpen, "Enter", "open", "open the run"},
    Binding{Intent::kPause, "p", "pause", "pause the run, after a question"},
    Binding{Intent::kResume, "r", "resume", "resume the run, after a question"},
    Binding{Intent::kStop, "s", "stop", "stop the run for good, after its name was typed"},
    Binding{Intent::kHelp, "?", "help", "this help"},
    Binding{Intent::kQuit, "q", "quit", "leave; the training goes on"},
};

constexpr std::array kRunBindings{
    Binding{Intent::kUp, "↑ k", "", "scroll up"},
    Binding{Intent::kDown, "↓ j", "", "scroll down"},
    Binding{Intent::kPageUp, "PgUp", "", "ten lines up"},
    Binding{Intent::kPageDown, "PgDn", "", "ten lines down"},
    Binding{Intent::kTop, "Home g", "", "the newest round, the first worker"},
    Binding{Intent::kBottom, "End G", "", "the oldest round, the last worker"},
    Binding{Intent::kNextTable, "Tab", "table", "scroll the rounds or the workers"},
    Binding{Intent::kBack, "Esc", "runs", "back to the list of runs"},
    Binding{Intent::kPause, "p", "pause", "pause the run, after a question"},
    Binding{Intent::kResume, "r", "resume", "resume the run, after a question"},
    Binding{Intent::kStop, "s", "stop", "stop the run for good, after its name was typed"},
    Binding{Intent::kHelp, "?", "help", "this help"},
    Binding{Intent::kQuit, "q", "quit", "leave; the training goes on"},
};

std::optional<Intent> any_intent_of(const Key& key) {
  static constexpr std::array<std::pair<Key::Kind, Intent>, 11> kSpecial{{
      {Key::Kind::kUp, Intent::kUp},
      {Key::Kind::kDown, Intent::kDown},
      {Key::Kind::kPageUp, Intent::kPageUp},
      {Key::Kind::kPageDown, Intent::kPageDown},
      {Key::Kind::kHome, Intent::kTop},
      {Key::Kind::kEnd, Intent::kBottom},
      {Key::Kind::kEnter, Intent::kOpen},
      {Key::Kind::kRight, Intent::kOpen},
      {Key::Kind::kEscape, Intent::kBack},
      {Key::Kind::kLeft, Intent::kBack},
      {Key::Kind::kTab, Intent::kNextTable},
  }};
  static constexpr std::array<std::pair<std::string_view, Intent>, 9> kTyped{{
      {"k", Intent::kUp},
      {"j", Intent::kDown},
      {"g", Intent::kTop},
      {"G", Intent::kBottom},
      {"p", Intent::kPause},
      {"r", Intent::kResume},
      {"s", Intent::kStop},
      {"?", Intent::kHelp},
      {"q", Intent::kQuit},
  }};
  for (const auto& [kind, intent] : kSpecial) {
    if (key.kind == kind) return intent;
  }
  for (const auto& [text, intent] : kTyped) {
    if (key.kind == Key::Kind::kText && key.text == text) return intent;
  }
  return std::nullopt;
}

}  // namespace

std::span<const Binding> bindings_of(ScreenName screen) {
  if (screen == ScreenName::kRuns) return kRunsBindings;
  return kRunBindings;
}

std::optional<Intent> intent_of(const Key& key, ScreenName screen) {
  const auto intent = any_intent_of(key);
  const auto bindings = bindings_of(screen);
  const bool bound = std::any_of(bindings.begin(), bindings.end(),
                                 [&](const Binding& b) { return intent == b.intent; });
  return bound ? intent : std::nullopt;
}

}  // namespace fedwatt::viewer
