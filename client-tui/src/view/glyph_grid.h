#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "view/ink.h"
#include "view/view_context.h"

namespace fedwatt::viewer {

struct Glyph {
  std::string text = " ";  // empty: the second cell of a wide character
  Ink ink{};
  bool inverted = false;
};

// A picture in cells, before it has a place on the screen. Writing outside does nothing.
class GlyphGrid {
 public:
  explicit GlyphGrid(Size size);

  Size size() const { return size_; }
  const Glyph& at(int x, int y) const { return glyphs_[index(x, y)]; }
  void set(int x, int y, std::string text, Ink ink);
  // Printable text from there on, cut at the right edge.
  void write(int x, int y, const std::string& text, Ink ink, bool inverted = false);
  void invert(int x, int y);
  bool contains(int x, int y) const;

 private:
  std::size_t index(int x, int y) const;

  Size size_;
  std::vector<Glyph> glyphs_;
};

}  // namespace fedwatt::viewer
