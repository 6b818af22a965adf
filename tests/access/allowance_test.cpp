#include "fedwatt/access/allowance.h"

#include <gtest/gtest.h>

#include <limits>

namespace fedwatt::access {
namespace {

using std::chrono::milliseconds;

const protocol::Timestamp kStart = *protocol::parse_timestamp("2026-01-01T00:00:00Z");

TEST(AllowanceTest, GivesItsReserveAtOnceAndThenWhatTimeBrings) {
  Allowance allowance(10, 20);
  EXPECT_EQ(allowance.take(20, kStart), milliseconds{0});
  EXPECT_FALSE(allowance.has_one(kStart));
  // 5 too many at 10 a second.
  EXPECT_EQ(allowance.take(5, kStart), milliseconds{500});
  EXPECT_FALSE(allowance.has_one(kStart + milliseconds{500}));
  EXPECT_TRUE(allowance.has_one(kStart + milliseconds{600}));
}

TEST(AllowanceTest, HoldsNoMoreThanItsReserve) {
  Allowance allowance(10, 20);
  EXPECT_EQ(allowance.take(1, kStart), milliseconds{0});
  EXPECT_EQ(allowance.take(25, kStart + std::chrono::hours{1}), milliseconds{500});
}

TEST(AllowanceTest, AClockThatGoesBackGivesNothing) {
  Allowance allowance(10, 1);
  EXPECT_EQ(allowance.take(1, kStart), milliseconds{0});
  EXPECT_FALSE(allowance.has_one(kStart - std::chrono::hours{1}));
  EXPECT_TRUE(allowance.has_one(kStart - std::chrono::hours{1} + milliseconds{100}));
}

TEST(AllowanceTest, CountsNothingWhereThereIsNoLimit) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  Allowance allowance(kInfinite, kInfinite);
  EXPECT_EQ(allowance.take(1e18, kStart), milliseconds{0});
  EXPECT_TRUE(allowance.has_one(kStart));
}

}  // namespace
}  // namespace fedwatt::access
