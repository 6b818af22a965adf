#include "view/ascii.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <ftxui/screen/string.hpp>
#include <set>
#include <sstream>
#include <string>

namespace fedwatt::viewer {
namespace {

std::string in_ascii(const std::string& text) {
  std::string signs;
  for (const std::string& glyph : ftxui::Utf8ToGlyphs(text)) signs += ascii_sign(glyph);
  return signs;
}

TEST(Ascii, AsciiStaysAsItIs) {
  std::string printable;
  for (char c = ' '; c <= '~'; ++c) printable += c;
  EXPECT_EQ(in_ascii(printable), printable);
}

TEST(Ascii, ControlsAndWhatIsNoTextAreQuestionMarks) {
  for (const char* text : {"\x01", "\x1b", "\x7f", "\xff", "\xe2\x94"}) {
    EXPECT_EQ(ascii_sign(text), '?') << text;
  }
}

TEST(Ascii, StatesStayDifferent) {
  std::set<char> signs;
  for (const char* sign : {"●", "◐", "‖", "◧", "■", "✓", "✗", "○", "·", "◆", "▲"}) {
    EXPECT_TRUE(signs.insert(ascii_sign(sign)).second) << sign;
  }
}

TEST(Ascii, MarksOnACurveStayDifferent) {
  std::set<char> signs;
  for (const char* sign : {"○", "●", "×", "◇", "◆"}) {
    EXPECT_TRUE(signs.insert(ascii_sign(sign)).second) << sign;
  }
}

TEST(Ascii, WhatWasCutIsNoEstimate) { EXPECT_EQ(in_ascii("≥~1 µg–…"), ">~1 ug->"); }

TEST(Ascii, Frames) {
  EXPECT_EQ(in_ascii("╭─ a ─╮"), "+- a -+");
  EXPECT_EQ(in_ascii("│ ├┄┼┤┴║"), "| +-+++|");
}

TEST(Ascii, Heights) {
  EXPECT_EQ(in_ascii("▁▂▃▄▅▆▇█"), "_.:-=+*#");
  EXPECT_EQ(in_ascii("██▌░░▏"), "###..-");
}

TEST(Ascii, CurvesKeepTheirSlope) {
  EXPECT_EQ(in_ascii("\u2800⠉⠒⠤⣀"), " '--_");  // level, from the top to the bottom
  EXPECT_EQ(in_ascii("⡜⢣⡇⢸"), "/\\||");
  EXPECT_EQ(in_ascii("⠁⡀⣿⠿"), "'.##");
}

TEST(Ascii, LettersLoseTheirAccents) {
  EXPECT_EQ(in_ascii("Hôpital Müller Åse"), "Hopital Muller Ase");
  EXPECT_EQ(in_ascii("e\u0301"), "e");  // one cell of two characters
}

TEST(Ascii, WideCharactersKeepTheirTwoCells) { EXPECT_EQ(in_ascii("a病院b"), "a????b"); }

// A sign that a screen uses and that ASCII has no idea of would be a riddle there.
TEST(Ascii, EverySignOfTheScreensHasOne) {
  for (const auto& file : std::filesystem::directory_iterator(FEDWATT_SNAPSHOT_DIR)) {
    std::ostringstream text;
    text << std::ifstream(file.path()).rdbuf();
    std::set<std::string> riddles;
    for (const std::string& glyph : ftxui::Utf8ToGlyphs(text.str())) {
      const bool is_own = glyph.empty() || glyph == "?" || glyph == "\n";
      if (!is_own && ftxui::string_width(glyph) == 1 && ascii_sign(glyph) == '?') {
        riddles.insert(glyph);
      }
    }
    EXPECT_EQ(riddles, std::set<std::string>{}) << "in " << file.path();
  }
}

}  // namespace
}  // namespace fedwatt::viewer
