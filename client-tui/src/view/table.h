#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "input/hits.h"
#include "text/display_text.h"
#include "text/words.h"
#include "view/element.h"
#include "view/hit_map.h"
#include "view/style.h"
#include "view/view_context.h"

namespace fedwatt::viewer {

// Whether the rows are sorted by a column: its heading has an arrow then, "↑" where the values rise
// from line to line. A column that can be sorted by has a cell more than its heading.
enum class Sorted { kNo, kRising, kFalling };

struct Column {
  std::string heading;
  int width = 0;  // fixed, so that nothing moves when a number changes
  Align align = Align::kRight;
  int rank = 0;            // where there is no room the largest goes first; 0 always stays
  bool stretches = false;  // takes up to twice its width where there is room
  Sorted sorted = Sorted::kNo;
};

struct Cell {
  std::string text;
  Tone tone = Tone::kPlain;
};

using Row = std::vector<Cell>;  // one for each column

struct TableRows {
  int count = 0;
  // Makes the row of that index, from 0; asked for those in sight alone.
  std::function<Row(int index)> row_of;
  std::optional<int> selected{};  // shown inverse, and always in sight
  int first = 0;                  // in sight where none is selected: from here on
  // What the row of that index is to the mouse; not asked where `hits` is null.
  std::function<HitTarget(int index)> target_of{};
  HitMap* hits = nullptr;
};

// Which of the columns fit into `width`, as indices in order. Columns are two
// cells apart, or one where there is little room.
std::vector<std::size_t> columns_that_fit(const std::vector<Column>& columns, int width);

// The first row in sight where `visible` lines are there for them. A selected row is in the middle
// unless it is near an end; scrolled to the end, the last rows still fill the lines.
int first_row_in_sight(const TableRows& rows, int visible);

// A heading line and the rows in sight, `size.height` lines at most.
ftxui::Element table(const Style& style, const std::vector<Column>& columns, const TableRows& rows,
                     Size size);

}  // namespace fedwatt::viewer
