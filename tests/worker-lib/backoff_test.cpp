#include "link/backoff.h"

#include <gtest/gtest.h>

namespace fedwatt::link {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, DoublesItsBoundUpToTheLongest) {
  Backoff backoff(milliseconds(500), milliseconds(3'000));
  EXPECT_EQ(backoff.next(1), milliseconds(500));
  EXPECT_EQ(backoff.next(1), milliseconds(1'000));
  EXPECT_EQ(backoff.next(1), milliseconds(2'000));
  EXPECT_EQ(backoff.next(1), milliseconds(3'000));
  EXPECT_EQ(backoff.next(1), milliseconds(3'000));
}

TEST(Backoff, WaitsARandomPartOfTheBound) {
  Backoff backoff(milliseconds(500), milliseconds(20'000));
  EXPECT_EQ(backoff.next(0), milliseconds(0));
  EXPECT_EQ(backoff.next(0.25), milliseconds(250));  // 1000 / 4
}

TEST(Backoff, StartsOverWhenReset) {
  Backoff backoff(milliseconds(500), milliseconds(20'000));
  backoff.next(1);
  backoff.next(1);
  backoff.reset();
  EXPECT_EQ(backoff.next(1), milliseconds(500));
}

}  // namespace
}  // namespace fedwatt::link
