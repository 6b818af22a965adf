#include "fedwatt/run/outlook.h"

#include <gtest/gtest.h>

namespace fedwatt::run {
namespace {

// One kilowatt-hour at 300 g/kWh, with 30 g for the network on top.
Participant worker_in(const std::string& region, std::optional<double> pue = {}) {
  Participant participant;
  participant.hello.region = region;
  participant.hello.pue = pue;
  participant.energy_j = 3.6e6;
  participant.energy_times_intensity = 3.6e6 * 300;
  participant.emissions_g = pue.value_or(1) * 300 + 30;
  return participant;
}

IntensityNoted expecting(double g_per_kwh) { return {"", 300, "series:X", g_per_kwh}; }

TEST(Outlook, ScalesTheEnergysGramsAndNotTheNetworks) {
  // 100 instead of 300 g/kWh: (330 − 200) / 330.
  const auto outlook = outlook_of({{"a", worker_in("FR")}}, {{"FR", expecting(100)}}, 1);
  ASSERT_TRUE(outlook);
  EXPECT_DOUBLE_EQ(outlook->g_per_kwh, 100);
  EXPECT_DOUBLE_EQ(outlook->factor, 130.0 / 330);
}

TEST(Outlook, CountsAWorkersPue) {
  // 630 g so far; 200 g/kWh less on one kilowatt-hour at PUE 2 is 400 g less.
  const auto outlook = outlook_of({{"a", worker_in("FR", 2)}}, {{"FR", expecting(100)}}, 1);
  ASSERT_TRUE(outlook);
  EXPECT_DOUBLE_EQ(outlook->factor, 230.0 / 630);
}

TEST(Outlook, LeavesWorkersOfOtherGridsAsTheyWere) {
  // 660 g so far; of the first worker 300 g more are expected, of the other nothing is known.
  const auto outlook = outlook_of({{"a", worker_in("FR")}, {"b", worker_in("DE")}},
                                  {{"FR", expecting(600)}, {"DE", {"DE", 300, "table:DE", {}}}}, 1);
  ASSERT_TRUE(outlook);
  EXPECT_DOUBLE_EQ(outlook->g_per_kwh, 600);
  EXPECT_DOUBLE_EQ(outlook->factor, 960.0 / 660);
}

TEST(Outlook, IsNoneWhereNothingIsExpectedOrMeasured) {
  EXPECT_FALSE(outlook_of({{"a", worker_in("FR")}}, {}, 1));
  EXPECT_FALSE(outlook_of({}, {{"FR", expecting(100)}}, 1));
  Participant unmeasured;
  unmeasured.hello.region = "FR";
  EXPECT_FALSE(outlook_of({{"a", unmeasured}}, {{"FR", expecting(100)}}, 1));
}

}  // namespace
}  // namespace fedwatt::run
