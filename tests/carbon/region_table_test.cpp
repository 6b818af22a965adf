#include "fedwatt/carbon/region_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace fedwatt::carbon {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr char kHeader[] = "code,name,also,g_per_kwh,year,source\n";
constexpr char kWorld[] = "world,World,,475,2018,IEA\n";

const RegionTable& built_in() { return *RegionTable::built_in(); }

std::string code_of(std::string_view name) {
  const auto* region = built_in().named(name);
  return region ? region->code : "none";
}

std::string covering(std::string_view name) {
  const auto* region = built_in().covering(name);
  return region ? region->code : "none";
}

std::string complaint_about(const std::string& rows) {
  const auto table = RegionTable::parse(kHeader + rows);
  return table ? "accepted" : table.error();
}

TEST(BuiltInTable, HasPlausibleRowsOnly) {
  EXPECT_GE(built_in().regions().size(), 280U);
  for (const auto& region : built_in().regions()) {
    SCOPED_TRACE(region.code);
    // The cleanest is a Nordic zone, 18; the dirtiest Turkmenistan, 1306.3.
    EXPECT_GE(region.g_per_kwh, 18);
    EXPECT_LE(region.g_per_kwh, 1306.3);
    EXPECT_TRUE(region.year == 2016 || (region.year >= 2018 && region.year <= 2024) ||
                region.code == "EH")  // Western Sahara's last figure is of 2009
        << region.year;
    EXPECT_THAT(region.source, testing::Not(testing::IsEmpty()));
    // A region within a country has the country's row, too, and its code begins with that.
    if (region.code.size() > 2 && region.code != "world") {
      EXPECT_EQ(region.code[2], '-');
      EXPECT_EQ(code_of(region.code.substr(0, 2)), region.code.substr(0, 2));
    }
  }
}

TEST(BuiltInTable, FindsEachRegionByEachOfItsNames) {
  std::set<std::string> names;
  for (const auto& region : built_in().regions()) {
    auto all = region.also;
    all.insert(all.end(), {region.code, region.name});
    for (const auto& name : all) {
      EXPECT_EQ(built_in().named(name), &region) << name;
      EXPECT_EQ(built_in().named(folded(name)), &region) << name;
      EXPECT_TRUE(names.insert(folded(name)).second) << name << " stands twice";
      // A cloud's region is found without its provider: none is ambiguous today.
      const auto colon = name.find(':');
      if (colon != std::string::npos) {
        EXPECT_EQ(built_in().named(name.substr(colon + 1)), &region) << name;
      }
    }
  }
  EXPECT_GT(names.size(), 900U);
}

TEST(BuiltInTable, CountriesHaveTwoAndThreeLetters) {
  int countries = 0;
  for (const auto& region : built_in().regions()) {
    if (region.code.size() != 2) continue;
    ++countries;
    ASSERT_FALSE(region.also.empty()) << region.code;
    EXPECT_THAT(region.also.front(), testing::MatchesRegex("[A-Z][A-Z][A-Z]")) << region.code;
  }
  EXPECT_EQ(countries, 213);
}

TEST(BuiltInTable, KnowsOtherNamesOfCountries) {
  EXPECT_EQ(code_of("france"), "FR");
  EXPECT_EQ(code_of("UK"), "GB");
  EXPECT_EQ(code_of("Ivory Coast"), "CI");
  EXPECT_EQ(code_of("Côte d'Ivoire"), "CI");
  EXPECT_EQ(code_of("Viet Nam"), "VN");
  EXPECT_EQ(code_of("Taiwan, Province of China"), "TW");
  EXPECT_EQ(code_of("NA"), "NA");  // Namibia, which more than one program has read as "no value"
}

TEST(BuiltInTable, AnAmbiguousNameIsTheCountry) {
  EXPECT_EQ(code_of("CA"), "CA");       // Canada, not California
  EXPECT_EQ(code_of("IN"), "IN");       // India, not Indiana
  EXPECT_EQ(code_of("Georgia"), "GE");  // not the US state
  EXPECT_EQ(code_of("US-GA"), "US-GA");
  EXPECT_EQ(code_of("Jersey"), "none");  // not New Jersey
  EXPECT_EQ(code_of("QC"), "none");      // a part of a code is none
}

