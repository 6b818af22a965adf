#include "app/terminal_theme.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <ftxui/screen/terminal.hpp>
#include <string_view>

namespace fedwatt::viewer {

bool shows_ascii_only(const TerminalHints& hints) {
  constexpr std::array<std::string_view, 8> kPoor{"linux", "vt100",     "vt102",  "vt220",
                                                  "ansi",  "xterm-old", "cons25", "sun"};
  if (std::find(kPoor.begin(), kPoor.end(), hints.term) != kPoor.end()) return true;
  if (hints.locale.empty()) return false;
  std::string letters;  // "en_US.UTF-8" and "en_US.utf8" are the same
  for (const char c : hints.locale) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) letters += static_cast<char>(std::tolower(byte));
  }
  return letters.find("utf8") == letters.npos;
}

Theme choose_theme(const CommandLine& line, const TerminalHints& hints,
                   std::optional<ThemeName> preferred, ColorDepth depth) {
  ThemeName name = preferred.value_or(ThemeName::kTerminal);
  if (hints.no_color) name = ThemeName::kNone;
  if (line.theme) name = *line.theme;
  return Theme(name, depth, line.ascii || (!line.unicode && shows_ascii_only(hints)));
}

ColorDepth terminal_color_depth() {
  switch (ftxui::Terminal::ColorSupport()) {
    case ftxui::Terminal::TrueColor:
      return ColorDepth::kTrueColor;
    case ftxui::Terminal::Palette256:
      return ColorDepth::k256;
    case ftxui::Terminal::Palette1:
    case ftxui::Terminal::Palette16:
      break;
  }
  return ColorDepth::k16;
}

}  // namespace fedwatt::viewer
