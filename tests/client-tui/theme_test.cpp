#include "view/theme.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ftxui/dom/elements.hpp>
#include <ftxui/screen/screen.hpp>
#include <set>

#include "app/terminal_theme.h"
#include "view/page.h"
#include "view/style.h"

namespace fedwatt::viewer {
namespace {

struct Rgb {
  double red = 0;
  double green = 0;
  double blue = 0;
};

Rgb full(const PaletteColor& color) {
  return {static_cast<double>(color.red), static_cast<double>(color.green),
          static_cast<double>(color.blue)};
}

// The cube and the greys of xterm's table.
Rgb of_256(const PaletteColor& color) {
  const int index = color.index_256;
  if (index >= 232) {
    const double grey = 8 + 10 * (index - 232);
    return {grey, grey, grey};
  }
  const auto level = [](int step) { return step == 0 ? 0.0 : 55.0 + 40.0 * step; };
  const int place = index - 16;
  return {level(place / 36), level(place / 6 % 6), level(place % 6)};
}

double luminance(const Rgb& color) {
  const auto linear = [](double value) {
    value /= 255;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue);
}

// WCAG's: 4.5 is enough for text.
double contrast(const Rgb& a, const Rgb& b) {
  const auto [darker, lighter] = std::minmax({luminance(a), luminance(b)});
  return (lighter + 0.05) / (darker + 0.05);
}

TEST(Theme, EveryColourIsLegibleOnItsBackground) {
  for (const ThemeName name : {ThemeName::kDark, ThemeName::kLight}) {
    const Palette* palette = palette_of(Theme(name, ColorDepth::kTrueColor));
    ASSERT_TRUE(palette);
    std::vector<PaletteColor> colors = palette->series;
    ASSERT_EQ(colors.size(), kSeriesColors);
    for (const Tone tone : {Tone::kPlain, Tone::kStrong, Tone::kQuiet, Tone::kGood, Tone::kWarning,
                            Tone::kBad, Tone::kAccent}) {
      colors.push_back(palette->of(tone));
    }
    for (std::size_t i = 0; i < colors.size(); ++i) {
      EXPECT_GE(contrast(full(colors[i]), full(palette->background)), 4.5)
          << word_of(name) << " " << i;
      EXPECT_GE(contrast(of_256(colors[i]), of_256(palette->background)), 4.5)
          << word_of(name) << " 256 " << i;
    }
  }
}

TEST(Theme, CurvesDifferInColour) {
  for (const ThemeName name : {ThemeName::kDark, ThemeName::kLight}) {
    std::set<int> indices;
    for (const PaletteColor& color : palette_of(Theme(name, ColorDepth::k256))->series) {
      indices.insert(color.index_256);
    }
    EXPECT_EQ(indices.size(), kSeriesColors);
  }
  const Style style{Theme()};
  EXPECT_NE(style.series_color(0), style.series_color(1));
  EXPECT_EQ(style.series_color(0), style.series_color(kSeriesColors));
}

TEST(Theme, FewColoursOfTheTerminalAreTheTerminalsOwn) {
  EXPECT_EQ(palette_of(Theme(ThemeName::kDark, ColorDepth::k16)), nullptr);
  EXPECT_EQ(palette_of(Theme(ThemeName::kTerminal, ColorDepth::kTrueColor)), nullptr);
  EXPECT_EQ(palette_of(Theme(ThemeName::kNone, ColorDepth::kTrueColor)), nullptr);
}

TEST(Theme, WordsAndNames) {
  for (const std::string& word : theme_words()) EXPECT_EQ(word_of(*theme_named(word)), word);
  EXPECT_EQ(theme_words().size(), 4U);
  EXPECT_FALSE(theme_named("Dark"));
}

TEST(Theme, OnlyPlainAttributesWithoutColours) {
  const Style style{Theme(ThemeName::kNone)};
  ftxui::Screen screen(4, 1);
  ftxui::Render(screen,
                page(Theme(ThemeName::kNone),
                     ftxui::hbox({style.text("a", Tone::kBad), style.text("b", Tone::kQuiet),
                                  style.text("c", Tone::kAccent)})));
  EXPECT_TRUE(screen.PixelAt(0, 0).bold);
  EXPECT_TRUE(screen.PixelAt(1, 0).dim);
  for (int x = 0; x < 4; ++x) {
    EXPECT_EQ(screen.PixelAt(x, 0).foreground_color, ftxui::Color());
    EXPECT_EQ(screen.PixelAt(x, 0).background_color, ftxui::Color());
  }
  EXPECT_EQ(style.color(Tone::kBad), ftxui::Color());
  EXPECT_EQ(style.series_color(1), ftxui::Color());
}

TEST(Theme, APageHasNoHoleInItsBackground) {
  const auto before = ftxui::Terminal::ColorSupport();
  ftxui::Terminal::SetColorSupport(ftxui::Terminal::TrueColor);
  const Theme theme(ThemeName::kLight, ColorDepth::kTrueColor);
  const Style style(theme);
  ftxui::Screen screen(12, 3);
  const auto over = ftxui::clear_under(style.box("t", style.text("x", Tone::kQuiet)));
  ftxui::Render(screen, page(theme, ftxui::dbox({ftxui::text("below"), over})));
  const auto& palette = *palette_of(theme);
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 12; ++x) {
      EXPECT_EQ(screen.PixelAt(x, y).background_color,
                shown_color(palette.background, theme.depth));
    }
  }
  EXPECT_EQ(screen.PixelAt(0, 0).foreground_color, shown_color(palette.text, theme.depth));
  EXPECT_EQ(screen.PixelAt(1, 1).foreground_color, shown_color(palette.quiet, theme.depth));
  EXPECT_FALSE(screen.PixelAt(1, 1).dim);
  ftxui::Terminal::SetColorSupport(before);
}