TEST(BuiltInTable, KnowsSubregionsWhereGridsDiffer) {
  EXPECT_EQ(code_of("California"), "US-CA");
  EXPECT_EQ(code_of("ca-qc"), "CA-QC");
  EXPECT_EQ(code_of("Québec"), "CA-QC");
  EXPECT_EQ(code_of("SE3"), "SE-SE3");
  EXPECT_EQ(code_of("NO-NO2"), "NO-NO2");
  EXPECT_EQ(code_of("DK1"), "DK");  // no figure of its own
}

TEST(BuiltInTable, KnowsRegionsOfClouds) {
  EXPECT_EQ(code_of("aws:eu-west-3"), "FR");
  EXPECT_EQ(code_of("GCP:europe-west9"), "FR");
  EXPECT_EQ(code_of("azure:francecentral"), "FR");
  EXPECT_EQ(code_of("us-east-1"), "US-VA");  // of AWS
  EXPECT_EQ(code_of("us-east1"), "US-SC");   // of Google
  EXPECT_EQ(code_of("eastus"), "US-VA");     // of Azure
  EXPECT_EQ(code_of("gcp:eu-west-3"), "none");
  EXPECT_EQ(code_of("eu-west-9"), "none");
}

TEST(BuiltInTable, ASubdivisionWithoutFigureIsItsCountry) {
  EXPECT_EQ(covering("FR-IDF"), "FR");
  EXPECT_EQ(covering("de-by"), "DE");
  EXPECT_EQ(covering("DK-DK1"), "DK");
  EXPECT_EQ(covering("US-CA"), "US-CA");
  for (const char* unknown : {"", "XX-YY", "eu-west", "FR-", "FRIDF", "FR-PARIS", "-FR"}) {
    EXPECT_EQ(covering(unknown), "none") << unknown;
  }
}

// These codes begin as the mother country's, and their grids are others.
TEST(BuiltInTable, ATerritoryIsNeverItsMotherCountry) {
  EXPECT_EQ(covering("US-PR"), "PR");
  EXPECT_EQ(covering("FR-RE"), "RE");
  EXPECT_EQ(covering("CN-HK"), "HK");
  EXPECT_EQ(covering("NL-AW"), "AW");
  EXPECT_EQ(covering("FR-YT"), "world");  // no figure
  EXPECT_EQ(covering("US-MP"), "world");
}

TEST(BuiltInTable, ConvertsWhatWasPublishedInOtherUnits) {
  // 452.541 lb/MWh × 0.45359237 kg/lb = 205.269 kg/MWh = 205.3 g/kWh
  EXPECT_DOUBLE_EQ(built_in().named("US-CA")->g_per_kwh, 205.3);
  // 2026.26 lb/MWh × 0.45359237 = 919.1 g/kWh
  EXPECT_DOUBLE_EQ(built_in().named("US-WY")->g_per_kwh, 919.1);
  // (92.1 hydro × 26 + 6.7 wind × 26 + 0.7 biomass × 230 + 0.3 oil × 816 + 0.2 gas × 743
  // + 0.01 solar × 48) / 100.01 = 3123.68 / 100.01 = 31.2 g/kWh
  EXPECT_DOUBLE_EQ(built_in().named("CA-QC")->g_per_kwh, 31.2);
}

TEST(RegionTable, ReadsATableOfOnesOwn) {
  const auto table = RegionTable::parse(
      "\xEF\xBB\xBF# ours\r\n"
      "code,name,also,g_per_kwh,year,source\r\n"
      "\r\n"
      "world,World,,480,2024,ours\r\n"
      "campus,\"Solar roof, \"\"north\"\"\",roof|aws:x-1,0,2025,\"meter, ours\"\r\n"
      "FR,France,,56.039,2025,ours");
  ASSERT_TRUE(table) << table.error();
  EXPECT_EQ(table->regions().size(), 3U);
  EXPECT_DOUBLE_EQ(table->world().g_per_kwh, 480);
  const auto* campus = table->named("ROOF");
  ASSERT_TRUE(campus);
  EXPECT_EQ(campus->name, "Solar roof, \"north\"");
  EXPECT_EQ(campus->source, "meter, ours");
  EXPECT_DOUBLE_EQ(campus->g_per_kwh, 0);
  EXPECT_EQ(table->named("x-1"), campus);
  EXPECT_DOUBLE_EQ(table->covering("FR-75")->g_per_kwh, 56.039);
  EXPECT_FALSE(table->named("DE"));
}

