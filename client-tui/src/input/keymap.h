#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "input/key.h"
#include "input/ui_state.h"

// Which key does what, in one place: the controller, the footer and the help are made from it.

namespace fedwatt::viewer {

enum class Intent {
  kUp,
  kDown,
  kPageUp,
  kPageDown,
  kTop,
  kBottom,
  kOpen,
  kBack,
  kNextTable,
  kPause,
  kResume,
  kStop,
  kHelp,
  kQuit,
};

struct Binding {
  Intent intent;
  std::string_view keys;    // as shown: "↑ k"
  std::string_view label;   // in the footer; empty: not shown there
  std::string_view effect;  // in the help
};

// The bindings of a screen, in the order in which they are shown.
std::span<const Binding> bindings_of(ScreenName screen);

// What `key` asks for on `screen`; empty if it means nothing there.
std::optional<Intent> intent_of(const Key& key, ScreenName screen);

}  // namespace fedwatt::viewer
