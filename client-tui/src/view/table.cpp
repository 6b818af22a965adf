#include "view/table.h"

#include <algorithm>
#include <ftxui/dom/elements.hpp>
#include <numeric>

namespace fedwatt::viewer {
namespace {

constexpr int kWideGap = 2;

int total_width(const std::vector<Column>& columns, const std::vector<std::size_t>& shown,
                int gap) {
  int total = 0;
  for (const std::size_t i : shown) total += columns[i].width + (total > 0 ? gap : 0);
  return total;
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

ftxui::Element table(const Style& style, const std::vector<Column>& columns,
                     const std::vector<Row>& rows, int first, int width, int height) {
  const auto shown = columns_that_fit(columns, width);
  const int gap = total_width(columns, shown, kWideGap) <= width ? kWideGap : 1;
  int spare = std::max(0, width - total_width(columns, shown, gap));
  std::vector<int> widths(columns.size());
  for (const std::size_t i : shown) {
    const int extra = columns[i].stretches ? std::min(spare, columns[i].width) : 0;
    widths[i] = columns[i].width + extra;
    spare -= extra;
  }

  const auto line = [&](const auto& cell_of, bool selected) {
    ftxui::Elements parts;
    for (const std::size_t i : shown) {
      if (!parts.empty())
        parts.push_back(ftxui::text(std::string(static_cast<std::size_t>(gap), ' ')));
      const Cell cell = cell_of(i);
      parts.push_back(style.text(fit(cell.text, widths[i], columns[i].align), cell.tone));
    }
    parts.push_back(ftxui::filler());
    auto element = ftxui::hbox(std::move(parts));
    return selected ? ftxui::inverted(std::move(element)) : element;
  };

  ftxui::Elements lines;
  lines.push_back(line(
      [&](std::size_t i) {
        return Cell{columns[i].heading, Tone::kQuiet};
      },
      false));
  const int count = static_cast<int>(rows.size());
  // Scrolled to the end, the last lines still fill the table.
  first = std::clamp(first, 0, std::max(0, count - (height - 1)));
  for (int i = first; i < count && static_cast<int>(lines.size()) < height; ++i) {
    const Row& row = rows[static_cast<std::size_t>(i)];
    lines.push_back(line([&](std::size_t c) { return row.cells[c]; }, row.selected));
  }
  return ftxui::vbox(std::move(lines));
}

}  // namespace fedwatt::viewer
