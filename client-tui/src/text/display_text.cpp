#include "text/display_text.h"

#include <algorithm>
#include <cstddef>
#include <ftxui/screen/string.hpp>
#include <sstream>

namespace fedwatt::viewer {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct CodePoint {
  char32_t value = 0;
  std::size_t length = 0;  // 0: broken
};

// The code point at the start of `text`, which is not empty. Overlong forms and surrogates are
// broken, as in any strict decoder.
CodePoint decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  char32_t value = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {};
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kSmallest[length] || value > 0x10FFFF || surrogate) return {};
  return {value, length};
}

bool acts_on_terminal(char32_t c) {
  const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
  const bool separator = c == 0x2028 || c == 0x2029;
  const bool direction = c == 0x200E || c == 0x200F || c == 0x061C ||
                         (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  return control || separator || direction;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = decode(text);
    const std::size_t length = std::max<std::size_t>(point.length, 1);
    result +=
        point.length == 0 || acts_on_terminal(point.value) ? kReplacement : text.substr(0, length);
    text.remove_prefix(length);
  }
  return result;
}

int display_width(const std::string& text) { return ftxui::string_width(text); }

std::string clip(const std::string& text, int width) {
  if (width <= 0) return "";
  if (display_width(text) <= width) return text;
  std::string result;
  int used = 0;
  for (const std::string& glyph : ftxui::Utf8ToGlyphs(text)) {
    const int cells = display_width(glyph);
    if (used + cells > width - 1) break;
    result += glyph;
    used += cells;
  }
  return result + "…";
}

std::string fit(const std::string& text, int width, Align align) {
  const std::string clipped = clip(text, width);
  const int missing = std::max(0, width - display_width(clipped));
  const std::string space(static_cast<std::size_t>(missing), ' ');
  return align == Align::kLeft ? clipped + space : space + clipped;
}

std::vector<std::string> wrapped(const std::string& text, int width) {
  std::vector<std::string> lines;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const bool fits =
        !lines.empty() && display_width(lines.back()) + 1 + display_width(word) <= width;
    if (fits) {
      lines.back() += " " + word;
    } else {
      lines.push_back(word);
    }
  }
  return lines;
}

}  // namespace fedwatt::viewer
