#include "view/dot_canvas.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace fedwatt::viewer {
namespace {

// The part of a line, from 0 to 1, that lies within [0, end] in one direction.
struct Part {
  double from = 0;
  double to = 1;
};

std::optional<Part> part_inside(double start, double change, double end, Part part) {
  if (change == 0) {
    if (start < 0 || start > end) return std::nullopt;
    return part;
  }
  const double a = (0 - start) / change;
  const double b = (end - start) / change;
  part.from = std::max(part.from, std::min(a, b));
  part.to = std::min(part.to, std::max(a, b));
  if (part.from > part.to) return std::nullopt;
  return part;
}

}  // namespace

DotCanvas::DotCanvas(int columns, int rows)
    : columns_(std::max(columns, 0)),
      rows_(std::max(rows, 0)),
      cells_(static_cast<std::size_t>(columns_) * static_cast<std::size_t>(rows_)) {}

std::size_t DotCanvas::index(int column, int row) const {
  return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) +
         static_cast<std::size_t>(column);
}

void DotCanvas::dot(int x, int y, Ink ink) {
  if (x < 0 || y < 0 || x >= width() || y >= height()) return;
  // Unicode numbers the dots down the left column, then the right one; the lowest row came later.
  static constexpr std::array<std::array<std::uint8_t, kDotsX>, kDotsY> kBits{
      {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}};
  Cell& target = cells_[index(x / kDotsX, y / kDotsY)];
  const auto row = static_cast<std::size_t>(y % kDotsY);
  const auto column = static_cast<std::size_t>(x % kDotsX);
  target.dots = static_cast<std::uint8_t>(target.dots | kBits[row][column]);
  target.ink = ink;
}

void DotCanvas::line(double x0, double y0, double x1, double y1, bool dashed, Ink ink) {
  const double dx = x1 - x0;
  const double dy = y1 - y0;
  std::optional<Part> part = part_inside(x0, dx, width() - 1, Part{});
  if (part) part = part_inside(y0, dy, height() - 1, *part);
  if (!part) return;
  constexpr int kDash = 3;
  const double from_x = x0 + part->from * dx;
  const double from_y = y0 + part->from * dy;
  const double length_x = (part->to - part->from) * dx;
  const double length_y = (part->to - part->from) * dy;
  const int steps =
      std::max(1, static_cast<int>(std::lround(std::max(std::abs(length_x), std::abs(length_y)))));
  for (int step = 0; step <= steps; ++step) {
    if (dashed && step / kDash % 2 == 1) continue;
    const double share = static_cast<double>(step) / steps;
    dot(static_cast<int>(std::lround(from_x + share * length_x)),
        static_cast<int>(std::lround(from_y + share * length_y)), ink);
  }
}

std::string DotCanvas::glyph(int column, int row) const {
  const unsigned dots = cells_[index(column, row)].dots;
  if (dots == 0) return {};
  // U+2800 and the dots, in UTF-8.
  const unsigned code = 0x2800U + dots;
  return {static_cast<char>(0xE0U | (code >> 12U)),
          static_cast<char>(0x80U | ((code >> 6U) & 0x3FU)),
          static_cast<char>(0x80U | (code & 0x3FU))};
}

Ink DotCanvas::ink(int column, int row) const { return cells_[index(column, row)].ink; }

}  // namespace fedwatt::viewer
