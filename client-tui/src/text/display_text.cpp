#include "text/display_text.h"

#include <algorithm>
#include <cstddef>
#include <ftxui/screen/string.hpp>
#include <sstream>

namespace fedwatt::viewer {

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