TEST(RegionTable, AShortNameThatTwoCloudsHaveIsNeither) {
  const auto table = RegionTable::parse(std::string(kHeader) + kWorld +
                                        "FR,France,aws:west|aws:north|gcp:north,44,2024,x\n"
                                        "DE,Germany,gcp:west,344,2024,x\n");
  ASSERT_TRUE(table) << table.error();
  EXPECT_FALSE(table->named("west"));
  EXPECT_EQ(table->named("gcp:west")->code, "DE");
  EXPECT_EQ(table->named("north")->code, "FR");
}

TEST(RegionTable, NamesTheLineOfEachBadRow) {
  const std::string world = kWorld;  // line 2
  const auto row = [&world](const std::string& text) { return complaint_about(world + text); };
  EXPECT_EQ(row("FR,France,,44,2024,x\n"), "accepted");
  EXPECT_THAT(row("FR,France,,44,2024\n"), HasSubstr("line 3: 5 fields and not 6"));
  EXPECT_THAT(row("FR,France,,44,2024,x,\n"), HasSubstr("line 3: 7 fields and not 6"));
  EXPECT_THAT(row("FR,\"France,,44,2024,x\n"), HasSubstr("line 3: the quotes"));
  EXPECT_THAT(row("FR,\"Fra\"nce,,44,2024,x\n"), HasSubstr("line 3: the quotes"));
  EXPECT_THAT(row(",France,,44,2024,x\n"), HasSubstr("line 3: no proper code"));
  EXPECT_THAT(row("FR,,,44,2024,x\n"), HasSubstr("line 3: no proper name"));
  EXPECT_THAT(row("FR,France,a||b,44,2024,x\n"), HasSubstr("line 3: no proper name in also"));
  EXPECT_THAT(row("FR,France,,44,2024,\n"), HasSubstr("line 3: no proper source"));
  EXPECT_THAT(row("F\tR,France,,44,2024,x\n"), HasSubstr("line 3: no proper code"));
  EXPECT_THAT(row(std::string(101, 'F') + ",France,,44,2024,x\n"), HasSubstr("no proper code"));
  for (const char* bad : {"", "abc", "-1", "nan", "inf", "2000.5", "1e99", "44 ", "44g", "0.044"}) {
    EXPECT_THAT(row("FR,France,," + std::string(bad) + ",2024,x\n"),
                HasSubstr("line 3: g_per_kwh '" + std::string(bad) + "'"));
  }
  for (const char* bad : {"", "24", "2024.5", "99999999999", "MMXXIV"}) {
    EXPECT_THAT(row("FR,France,,44," + std::string(bad) + ",x\n"),
                HasSubstr("line 3: year '" + std::string(bad) + "'"));
  }
}

TEST(RegionTable, RefusesANameThatStandsTwice) {
  EXPECT_THAT(
      complaint_about(std::string(kWorld) + "FR,France,,44,2024,x\nfr,Frankia,,45,2024,x\n"),
      HasSubstr("line 4: fr stands in line 3, too"));
  EXPECT_THAT(
      complaint_about(std::string(kWorld) + "FR,France,a,44,2024,x\nDE,Germany,b|A,45,2024,x\n"),
      HasSubstr("line 4: A stands in line 3, too"));
}

TEST(RegionTable, NeedsTheWorld) {
  EXPECT_THAT(complaint_about("FR,France,,44,2024,x\n"), HasSubstr("no row `world`"));
  EXPECT_THAT(complaint_about("FR,France,world,44,2024,x\n"), HasSubstr("no row `world`"));
  EXPECT_THAT(complaint_about(""), HasSubstr("no row `world`"));
}

TEST(RegionTable, NeedsItsHeader) {
  const auto table = RegionTable::parse("country,intensity\nFR,44\n");
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error(), "line 1: the header is not code,name,also,g_per_kwh,year,source");
}

TEST(RegionTable, ComplainsOfTenLinesAtMost) {
  std::string rows = kWorld;
  for (int i = 0; i < 12; ++i) rows += "x\n";
  EXPECT_THAT(complaint_about(rows),
              AllOf(HasSubstr("line 3:"), HasSubstr("line 12:"), HasSubstr("; and 2 more"),
                    testing::Not(HasSubstr("line 13:"))));
}

}  // namespace
}  // namespace fedwatt::carbon
