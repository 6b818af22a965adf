#include "view/theme.h"

#include <array>
#include <utility>

namespace fedwatt::viewer {
namespace {

constexpr std::array<std::pair<ThemeName, std::string_view>, 4> kWords{{
    {ThemeName::kTerminal, "terminal"},
    {ThemeName::kDark, "dark"},
    {ThemeName::kLight, "light"},
    {ThemeName::kNone, "none"},
}};

// The series are Okabe and Ito's, which the colour-blind can tell apart, lightened or darkened
// until they have the contrast of text.
const Palette kDarkPalette{
    {0x15, 0x18, 0x1e, 234},
    {0xd8, 0xdc, 0xe3, 253},
    {0x93, 0x9b, 0xa9, 246},
    {0x7f, 0xd8, 0x8f, 114},
    {0xf0, 0xc6, 0x74, 222},
    {0xff, 0x80, 0x78, 210},
    {0x5f, 0xc9, 0xd9, 80},
    {{0x56, 0xb4, 0xe9, 74},
     {0xe6, 0x9f, 0x00, 214},
     {0x2b, 0xbd, 0x95, 43},
     {0xf0, 0xe4, 0x42, 227},
     {0xdd, 0x93, 0xba, 175},
     {0xf0, 0x7f, 0x3a, 208}},
};
const Palette kLightPalette{
    {0xff, 0xff, 0xff, 231},
    {0x1f, 0x23, 0x28, 235},
    {0x5f, 0x67, 0x70, 242},
    {0x1a, 0x7f, 0x37, 28},
    {0x8a, 0x5a, 0x00, 94},
    {0xc4, 0x22, 0x2b, 160},
    {0x0a, 0x6b, 0x94, 24},
    {{0x00, 0x63, 0xa0, 25},
     {0x96, 0x60, 0x00, 130},
     {0x00, 0x78, 0x58, 29},
     {0x74, 0x6a, 0x00, 58},
     {0xa0, 0x42, 0x78, 126},
     {0xb3, 0x4a, 0x00, 124}},
};

}  // namespace

std::string_view word_of(ThemeName name) {
  for (const auto& [known, word] : kWords) {
    if (known == name) return word;
  }
  return "";
}

std::optional<ThemeName> theme_named(std::string_view word) {
  for (const auto& [name, known] : kWords) {
    if (known == word) return name;
  }
  return std::nullopt;
}

std::vector<std::string> theme_words() {
  std::vector<std::string> words;
  words.reserve(kWords.size());
  for (const auto& [name, word] : kWords) words.emplace_back(word);
  return words;
}

const PaletteColor& Palette::of(Tone tone) const {
  switch (tone) {
    case Tone::kQuiet:
      return quiet;
    case Tone::kGood:
      return good;
    case Tone::kWarning:
      return warning;
    case Tone::kBad:
      return bad;
    case Tone::kAccent:
      return accent;
    case Tone::kPlain:
    case Tone::kStrong:
      break;
  }
  return text;
}

const Palette* palette_of(const Theme& theme) {
  if (theme.depth == ColorDepth::k16) return nullptr;
  if (theme.name == ThemeName::kDark) return &kDarkPalette;
  if (theme.name == ThemeName::kLight) return &kLightPalette;
  return nullptr;
}

}  // namespace fedwatt::viewer
