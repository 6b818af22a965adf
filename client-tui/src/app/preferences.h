#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "input/ui_state.h"
#include "view/theme.h"

// What the screen remembers from one time to the next. Pure; preferences_file.h keeps it.

namespace fedwatt::viewer {

struct Preferences {
  std::optional<ThemeName> theme;  // empty: nobody has chosen one
  XAxis x_axis = UiState{}.x_axis;
  YAxis y_axis = UiState{}.y_axis;
  RunsOrder order = UiState{}.order;
  bool reversed = false;
  bool operator==(const Preferences&) const = default;
};

Preferences preferences_of(const UiState& ui, std::optional<ThemeName> theme);
void apply(const Preferences& preferences, UiState& ui);

struct ReadPreferences {
  Preferences preferences;
  std::vector<std::string> complaints;  // "line 3: …", about what was ignored
};

// Lines of `key = value`; "#" begins a comment, and of two lines for a key the last one counts.
// Whatever `text` is, something is read: what makes no sense is ignored and complained of.
ReadPreferences parse_preferences(std::string_view text);

// What parse_preferences reads back.
std::string format_preferences(const Preferences& preferences);

// $XDG_CONFIG_HOME/fedwatt/viewer.conf, else $HOME/.config/fedwatt/viewer.conf; empty if neither is
// an absolute path, as their standard wants it.
std::string preferences_path(const std::string& xdg_config_home, const std::string& home);

}  // namespace fedwatt::viewer
