#include "view/glyph_grid.h"

#include <algorithm>
#include <ftxui/screen/string.hpp>
#include <utility>

#include "text/display_text.h"

namespace fedwatt::viewer {

GlyphGrid::GlyphGrid(Size size) : size_{std::max(size.width, 0), std::max(size.height, 0)} {
  glyphs_.resize(static_cast<std::size_t>(size_.width) * static_cast<std::size_t>(size_.height));
}

std::size_t GlyphGrid::index(int x, int y) const {
  return static_cast<std::size_t>(y) * static_cast<std::size_t>(size_.width) +
         static_cast<std::size_t>(x);
}

bool GlyphGrid::contains(int x, int y) const {
  return x >= 0 && y >= 0 && x < size_.width && y < size_.height;
}

void GlyphGrid::set(int x, int y, std::string text, Ink ink) {
  if (contains(x, y)) glyphs_[index(x, y)] = {std::move(text), ink, false};
}

void GlyphGrid::write(int x, int y, const std::string& text, Ink ink, bool inverted) {
  // Of a wide character the second cell comes as an empty glyph of its own.
  for (const auto& glyph : ftxui::Utf8ToGlyphs(clip(text, size_.width - x))) {
    set(x, y, glyph, ink);
    if (inverted) invert(x, y);
    ++x;
  }
}

void GlyphGrid::invert(int x, int y) {
  if (contains(x, y)) glyphs_[index(x, y)].inverted = true;
}

}  // namespace fedwatt::viewer
