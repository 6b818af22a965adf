#include "fedwatt/protocol/time.h"

#include <gtest/gtest.h>

#include <vector>

namespace fedwatt::protocol {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Timestamp at(std::int64_t milliseconds_since_1970) {
  return Timestamp{milliseconds{milliseconds_since_1970}};
}

// What `text` means, as the hub would write it; "" where it means nothing.
std::string normalized(std::string_view text) {
  const auto time = parse_timestamp(text);
  return time ? format_timestamp(*time) : "";
}

TEST(Time, IsWrittenInUtcWithMilliseconds) {
  EXPECT_EQ(format_timestamp(at(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_timestamp(at(1)), "1970-01-01T00:00:00.001Z");
  // 20454 days from 1970 to 2026 (56 years of 365 and 14 leap days): 20454 × 86,400 s.
  EXPECT_EQ(format_timestamp(at(1'767'225'600'000)), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(format_timestamp(at(253'402'300'799'999)), "9999-12-31T23:59:59.999Z");
}

TEST(Time, ReadsWhatItWrites) {
  for (const std::int64_t instant :
       {0LL, 999LL, 86'399'999LL, 951'782'400'000LL, 1'767'225'600'250LL, 253'402'300'799'999LL}) {
    EXPECT_EQ(parse_timestamp(format_timestamp(at(instant))), at(instant)) << instant;
  }
}

TEST(Time, CutsFractionsToMilliseconds) {
  EXPECT_EQ(normalized("2026-01-01T00:00:00Z"), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(normalized("2026-01-01T00:00:00.5Z"), "2026-01-01T00:00:00.500Z");
  EXPECT_EQ(normalized("2026-01-01T00:00:00.04Z"), "2026-01-01T00:00:00.040Z");
  EXPECT_EQ(normalized("2026-01-01T00:00:00.123999Z"), "2026-01-01T00:00:00.123Z");
  EXPECT_EQ(normalized("2026-01-01T00:00:00." + std::string(5000, '9') + "Z"),
            "2026-01-01T00:00:00.999Z");
}

TEST(Time, ReadsOffsets) {
  EXPECT_EQ(normalized("2026-01-01T01:30:00+01:30"), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(normalized("2025-12-31T19:00:00.250-05:00"), "2026-01-01T00:00:00.250Z");
  EXPECT_EQ(normalized("2026-01-01T00:00:00-00:00"), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(normalized("2026-01-01T23:59:00+23:59"), "2026-01-01T00:00:00.000Z");
}

TEST(Time, ReadsTheOtherSpellingsOfRfc3339) {
  EXPECT_EQ(normalized("2026-01-01t00:00:00z"), "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(normalized("2026-01-01 00:00:00Z"), "2026-01-01T00:00:00.000Z");
}

TEST(Time, KnowsLeapYearsAndLeapSeconds) {
  EXPECT_EQ(normalized("2024-02-29T12:00:00Z"), "2024-02-29T12:00:00.000Z");
  EXPECT_EQ(normalized("2000-02-29T12:00:00Z"), "2000-02-29T12:00:00.000Z");  // 400 divides it
  EXPECT_EQ(normalized("2023-02-29T12:00:00Z"), "");
  EXPECT_EQ(normalized("2100-02-29T12:00:00Z"), "");  // 100 divides it, 400 does not
  // POSIX time has no leap seconds: the sixtieth second is the next minute's first.
  EXPECT_EQ(normalized("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00.000Z");
}

TEST(Time, RefusesYearsOutside1970To9999) {
  EXPECT_EQ(normalized("1969-12-31T23:59:59.999Z"), "");
  EXPECT_EQ(normalized("0000-01-01T00:00:00Z"), "");
  EXPECT_EQ(normalized("10000-01-01T00:00:00Z"), "");
  // Within the years as written, outside them in UTC.
  EXPECT_EQ(normalized("1970-01-01T00:00:00+00:01"), "");
  EXPECT_EQ(normalized("9999-12-31T23:59:59-00:01"), "");
  EXPECT_EQ(normalized("9999-12-31T23:59:60Z"), "");
}

TEST(Time, RefusesEverythingElse) {
  const std::vector<std::string> texts = {"",
                                          "now",
                                          "2026",
                                          "2026-01-01",
                                          "2026-01-01T00:00Z",
                                          "2026-01-01T00:00:00",
                                          "2026-01-01T00:00:00.Z",
                                          "2026-01-01T00:00:00,5Z",
                                          "2026-01-01T00:00:00.000Z ",
                                          " 2026-01-01T00:00:00.000Z",
                                          "2026-01-01T00:00:00.000Z\n",
                                          "2026-01-01T00:00:00.000ZZ",
                                          "2026-01-01T00:00:00+0100",
                                          "2026-01-01T00:00:00+01",
                                          "2026-01-01T00:00:00+1:00",
                                          "2026-01-01T00:00:00+24:00",
                                          "2026-01-01T00:00:00+00:60",
                                          "2026-01-01T00:00:00+",
                                          "2026-01-01T24:00:00Z",
                                          "2026-01-01T00:60:00Z",
                                          "2026-01-01T00:00:61Z",
                                          "2026-00-01T00:00:00Z",
                                          "2026-13-01T00:00:00Z",
                                          "2026-01-00T00:00:00Z",
                                          "2026-01-32T00:00:00Z",
                                          "2026-04-31T00:00:00Z",
                                          "2026-1-1T00:00:00Z",
                                          "+2026-01-01T00:00:00Z",
                                          "-2026-01-01T00:00:00Z",
                                          "2026/01/01T00:00:00Z",
                                          "2026-01-01T-1:00:00Z",
                                          "２０２６-01-01T00:00:00Z",
                                          std::string("2026-01-01T00:00:00\0Z", 21)};
  for (const auto& text : texts) EXPECT_EQ(normalized(text), "") << text;
}

TEST(Time, DifferencesAreInSecondsAndSigned) {
  EXPECT_DOUBLE_EQ(seconds_between(at(1000), at(3500)), 2.5);
  EXPECT_DOUBLE_EQ(seconds_between(at(3500), at(1000)), -2.5);
}

}  // namespace
}  // namespace fedwatt::protocol
