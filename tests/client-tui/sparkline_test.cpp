#include "view/sparkline.h"

#include <gtest/gtest.h>

#include <limits>

#include "text/display_text.h"

namespace fedwatt::viewer {
namespace {

TEST(Sparkline, GoesFromTheLeastToTheLargest) {
  EXPECT_EQ(sparkline({0, 1, 2, 3, 4, 5, 6, 7}, 8), "▁▂▃▄▅▆▇█");
  EXPECT_EQ(sparkline({1000, 1007, 1000}, 3), "▁█▁");
  EXPECT_EQ(sparkline({-3, -10}, 2), "█▁");
}

TEST(Sparkline, ShowsTheNewestAtTheRight) {
  EXPECT_EQ(sparkline({1, 2}, 5), "   ▁█");
  EXPECT_EQ(sparkline({9, 1, 2}, 2), "▁█");  // scaled to what is in sight
  EXPECT_EQ(sparkline({}, 3), "   ");
  EXPECT_EQ(sparkline({1, 2}, 0), "");
}

TEST(Sparkline, WhatIsNotKnownIsAGap) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(sparkline({1, std::nullopt, 2, nan, infinite, 1}, 6), "▁ █  ▁");
  EXPECT_EQ(sparkline({std::nullopt, std::nullopt}, 2), "  ");
}

TEST(Sparkline, ConstantValuesAreInTheMiddle) {
  EXPECT_EQ(sparkline({5, 5, 5}, 3), "▄▄▄");
  EXPECT_EQ(sparkline({0}, 1), "▄");
  EXPECT_EQ(sparkline({0.3, 0.1 + 0.2}, 2), "▄▄");
}

TEST(Sparkline, IsAlwaysAsWideAsAsked) {
  for (int width = 0; width < 20; ++width) {
    EXPECT_EQ(display_width(sparkline({1, 5, std::nullopt, 2}, width)), width);
  }
}

}  // namespace
}  // namespace fedwatt::viewer
