#include "app/redraw_clock.h"

#include <gtest/gtest.h>

#include <semaphore>

namespace fedwatt::viewer {
namespace {

using std::chrono::milliseconds;

TEST(RedrawClock, ADearPictureStaysLonger) {
  EXPECT_EQ(shown_for(milliseconds(0)), milliseconds(66));
  EXPECT_EQ(shown_for(milliseconds(2)), milliseconds(66));
  EXPECT_EQ(shown_for(milliseconds(6)), milliseconds(198));  // 3 % of it
  EXPECT_EQ(shown_for(std::chrono::seconds(5)), milliseconds(500));
}

TEST(RedrawClock, DrawsAfterEachChangeAndWithoutOne) {
  std::counting_semaphore<> drawn(0);
  RedrawClock clock([&] { drawn.release(); });
  drawn.acquire();  // for the ages
  clock.touch();
  drawn.acquire();
  clock.touch();
  drawn.acquire();
}

}  // namespace
}  // namespace fedwatt::viewer
