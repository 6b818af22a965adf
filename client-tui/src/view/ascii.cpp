#include "view/ascii.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <utility>

namespace fedwatt::viewer {
namespace {

constexpr char kNone = '?';

// "…" is not "~", which marks estimates.
constexpr std::array<std::pair<char32_t, char>, 64> kAsciiSigns{{
    {U'–', '-'}, {U'—', '-'}, {U'‐', '-'}, {U'‑', '-'}, {U'−', '-'},  {U'…', '>'},  {U'‖', '='},
    {U'·', '.'}, {U'•', '*'}, {U'×', 'x'}, {U'✗', 'x'}, {U'✕', 'x'},  {U'✓', 'v'},  {U'●', '*'},
    {U'○', 'o'}, {U'◌', '.'}, {U'◐', 'c'}, {U'◑', 'c'}, {U'◧', '['},  {U'◨', ']'},  {U'■', '#'},
    {U'□', 'o'}, {U'▪', '#'}, {U'◆', '@'}, {U'◇', '&'}, {U'◉', '@'},  {U'◎', 'o'},  {U'★', '*'},
    {U'☆', 'o'}, {U'▲', '!'}, {U'△', '^'}, {U'▼', 'v'}, {U'▽', 'v'},  {U'▴', '^'},  {U'▾', 'v'},
    {U'▸', '>'}, {U'▶', '>'}, {U'◂', '<'}, {U'◀', '<'}, {U'→', '>'},  {U'←', '<'},  {U'↑', '^'},
    {U'↓', 'v'}, {U'↔', '-'}, {U'↕', '|'}, {U'↵', '<'}, {U'⏎', '<'},  {U'≥', '>'},  {U'≤', '<'},
    {U'≈', '~'}, {U'±', '+'}, {U'∞', '8'}, {U'Δ', 'd'}, {U'∆', 'd'},  {U'η', 'n'},  {U'Σ', 'S'},
    {U'⚠', '!'}, {U'“', '"'}, {U'”', '"'}, {U'„', '"'}, {U'‘', '\''}, {U'’', '\''}, {U'₂', '2'},
    {U'‹', '<'},
}};

// U+00A0 to U+00FF.
constexpr std::string_view kLatin1 =
    " !cLoY|S\"ca<--r-o+23'uP.,1o>///?AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/"
    "ouuuuyty";

constexpr std::string_view kHeights = "_.:-=+*#";  // of the lower eighths of a cell

// Its first character; 0 if it ends too soon.
char32_t first_of(std::string_view utf8) {
  const auto first = static_cast<std::uint8_t>(utf8.front());
  const std::size_t bytes = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (utf8.size() < bytes) return 0;
  constexpr std::array<std::uint8_t, 5> kOwnBits{0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t code = first & kOwnBits[bytes];
  for (std::size_t i = 1; i < bytes; ++i) {
    code = code << 6U | (static_cast<std::uint8_t>(utf8[i]) & 0x3FU);
  }
  return code;
}

char box_sign(char32_t code) {
  constexpr std::u32string_view kLevel = U"─━┄┅┈┉╌╍═╴╶╸╺╼╾";
  constexpr std::u32string_view kUpright = U"│┃┆┇┊┋╎╏║╵╷╹╻╽╿";
  if (kLevel.find(code) != kLevel.npos) return '-';
  if (kUpright.find(code) != kUpright.npos) return '|';
  if (code == U'╱') return '/';
  if (code == U'╲') return '\\';
  return code == U'╳' ? 'x' : '+';
}

// U+2580 to U+259F.
char block_sign(char32_t code) {
  if (code >= U'▁' && code <= U'█') return kHeights[code - U'▁'];
  if (code >= U'▉' && code <= U'▏') return code <= U'▌' ? '#' : '-';  // from the left: 7/8 to 1/8
  switch (code) {
    case U'░':
      return '.';
    case U'▒':
      return ':';
    case U'▓':
      return '%';
    case U'▀':
    case U'▔':
      return '"';
    case U'▕':
    case U'▐':
      return '|';
    default:
      return '#';
  }
}

// A piece of a curve, by where its dots are: steep, level, or crowded. A character has two columns
// of four dots.
char braille_sign(std::uint32_t dots) {
  constexpr std::array<std::uint32_t, 4> kLeft{0x01, 0x02, 0x04, 0x40};
  constexpr std::array<std::uint32_t, 4> kRight{0x08, 0x10, 0x20, 0x80};
  constexpr int kCrowded = 6;
  if (dots == 0) return ' ';
  const int count = std::popcount(dots);
  if (count >= kCrowded) return '#';
  int top = 3;
  int bottom = 0;
  int left_sum = 0;
  int right_sum = 0;
  int left = 0;
  int right = 0;
  for (int row = 0; row < 4; ++row) {
    const auto at = static_cast<std::size_t>(row);
    const bool in_left = (dots & kLeft[at]) != 0;
    const bool in_right = (dots & kRight[at]) != 0;
    if (!in_left && !in_right) continue;
    top = std::min(top, row);
    bottom = std::max(bottom, row);
    left += in_left ? 1 : 0;
    right += in_right ? 1 : 0;
    left_sum += in_left ? row : 0;
    right_sum += in_right ? row : 0;
  }
  if (bottom - top >= 2) {
    if (left == 0 || right == 0) return '|';
    const int slope = left_sum * right - right_sum * left;  // the difference of their means
    if (slope == 0) return '|';
    return slope > 0 ? '/' : '\\';
  }
  const int twice_middle = top + bottom;
  if (twice_middle <= 1) return '\'';
  if (twice_middle <= 4) return '-';
  return left > 0 && right > 0 ? '_' : '.';
}

}  // namespace

char ascii_sign(std::string_view glyph) {
  if (glyph.empty()) return kNone;  // the second cell of a wide character
  const char32_t code = first_of(glyph);
  if (code < 0x80) return code < 0x20 || code == 0x7F ? kNone : static_cast<char>(code);
  const auto* const known = std::find_if(kAsciiSigns.begin(), kAsciiSigns.end(),
                                         [&](const auto& sign) { return sign.first == code; });
  if (known != kAsciiSigns.end()) return known->second;
  if (code >= 0xA0 && code <= 0xFF) return kLatin1[code - 0xA0];
  if (code >= 0x2500 && code <= 0x257F) return box_sign(code);
  if (code >= 0x2580 && code <= 0x259F) return block_sign(code);
  if (code >= 0x2800 && code <= 0x28FF) return braille_sign(code - 0x2800);
  return kNone;
}

}  // namespace fedwatt::viewer
