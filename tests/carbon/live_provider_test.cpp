#include "fedwatt/carbon/live_provider.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fedwatt::carbon {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

protocol::Timestamp at(const std::string& time) { return protocol::parse_timestamp(time).value(); }

const std::unique_ptr<LiveProvider> kMaps = electricity_maps("http://maps", "secret");
const std::unique_ptr<LiveProvider> kUk = uk_carbon_intensity("http://uk");

// "" if there is none.
std::string zone_of(const LiveProvider& provider, std::string_view region) {
  return provider.zone_of(*RegionTable::built_in(), region).value_or("");
}

LiveProvider::Values latest(const LiveProvider& provider, const std::string& body,
                            const std::string& zone = "FR") {
  return provider.read(LiveTopic::kLatest, zone, body);
}
LiveProvider::Values forecast(const LiveProvider& provider, const std::string& body) {
  return provider.read(LiveTopic::kForecast, "FR", body);
}

// ---- Electricity Maps ---------------------------------------------------------------------------

TEST(ElectricityMaps, IsAskedForTheGridItselfAndNoOther) {
  const std::vector<std::pair<const char*, const char*>> zones = {
      // Countries, by all their names, and clouds in them.
      {"FR", "FR"},
      {"france", "FR"},
      {"aws:eu-west-3", "FR"},
      {"eu-west-3", "FR"},
      {"FR-IDF", "FR"},
      {"US", "US"},
      // Grids that both know.
      {"SE3", "SE-SE3"},
      {"Québec", "CA-QC"},
      {"us-hi", "US-HI"},
      {"US-PR", "PR"},
      // Zones of theirs that are no region of ours.
      {"DK-DK1", "DK-DK1"},
      {"fr-cor", "FR-COR"},
      {"GB-NIR", "GB-NIR"},
      {"us-cal-ciso", "US-CAL-CISO"},
      {"AU-TAS-CBI", "AU-TAS-CBI"},
      // What has figures of its own in the table, and no zone: not the country's.
      {"US-CA", ""},
      {"Texas", ""},
      // Nobody knows them.
      {"", ""},
      {"world", ""},
      {"Atlantis", ""},
      {"us-east-99", ""},
      {"US-CAL-", ""},
      {"US--CISO", ""},
      {"US-CAL-CISO-2", ""},
      {"US-CAL-CISO&zone=DE", ""},
      {"F\r\nR", ""},
  };
  for (const auto& [region, zone] : zones) EXPECT_EQ(zone_of(*kMaps, region), zone) << region;
}

TEST(ElectricityMaps, KnowsOnlyWhatIsACountryInATableOfOnesOwn) {
  const auto table = RegionTable::parse(
                         "code,name,also,g_per_kwh,year,source\n"
                         "world,World,,475,2024,x\nCampus,Our roof,FR,0,2026,x\n")
                         .value();
  EXPECT_EQ(kMaps->zone_of(table, "campus"), std::nullopt);
  EXPECT_EQ(kMaps->zone_of(table, "FR"), std::nullopt);
  EXPECT_EQ(kMaps->zone_of(table, "SE-SE3"), "SE-SE3");
}

TEST(ElectricityMaps, Asks) {
  const auto now = at("2026-01-01T10:07:30Z");
  const auto question = kMaps->ask(LiveTopic::kLatest, "FR", now);
  EXPECT_EQ(question.url, "http://maps/v3/carbon-intensity/latest?zone=FR");
  EXPECT_THAT(question.headers, testing::Contains("auth-token: secret"));
  EXPECT_EQ(kMaps->ask(LiveTopic::kForecast, "FR", now).url,
            "http://maps/v3/carbon-intensity/forecast?zone=FR");
}

// An answer as users have published it.
constexpr char kMapsLatest[] =
    R"({"zone":"FR","carbonIntensity":58,"datetime":"2026-01-01T10:00:00.000Z",)"
    R"("updatedAt":"2026-01-01T09:46:10.233Z","createdAt":"2025-12-29T10:43:23.481Z",)"
    R"("emissionFactorType":"lifecycle","isEstimated":true,)"
    R"("estimationMethod":"TIME_SLICER_AVERAGE"})";

TEST(ElectricityMaps, ReadsTheLatest) {
  const auto values = latest(*kMaps, kMapsLatest).value();
  ASSERT_EQ(values.size(), 1U);
  EXPECT_EQ(values[0].start, at("2026-01-01T10:00:00Z"));
  EXPECT_EQ(values[0].g_per_kwh, 58);
  EXPECT_TRUE(values[0].estimated);
  const auto measured = latest(*kMaps, R"({"zone":"FR","carbonIntensity":58.25,)"
                                       R"("datetime":"2026-01-01T10:00:00Z","isEstimated":false})");
  EXPECT_EQ(measured.value()[0].g_per_kwh, 58.25);
  EXPECT_FALSE(measured.value()[0].estimated);
}

TEST(ElectricityMaps, ReadsTheForecast) {
  const auto values =
      forecast(*kMaps, R"({"zone":"FR","forecast":[)"
                       R"({"carbonIntensity":58,"datetime":"2026-01-01T10:00:00Z"},)"
                       R"({"carbonIntensity":61,"datetime":"2026-01-01T11:00:00Z"}],)"
                       R"("updatedAt":"2026-01-01T09:46:10.233Z"})")
          .value();
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[1].start, at("2026-01-01T11:00:00Z"));
  EXPECT_EQ(values[1].g_per_kwh, 61);
}

// It answers with the asker's own zone, by his address, if it does not know the one asked for.
TEST(ElectricityMaps, AnotherZonesAnswerIsNone) {
  EXPECT_EQ(latest(*kMaps, kMapsLatest, "DE").error(), "the answer is of another zone");
}

