#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "view/ink.h"

namespace fedwatt::viewer {

// Dots in cells of braille characters, two by four each. Dots outside are left out.
class DotCanvas {
 public:
  static constexpr int kDotsX = 2;  // in a cell
  static constexpr int kDotsY = 4;

  DotCanvas(int columns, int rows);

  int width() const { return columns_ * kDotsX; }
  int height() const { return rows_ * kDotsY; }

  void dot(int x, int y, Ink ink);
  // From dot to dot, which may lie outside; dashed: three dots, then three left out.
  void line(double x0, double y0, double x1, double y1, bool dashed, Ink ink);

  // The character of a cell, empty if it has no dots, and the ink of its last dot.
  std::string glyph(int column, int row) const;
  Ink ink(int column, int row) const;

 private:
  struct Cell {
    std::uint8_t dots = 0;
    Ink ink;
  };
  std::size_t index(int column, int row) const;

  int columns_;
  int rows_;
  std::vector<Cell> cells_;
};

}  // namespace fedwatt::viewer
