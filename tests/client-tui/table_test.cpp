#include "view/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "snapshots.h"

namespace fedwatt::viewer {
namespace {

const Style kStyle{Theme()};

TEST(Table, TheLeastImportantColumnsGoFirst) {
  const std::vector<Column> columns{
      {"a", 10}, {"b", 10, Align::kRight, 2}, {"c", 10, Align::kRight, 1}, {"d", 10}};
  using Indices = std::vector<std::size_t>;
  EXPECT_EQ(columns_that_fit(columns, 43), (Indices{0, 1, 2, 3}));  // 4 * 10 and 3 gaps
  EXPECT_EQ(columns_that_fit(columns, 42), (Indices{0, 2, 3}));
  EXPECT_EQ(columns_that_fit(columns, 31), (Indices{0, 3}));
  EXPECT_EQ(columns_that_fit(columns, 5), (Indices{0, 3}));  // these always stay
}

TEST(Table, ASelectedRowIsAlwaysInSight) {
  for (const int count : {1, 5, 10, 11, 1000}) {
    for (int visible = 1; visible <= 12; ++visible) {
      for (int selected = 0; selected < count; ++selected) {
        TableRows rows;
        rows.count = count;
        rows.selected = selected;
        const int first = first_row_in_sight(rows, visible);
        ASSERT_LE(first, selected);
        ASSERT_GT(first + visible, selected) << count << " " << visible;
        ASSERT_LE(first, std::max(0, count - visible));  // no lines are left empty
      }
    }
  }
}

TEST(Table, WithoutASelectionItStartsWhereItIsTold) {
  TableRows rows;
  rows.count = 20;
  rows.first = 7;
  EXPECT_EQ(first_row_in_sight(rows, 10), 7);
  rows.first = 15;
  EXPECT_EQ(first_row_in_sight(rows, 10), 10);  // the last ten
}

TEST(Table, OnlyRowsInSightAreMade) {
  std::vector<int> made;
  TableRows rows;
  rows.count = 1'000'000;
  rows.selected = 500;
  rows.row_of = [&](int index) {
    made.push_back(index);
    return Row{{std::to_string(index)}};
  };
  const auto text = element_text(table(kStyle, {{"n", 6}}, rows, {10, 5}), {10, 5});
  EXPECT_EQ(made, (std::vector<int>{499, 500, 501, 502}));
  EXPECT_EQ(text, "     n\n   499\n   500\n   501\n   502\n");
}

TEST(Table, AHeadingSaysWhichWayItIsSorted) {
  TableRows rows;
  const std::vector<Column> columns{{"name", 6, Align::kLeft, 0, false, Sorted::kRising},
                                    {"CO2e", 6, Align::kRight, 0, false, Sorted::kFalling}};
  EXPECT_EQ(element_text(table(kStyle, columns, rows, {14, 1}), {14, 1}), "name↑    CO2e↓\n");
}

TEST(Table, WideNamesTakeTheirCells) {
  TableRows rows;
  rows.count = 2;
  rows.row_of = [](int index) {
    return index == 0 ? Row{{"日本語キーボード", Tone::kStrong}, {"1"}} : Row{{"abc"}, {"2"}};
  };
  const std::vector<Column> columns{{"name", 8, Align::kLeft}, {"n", 3}};
  EXPECT_EQ(element_text(table(kStyle, columns, rows, {13, 3}), {13, 3}),
            "name        n\n日本語…     1\nabc         2\n");
}

}  // namespace
}  // namespace fedwatt::viewer
