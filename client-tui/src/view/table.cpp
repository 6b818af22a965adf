#include "view/table.h"

#include <algorithm>
#include <ftxui/dom/elements.hpp>
#include <numeric>

#include "view/hit_map.h"

namespace fedwatt::viewer {
namespace {

constexpr int kWideGap = 2;

int total_width(const std::vector<Column>& columns, const std::vector<std::size_t>& shown,
                int gap) {
  int total = 0;
  for (const std::size_t i : shown) total += columns[i].width + (total > 0 ? gap : 0);
  return total;
}

// The columns in sight, and where they stand.
struct Grid {
  std::vector<std::size_t> shown;
  std::vector<int> widths;  // of all columns
  std::string gap;
};

Grid lay_out(const std::vector<Column>& columns, int width) {
  Grid grid{columns_that_fit(columns, width), std::vector<int>(columns.size()), {}};
  const int gap = total_width(columns, grid.shown, kWideGap) <= width ? kWideGap : 1;
  grid.gap.assign(static_cast<std::size_t>(gap), ' ');
  int spare = std::max(0, width - total_width(columns, grid.shown, gap));
  for (const std::size_t i : grid.shown) {
    const int extra = columns[i].stretches ? std::min(spare, columns[i].width) : 0;
    grid.widths[i] = columns[i].width + extra;
    spare -= extra;
  }
  return grid;
}

std::string heading_of(const Column& column) {
  if (column.sorted == Sorted::kNo) return column.heading;
  return column.heading + (column.sorted == Sorted::kRising ? "↑" : "↓");
}

Row headings(const std::vector<Column>& columns) {
  Row row;
  for (const Column& column : columns) {
    const Tone tone = column.sorted == Sorted::kNo ? Tone::kQuiet : Tone::kStrong;
    row.push_back({heading_of(column), tone});
  }
  return row;
}

// Neighbours of one tone are one element: a screen full of cells costs little then.
ftxui::Element line(const Style& style, const std::vector<Column>& columns, const Grid& grid,
                    const Row& row) {
  ftxui::Elements parts;
  Cell joined;
  for (const std::size_t i : grid.shown) {
    const Cell& cell = row[i];
    const std::string text = fit(cell.text, grid.widths[i], columns[i].align);
    if (!joined.text.empty()) joined.text += grid.gap;
    if (cell.tone != joined.tone && !joined.text.empty()) {
      parts.push_back(style.text(joined.text, joined.tone));
      joined.text.clear();
    }
    joined.tone = cell.tone;
    joined.text += text;
  }
  parts.push_back(style.text(joined.text, joined.tone));
  parts.push_back(ftxui::filler());
  return ftxui::hbox(std::move(parts));
}

}  // namespace

std::vector<std::size_t> columns_that_fit(const std::vector<Column>& columns, int width) {
  std::vector<std::size_t> shown(columns.size());
  std::iota(shown.begin(), shown.end(), std::size_t{0});
  while (total_width(columns, shown, 1) > width) {
    const auto least = std::max_element(
        shown.begin(), shown.end(),
        [&](std::size_t a, std::size_t b) { return columns[a].rank < columns[b].rank; });
    if (least == shown.end() || columns[*least].rank == 0) break;
    shown.erase(least);
  }
  return shown;
}

int first_row_in_sight(const TableRows& rows, int visible) {
  const int wanted = rows.selected ? *rows.selected - (visible - 1) / 2 : rows.first;
  return std::clamp(wanted, 0, std::max(0, rows.count - visible));
}

ftxui::Element table(const Style& style, const std::vector<Column>& columns, const TableRows& rows,
                     Size size) {
  const Grid grid = lay_out(columns, size.width);
  const int visible = std::max(0, size.height - 1);
  const int first = first_row_in_sight(rows, visible);
  const int end = std::min(rows.count, first + visible);

  ftxui::Elements lines{line(style, columns, grid, headings(columns))};
  for (int i = first; i < end; ++i) {
    auto element = line(style, columns, grid, rows.row_of(i));
    if (i == rows.selected) element = ftxui::inverted(std::move(element));
    if (rows.hits) element = tracked(std::move(element), rows.hits, rows.target_of(i));
    lines.push_back(std::move(element));
  }
  return ftxui::vbox(std::move(lines));
}

}  // namespace fedwatt::viewer
