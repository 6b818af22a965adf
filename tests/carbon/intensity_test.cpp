#include "fedwatt/carbon/intensity.h"

#include <gtest/gtest.h>

namespace fedwatt::carbon {
namespace {

TEST(Intensity, FindsCountriesByBothCodesInAnyCase) {
  // Ember by way of Our World in Data, 2024: France 44.2 g/kWh.
  EXPECT_DOUBLE_EQ(intensity_of_region("FR").g_per_kwh, 44.2);
  EXPECT_DOUBLE_EQ(intensity_of_region("fra").g_per_kwh, 44.2);
  EXPECT_EQ(intensity_of_region("Fra").source, "table:FR");
}

TEST(Intensity, AnUnknownRegionIsTheWorldAndSaysSo) {
  for (const char* region : {"", "QC", "Atlantis", "F", "FRAN"}) {
    EXPECT_DOUBLE_EQ(intensity_of_region(region).g_per_kwh, 475.0) << region;
    EXPECT_EQ(intensity_of_region(region).source, "world") << region;
  }
}

}  // namespace
}  // namespace fedwatt::carbon
