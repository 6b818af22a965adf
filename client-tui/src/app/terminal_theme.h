#pragma once

#include <optional>
#include <string>

#include "command_line.h"
#include "view/theme.h"

namespace fedwatt::viewer {

// What the environment says of the terminal and of who sits before it.
struct TerminalHints {
  std::string locale;     // LC_ALL, else LC_CTYPE, else LANG; empty: none of them is set
  std::string term;       // TERM
  bool no_color = false;  // NO_COLOR
};

// Whether more than ASCII would come out as rubbish: the locale is not one of UTF-8, or the
// terminal's own font has no such signs. A locale that is not set says nothing.
bool shows_ascii_only(const TerminalHints& hints);

// The command line decides, then NO_COLOR, then what is preferred, else the terminal's own colours.
// Pure.
Theme choose_theme(const CommandLine& line, const TerminalHints& hints,
                   std::optional<ThemeName> preferred, ColorDepth depth);

// By COLORTERM and TERM.
ColorDepth terminal_color_depth();

}  // namespace fedwatt::viewer
