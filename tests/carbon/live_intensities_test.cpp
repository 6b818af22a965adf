#include "fedwatt/carbon/live_intensities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fedwatt/carbon/intensity.h"

namespace fedwatt::carbon {
namespace {

using testing::IsEmpty;

protocol::Timestamp at(const std::string& time) {
  return protocol::parse_timestamp("2026-01-01T" + time + ":00Z").value();
}

class LiveIntensitiesTest : public testing::Test {
 protected:
  LiveIntensitiesTest() { known.set_live(live); }

  static std::vector<std::unique_ptr<const LiveProvider>> providers() {
    std::vector<std::unique_ptr<const LiveProvider>> both;
    both.push_back(uk_carbon_intensity("http://uk"));
    both.push_back(electricity_maps("http://maps", "secret"));
    return both;
  }
  LiveSeries& series(std::string_view region) {
    return *live->series_for(known.place_of(region).live_source().value());
  }
  Intensity over(std::string_view region, const std::string& start, const std::string& end) const {
    return known.over(known.place_of(region), {at(start), at(end)});
  }

  std::shared_ptr<LiveIntensities> live = std::make_shared<LiveIntensities>(providers());
  Intensities known;
};

TEST_F(LiveIntensitiesTest, ARegionBelongsToTheFirstProviderThatKnowsIt) {
  EXPECT_EQ(known.place_of("UK").live_source()->name(), "uk_carbon_intensity:GB");
  EXPECT_EQ(known.place_of("GB-NIR").live_source()->name(), "electricity_maps:GB-NIR");
  EXPECT_EQ(known.place_of("eu-west-3").live_source()->name(), "electricity_maps:FR");
  EXPECT_EQ(known.place_of("US-CA").live_source(), std::nullopt);
  EXPECT_EQ(Intensities().place_of("FR").live_source(), std::nullopt);
}

TEST_F(LiveIntensitiesTest, ALiveValueGoesBeforeTheTable) {
  const auto place = known.place_of("FR");  // found before there are any values
  EXPECT_EQ(known.over(place, {at("10:05"), at("10:15")}).source, "table:FR");
  series("FR").add({at("10:00"), 58});
  const auto intensity = known.over(place, {at("10:05"), at("10:15")});
  EXPECT_EQ(intensity.g_per_kwh, 58);
  EXPECT_EQ(intensity.source, "electricity_maps:FR");
  EXPECT_EQ(known.over(place, {at("10:30"), at("10:30")}).g_per_kwh, 58);  // a moment
  EXPECT_EQ(over("DE", "10:05", "10:15").source, "table:DE");
}

TEST_F(LiveIntensitiesTest, AZoneThatTheTableHasNotIsKnown) {
  EXPECT_TRUE(known.place_of("US-CAL-CISO").known());
  EXPECT_EQ(over("US-CAL-CISO", "10:05", "10:15").source, "world");
  series("US-CAL-CISO").add({at("10:00"), 200});
  EXPECT_EQ(over("us-cal-ciso", "10:05", "10:15").source, "electricity_maps:US-CAL-CISO");
}

TEST_F(LiveIntensitiesTest, AReportIsIntegratedOverTheValues) {
  series("FR").add({at("10:00"), 50});
  series("FR").add({at("11:00"), 80});
  // Half an hour at 50, a quarter at 80: (30·50 + 15·80) / 45 = 60
  EXPECT_DOUBLE_EQ(over("FR", "10:30", "11:15").g_per_kwh, 60);
  EXPECT_EQ(over("FR", "10:30", "11:15").source, "electricity_maps:FR");
}

TEST_F(LiveIntensitiesTest, WhatIsSaidLaterOfTheSameTimeCounts) {
  series("FR").add({at("10:00"), 50, true});
  EXPECT_EQ(over("FR", "10:10", "10:20").source, "electricity_maps:FR;estimated");
  series("FR").add({at("10:00"), 54});
  EXPECT_EQ(over("FR", "10:10", "10:20").source, "electricity_maps:FR");
  EXPECT_EQ(over("FR", "10:10", "10:20").g_per_kwh, 54);
}

TEST_F(LiveIntensitiesTest, AStaleValueIsMarkedWithItsAge) {
  series("FR").add({at("10:00"), 50, true});
  EXPECT_EQ(over("FR", "10:50", "11:00").source, "electricity_maps:FR;estimated");
  // At the end of the report it was an hour and a half old.
  EXPECT_EQ(over("FR", "11:20", "11:30").source, "electricity_maps:FR;estimated;age=5400s");
  EXPECT_EQ(over("FR", "11:20", "11:30").g_per_kwh, 50);
}

TEST_F(LiveIntensitiesTest, AfterThreeHoursAValueIsNotUsed) {
  series("FR").add({at("10:00"), 50});
  EXPECT_EQ(over("FR", "13:00", "13:10").source, "table:FR");
  // 12:45 to 13:45: a quarter of an hour at 50, three at the table's 44.2: 12.5 + 33.15 = 45.65
  const auto partly = over("FR", "12:45", "13:45");
  EXPECT_DOUBLE_EQ(partly.g_per_kwh, 45.65);
  EXPECT_EQ(partly.source, "electricity_maps:FR;age=10800s+table:FR");
}

TEST_F(LiveIntensitiesTest, WhatLiesBeforeTheFirstValueIsFromElsewhere) {
  known.set_series("FR", IntensitySeries::of({{at("08:00"), 20}, {at("09:30"), 30}}));
  series("FR").add({at("10:00"), 50});
  EXPECT_EQ(over("FR", "08:00", "09:00").source, "series:FR");
  EXPECT_EQ(over("FR", "06:00", "07:00").source, "table:FR");
  // Half an hour at the series' 30, half an hour at 50.
  const auto partly = over("FR", "09:30", "10:30");
  EXPECT_DOUBLE_EQ(partly.g_per_kwh, 40);
  EXPECT_EQ(partly.source, "electricity_maps:FR+series:FR");
}

TEST_F(LiveIntensitiesTest, GapsBetweenValuesAreFilled) {
  series("FR").add({at("02:00"), 50});
  series("FR").add({at("06:00"), 60});
  // 01:00 to 06:30: an hour before, three at 50, an hour between, half an hour at 60; the table has
  // 44.2: (2·44.2 + 3·50 + 0.5·60) / 5.5 = 48.8
  const auto intensity = over("FR", "01:00", "06:30");
  EXPECT_DOUBLE_EQ(intensity.g_per_kwh, 48.8);
  EXPECT_EQ(intensity.source, "electricity_maps:FR;age=10800s+table:FR");
}

TEST_F(LiveIntensitiesTest, OldValuesAreForgotten) {
  auto time = at("00:00");
  for (int i = 0; i < 10'000; ++i) series("FR").add({time += std::chrono::hours{1}, 50});
  EXPECT_EQ(over("FR", "02:00", "03:00").source, "table:FR");
  EXPECT_EQ(known.over(known.place_of("FR"), {time, time}).source, "electricity_maps:FR");
}

TEST_F(LiveIntensitiesTest, ZonesAreBounded) {
  const auto source = known.place_of("FR").live_source().value();
  std::size_t taken = 0;
  for (int i = 0; i < 2'000; ++i) {
    if (live->series_for({source.provider, std::to_string(i)})) ++taken;
  }
  EXPECT_EQ(taken, 1'000U);
  EXPECT_NE(live->series_for({source.provider, "7"}), nullptr);
}

TEST_F(LiveIntensitiesTest, TheOutlookIsTheForecastsMean) {
  const auto outlook = [this](const std::string& start, const std::string& end) {
    return known.outlook(known.place_of("FR"), {at(start), at(end)});
  };
  series("FR").add({at("10:00"), 50});
  EXPECT_EQ(outlook("10:00", "11:00"), std::nullopt);  // what is now says nothing of what will be
  series("FR").set_forecast(
      IntensitySeries::of({{at("10:00"), 50}, {at("11:00"), 60}, {at("12:00"), 80}}));
  // Half an hour at 50, one at 60, half a one at 80: 62.5
  EXPECT_EQ(outlook("10:30", "12:30"), 62.5);
  // It ends at 13:00: of 10:00 to 13:20 it covers 180 of 200 minutes, 90 %, and of 13:21 less.
  EXPECT_NE(outlook("10:00", "13:20"), std::nullopt);
  EXPECT_EQ(outlook("10:00", "13:21"), std::nullopt);
}

TEST_F(LiveIntensitiesTest, TheOutlookMayBeTheSeries) {
  known.set_series("FR", IntensitySeries::of({{at("10:00"), 20}, {at("22:00"), 30}}));
  const auto place = known.place_of("FR");
  EXPECT_EQ(known.outlook(place, {at("10:00"), at("20:00")}), 20);
  series("FR").set_forecast(IntensitySeries::of({{at("10:00"), 50}, {at("11:00"), 60}}));
  EXPECT_EQ(known.outlook(place, {at("10:00"), at("11:00")}), 50);
  EXPECT_EQ(known.outlook(place, {at("10:00"), at("20:00")}), 20);
  EXPECT_EQ(known.outlook(known.place_of("DE"), {at("10:00"), at("11:00")}), std::nullopt);
}

}  // namespace
}  // namespace fedwatt::carbon