TEST(ElectricityMaps, TakesNoNonsense) {
  const auto with = [](const std::string& intensity, const std::string& time) {
    return latest(
        *kMaps, R"({"zone":"FR","carbonIntensity":)" + intensity + R"(,"datetime":)" + time + "}");
  };
  const std::string time = R"("2026-01-01T10:00:00Z")";
  EXPECT_TRUE(with("0", time));
  for (const char* intensity : {"NaN", "Infinity", "-1", "1e9", "2000.5", "1e400", "null", "\"58\"",
                                "[58]", "true", "{}"}) {
    EXPECT_FALSE(with(intensity, time)) << intensity;
  }
  for (const char* bad : {"null", "1767261600", "\"\"", "\"yesterday\"", "\"2026-13-01T10:00:00Z\"",
                          "\"2026-01-01T10:00:00\""}) {
    EXPECT_FALSE(with("58", bad)) << bad;
  }
  for (const char* body : {"", "{", "null", "[]", "58", "<html>502</html>", R"({"zone":"FR"})",
                           R"({"error":"Invalid auth-token"})", "\xff\xfe"}) {
    EXPECT_FALSE(latest(*kMaps, body)) << body;
    EXPECT_FALSE(forecast(*kMaps, body)) << body;
  }
  EXPECT_FALSE(latest(*kMaps, std::string(200'000, '[')));
  EXPECT_FALSE(latest(*kMaps, kMapsLatest + std::string(300'000, ' ')));
  for (const char* points :
       {"null", "[]", "[1,2]", R"([{"carbonIntensity":58,"datetime":"2026-01-01T10:00:00Z"}])",
        R"([{"carbonIntensity":58,"datetime":"2026-01-01T10:00:00Z"},
               {"carbonIntensity":58,"datetime":"2026-01-01T10:00:00Z"}])",
        R"([{"carbonIntensity":58,"datetime":"2026-01-01T10:00:00Z"},
               {"carbonIntensity":-58,"datetime":"2026-01-01T11:00:00Z"}])"}) {
    EXPECT_FALSE(forecast(*kMaps, std::string(R"({"zone":"FR","forecast":)") + points + "}"))
        << points;
  }
}

// ---- the Carbon Intensity API -------------------------------------------------------------------

TEST(UkCarbonIntensity, KnowsGreatBritainOnly) {
  for (const char* region : {"GB", "UK", "United Kingdom", "eu-west-2", "GB-ENG"}) {
    EXPECT_EQ(zone_of(*kUk, region), "GB") << region;
  }
  for (const char* region : {"", "FR", "IE", "GB-NIR", "Atlantis"}) {
    EXPECT_THAT(zone_of(*kUk, region), IsEmpty()) << region;
  }
}

TEST(UkCarbonIntensity, Asks) {
  const auto now = at("2026-01-01T10:07:30Z");
  const auto question = kUk->ask(LiveTopic::kLatest, "GB", now);
  EXPECT_EQ(question.url, "http://uk/intensity");
  EXPECT_THAT(question.headers, Not(testing::Contains(HasSubstr("auth"))));
  EXPECT_EQ(kUk->ask(LiveTopic::kForecast, "GB", now).url,
            "http://uk/intensity/2026-01-01T10:07Z/fw48h");
}

TEST(UkCarbonIntensity, ReadsTheLatest) {
  // The answer that its documentation shows.
  const auto values =
      latest(*kUk, R"({"data":[{"from":"2018-01-20T12:00Z","to":"2018-01-20T12:30Z",)"
                   R"("intensity":{"forecast":266,"actual":263,"index":"moderate"}}]})")
          .value();
  EXPECT_EQ(values.at(0).start, at("2018-01-20T12:00:00Z"));
  EXPECT_EQ(values[0].g_per_kwh, 263);
  EXPECT_FALSE(values[0].estimated);
  const auto expected = latest(*kUk, R"({"data":[{"from":"2018-01-20T12:00Z",)"
                                     R"("intensity":{"forecast":266,"actual":null}}]})")
                            .value();
  EXPECT_EQ(expected.at(0).g_per_kwh, 266);
  EXPECT_TRUE(expected[0].estimated);
}

TEST(UkCarbonIntensity, ReadsTheForecast) {
  const auto values =
      forecast(*kUk,
               R"({"data":[{"from":"2018-01-20T12:00Z","intensity":{"forecast":266,"actual":263}},)"
               R"({"from":"2018-01-20T12:30Z","intensity":{"forecast":271,"actual":null}}]})")
          .value();
  ASSERT_EQ(values.size(), 2U);
  EXPECT_EQ(values[0].g_per_kwh, 266);
  EXPECT_EQ(values[1].start, at("2018-01-20T12:30:00Z"));
}

TEST(UkCarbonIntensity, TakesNoNonsense) {
  for (const char* body :
       {"", "null", "{}", R"({"data":[]})", R"({"data":{}})", R"({"data":[1]})",
        R"({"data":[{"from":"2018-01-20T12:00Z"}]})",
        R"({"data":[{"intensity":{"forecast":266,"actual":263}}]})",
        R"({"data":[{"from":"2018-01-20T12Z","intensity":{"forecast":266,"actual":263}}]})",
        R"({"data":[{"from":"2018-01-20T12:00Z","intensity":{"forecast":null,"actual":null}}]})",
        R"({"data":[{"from":"2018-01-20T12:00Z","intensity":{"forecast":266,"actual":-1}}]})",
        R"({"error":{"code":"400 Bad Request","message":"…"}})"}) {
    EXPECT_FALSE(latest(*kUk, body)) << body;
    EXPECT_FALSE(forecast(*kUk, body)) << body;
  }
}

}  // namespace
}  // namespace fedwatt::carbon
