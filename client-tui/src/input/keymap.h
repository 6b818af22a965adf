#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
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
  kMark,
  kUnmark,
  kOrder,
  kReverse,
  kTradeOff,
  kCompare,
  kLog,
  kNextTable,
  kNextX,
  kNextY,
  kOnlyCommands,
  kPause,
  kResume,
  kStop,
  kFreeze,
  kFilter,
  kCommand,
  kHelp,
  kQuit,
};

struct Binding {
  Intent intent;
  std::array<std::string_view, 2> keys;  // by name; the second may be ""
  std::string_view label;                // in the footer; empty: not shown there
  std::string_view effect;               // in the help
};

// The bindings of a screen, in the order in which they are shown.
std::span<const Binding> bindings_of(ScreenName screen);

// "↑ k".
std::string keys_text(const Binding& binding);

// Whether it goes up or down, or to an end.
bool is_movement(Intent intent);
// Whether it is an order to the training.
bool is_command(Intent intent);

// What `key` asks for on `screen`; empty if it means nothing there.
std::optional<Intent> intent_of(const Key& key, ScreenName screen);

}  // namespace fedwatt::viewer
