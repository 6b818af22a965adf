#include "fedwatt/carbon/intensity.h"

#include <gtest/gtest.h>

namespace fedwatt::carbon {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

protocol::Timestamp at(const std::string& time) {
  return protocol::parse_timestamp("2026-01-01T" + time + "Z").value();
}

// What `known` says of a region, long before any series.
Intensity intensity_of(const Intensities& known, std::string_view region) {
  return known.over(known.place_of(region), {at("00:00:00"), at("00:01:00")});
}

// Of one hour, from 10 to 11 o'clock.
IntensitySeries hour_of(const std::string& g_per_kwh) {
  return IntensitySeries::parse("timestamp,g_per_kwh\n2026-01-01T10:00:00Z," + g_per_kwh +
                                "\n2026-01-01T10:30:00Z," + g_per_kwh + "\n")
      .value();
}

TEST(Intensities, TakeTheTablesRow) {
  // Ember by way of Our World in Data, 2024: France 44.2 g/kWh.
  const Intensities known;
  for (const char* region : {"FR", "fra", "France", "aws:eu-west-3", "francecentral", "FR-IDF"}) {
    EXPECT_DOUBLE_EQ(intensity_of(known, region).g_per_kwh, 44.2) << region;
    EXPECT_EQ(intensity_of(known, region).source, "table:FR") << region;
    EXPECT_TRUE(known.place_of(region).known()) << region;
  }
}

TEST(Intensities, AnUnknownRegionIsTheWorldAndSaysSo) {
  const Intensities known;
  for (const char* region : {"", "QC", "Atlantis", "F", "FRAN", "eu-west", "FR-YT"}) {
    EXPECT_DOUBLE_EQ(intensity_of(known, region).g_per_kwh, 475.0) << region;
    EXPECT_EQ(intensity_of(known, region).source, "world") << region;
    EXPECT_FALSE(known.place_of(region).known()) << region;
  }
}

TEST(Intensities, TheWorldIsThatOfTheTable) {
  const Intensities known(std::make_shared<const RegionTable>(
      RegionTable::parse("code,name,also,g_per_kwh,year,source\nWorld,the world,,480,2024,x\n")
          .value()));
  EXPECT_DOUBLE_EQ(intensity_of(known, "FR").g_per_kwh, 480.0);
  EXPECT_EQ(intensity_of(known, "FR").source, "world");
}

TEST(Intensities, ASeriesGoesBeforeTheTableForAllNamesOfItsRegion) {
  Intensities known;
  known.set_series("France", hour_of("20"));
  for (const char* region : {"FR", "fra", "aws:eu-west-3", "FR-IDF"}) {
    const auto during = known.over(known.place_of(region), {at("10:10:00"), at("10:50:00")});
    EXPECT_DOUBLE_EQ(during.g_per_kwh, 20) << region;
    EXPECT_EQ(during.source, "series:FR") << region;
  }
  const auto other = known.over(known.place_of("DE"), {at("10:10:00"), at("10:50:00")});
  EXPECT_EQ(other.source, "table:DE");
}

TEST(Intensities, OutsideItsSeriesARegionIsInTheTable) {
  Intensities known;
  known.set_series("FR", hour_of("20"));
  const auto place = known.place_of("FR");
  EXPECT_EQ(known.over(place, {at("11:00:00"), at("12:00:00")}).source, "table:FR");
  EXPECT_DOUBLE_EQ(known.over(place, {at("11:00:00"), at("12:00:00")}).g_per_kwh, 44.2);
  EXPECT_EQ(known.over(place, {at("09:00:00"), at("10:00:00")}).source, "table:FR");
  EXPECT_EQ(known.over(place, {at("11:00:00"), at("11:00:00")}).source, "table:FR");
}

TEST(Intensities, APartOfTheTimeEach) {
  Intensities known;
  known.set_series("FR", hour_of("20"));
  // 10:45 to 11:45: a quarter at 20, three quarters at 44.2: 5 + 33.15 = 38.15
  const auto part = known.over(known.place_of("FR"), {at("10:45:00"), at("11:45:00")});
  EXPECT_DOUBLE_EQ(part.g_per_kwh, 38.15);
  EXPECT_EQ(part.source, "series:FR+table:FR");
}

TEST(Intensities, ASeriesMayBeOfARegionThatTheTableHasNot) {
  Intensities known;
  known.set_series("Campus", hour_of("0"));
  const auto place = known.place_of("campus");
  EXPECT_TRUE(place.known());
  EXPECT_EQ(known.over(place, {at("10:00:00"), at("11:00:00")}).source, "series:Campus");
  EXPECT_DOUBLE_EQ(known.over(place, {at("10:00:00"), at("11:00:00")}).g_per_kwh, 0);
  // Half an hour at 0, half an hour of the world's 475: 237.5
  const auto part = known.over(place, {at("10:30:00"), at("11:30:00")});
  EXPECT_DOUBLE_EQ(part.g_per_kwh, 237.5);
  EXPECT_EQ(part.source, "series:Campus+world");
}

TEST(Intensities, ASubdivisionsSeriesIsNotTheCountrys) {
  Intensities known;
  known.set_series("FR-IDF", hour_of("20"));
  known.set_series("US", hour_of("300"));
  const Interval interval{at("10:00:00"), at("11:00:00")};
  EXPECT_EQ(known.over(known.place_of("fr-idf"), interval).source, "series:FR-IDF");
  EXPECT_EQ(known.over(known.place_of("FR"), interval).source, "table:FR");
  // California has a figure of its own, which says more of it than the mean of all states.
  EXPECT_EQ(known.over(known.place_of("US-CA"), interval).source, "table:US-CA");
  EXPECT_EQ(known.over(known.place_of("US-QQ"), interval).source, "series:US");
}

TEST(Intensities, ALaterSeriesReplacesAnEarlierOne) {
  Intensities known;
  known.set_series("FR", hour_of("20"));
  known.set_series("France", hour_of("30"));
  const auto now = known.over(known.place_of("FR"), {at("10:00:00"), at("10:01:00")});
  EXPECT_DOUBLE_EQ(now.g_per_kwh, 30);
}

}  // namespace
}  // namespace fedwatt::carbon
