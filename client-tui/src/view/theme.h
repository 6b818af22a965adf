#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/words.h"

// What the screen is painted with. Pure values: nothing here asks the terminal.

namespace fedwatt::viewer {

// kTerminal: the terminal's own sixteen colours, which its owner chose for dark or light.
// kDark and kLight: all colours are the theme's, the background too.
enum class ThemeName { kTerminal, kDark, kLight, kNone };

// How many colours the terminal can show.
enum class ColorDepth { k16, k256, kTrueColor };

struct Theme {
  Theme() = default;
  explicit Theme(ThemeName theme_name, ColorDepth color_depth = ColorDepth::k16,
                 bool ascii_only = false)
      : name(theme_name), depth(color_depth), ascii(ascii_only) {}
  // The terminal's own colours, or none.
  Theme(bool colored)  // NOLINT(google-explicit-constructor): a test says true
      : name(colored ? ThemeName::kTerminal : ThemeName::kNone) {}

  ThemeName name = ThemeName::kTerminal;
  ColorDepth depth = ColorDepth::k16;
  bool ascii = false;  // no sign beyond ASCII reaches the terminal
  bool operator==(const Theme&) const = default;
};

// "terminal", "dark", "light", "none".
std::string_view word_of(ThemeName name);
std::optional<ThemeName> theme_named(std::string_view word);
std::vector<std::string> theme_words();

// One colour of a theme, for both kinds of terminals that can show it.
struct PaletteColor {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  std::uint8_t index_256 = 0;  // in xterm's table
};

struct Palette {
  PaletteColor background;
  PaletteColor text;
  PaletteColor quiet;
  PaletteColor good;
  PaletteColor warning;
  PaletteColor bad;
  PaletteColor accent;
  std::vector<PaletteColor> series;

  const PaletteColor& of(Tone tone) const;
};

// How many curves beside each other have a colour of their own; the next ones begin anew.
inline constexpr std::size_t kSeriesColors = 6;

// The theme's own colours; null where it uses the terminal's sixteen, or none: these are also what
// is left of kDark and kLight on a terminal that has no more.
const Palette* palette_of(const Theme& theme);

}  // namespace fedwatt::viewer
