#pragma once

#include <string>
#include <vector>

#include "text/display_text.h"
#include "text/words.h"
#include "view/element.h"
#include "view/style.h"

namespace fedwatt::viewer {

struct Column {
  std::string heading;
  int width = 0;  // fixed, so that nothing moves when a number changes
  Align align = Align::kRight;
  int rank = 0;            // where there is no room the largest goes first; 0 always stays
  bool stretches = false;  // takes up to twice its width where there is room
};

struct Cell {
  std::string text;
  Tone tone = Tone::kPlain;
};

struct Row {
  std::vector<Cell> cells;  // one for each column
  bool selected = false;
};

// Which of the columns fit into `width`, as indices in order. Columns are two
// cells apart, or one where there is little room.
std::vector<std::size_t> columns_that_fit(const std::vector<Column>& columns, int width);

// A heading line and the rows from `first` on that fit into `height` lines in all.
ftxui::Element table(const Style& style, const std::vector<Column>& columns,
                     const std::vector<Row>& rows, int first, int width, int height);

}  // namespace fedwatt::viewer