TEST(TerminalTheme, AsciiWhereNothingElseComesOut) {
  EXPECT_TRUE(shows_ascii_only({"C", "xterm-256color"}));
  EXPECT_TRUE(shows_ascii_only({"POSIX", "xterm"}));
  EXPECT_TRUE(shows_ascii_only({"de_DE.ISO-8859-1", "xterm"}));
  EXPECT_TRUE(shows_ascii_only({"de_DE.UTF-8", "linux"}));  // the console's font
  EXPECT_TRUE(shows_ascii_only({"", "vt100"}));
  EXPECT_FALSE(shows_ascii_only({"de_DE.UTF-8", "tmux-256color"}));
  EXPECT_FALSE(shows_ascii_only({"C.utf8", "xterm"}));
  EXPECT_FALSE(shows_ascii_only({"", "xterm"}));
}

TEST(TerminalTheme, TheCommandLineThenNoColorThenThePreference) {
  const TerminalHints plain{"C.UTF-8", "xterm"};
  const TerminalHints no_color{"C.UTF-8", "xterm", true};
  const auto chosen = [](const CommandLine& line, const TerminalHints& hints,
                         std::optional<ThemeName> preferred) {
    return choose_theme(line, hints, preferred, ColorDepth::k256).name;
  };
  CommandLine line;
  EXPECT_EQ(chosen(line, plain, std::nullopt), ThemeName::kTerminal);
  EXPECT_EQ(chosen(line, plain, ThemeName::kLight), ThemeName::kLight);
  EXPECT_EQ(chosen(line, no_color, ThemeName::kLight), ThemeName::kNone);
  line.theme = ThemeName::kDark;
  EXPECT_EQ(chosen(line, no_color, ThemeName::kLight), ThemeName::kDark);
  EXPECT_EQ(choose_theme(line, plain, {}, ColorDepth::k256).depth, ColorDepth::k256);
}

TEST(TerminalTheme, AsciiByTheLocaleUnlessToldOtherwise) {
  const TerminalHints latin{"C", "xterm"};
  const TerminalHints utf8{"C.UTF-8", "xterm"};
  CommandLine line;
  EXPECT_TRUE(choose_theme(line, latin, {}, ColorDepth::k16).ascii);
  EXPECT_FALSE(choose_theme(line, utf8, {}, ColorDepth::k16).ascii);
  line.unicode = true;
  EXPECT_FALSE(choose_theme(line, latin, {}, ColorDepth::k16).ascii);
  line = {};
  line.ascii = true;
  EXPECT_TRUE(choose_theme(line, utf8, {}, ColorDepth::k16).ascii);
}

}  // namespace
}  // namespace fedwatt::viewer
