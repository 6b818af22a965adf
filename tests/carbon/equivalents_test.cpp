#include "fedwatt/carbon/equivalents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fedwatt::carbon {
namespace {

TEST(Equivalents, AreTheEmissionsOverTheFactorOfEach) {
  const auto kilogram = equivalents_of(1000);
  ASSERT_EQ(kilogram.size(), 4U);
  // 400 g/mile / 1.609344 km/mile = 248.5485 g/km; 1000 / 248.5485 = 4.02336
  EXPECT_NEAR(kilogram[0].g_per_unit, 248.5485, 1e-4);
  EXPECT_NEAR(kilogram[0].count, 4.02336, 1e-9);
  EXPECT_NEAR(kilogram[1].count, 9.2507, 1e-4);   // 1000 / 108.1
  EXPECT_NEAR(kilogram[2].count, 80.6452, 1e-4);  // 1000 / 12.4
  // 8887 g/gallon / 3.785411784 l/gallon = 2347.697 g/l; 1000 / 2347.697 = 0.425949
  EXPECT_NEAR(kilogram[3].count, 0.425949, 1e-6);
}

TEST(Equivalents, SayWhatTheyAreAndWhoSaysSo) {
  for (const auto& each : equivalents_of(0)) {
    EXPECT_EQ(each.count, 0) << each.unit;
    EXPECT_FALSE(each.unit.empty());
    EXPECT_FALSE(each.source.empty()) << each.unit;
    EXPECT_GE(each.year, 2010) << each.unit;
  }
}

}  // namespace
}  // namespace fedwatt::carbon
