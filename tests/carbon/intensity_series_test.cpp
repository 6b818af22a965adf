#include "fedwatt/carbon/intensity_series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fedwatt::carbon {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using testing::HasSubstr;

protocol::Timestamp at(const std::string& time) {
  return protocol::parse_timestamp("2026-01-01T" + time + "Z").value();
}

Interval between(const std::string& start, const std::string& end) { return {at(start), at(end)}; }

IntensitySeries series(const std::string& rows) {
  auto read = IntensitySeries::parse("timestamp,g_per_kwh\n" + rows);
  if (!read) throw std::runtime_error(read.error());
  return std::move(*read);
}

std::string complaint_about(const std::string& text) {
  const auto read = IntensitySeries::parse(text);
  return read ? "accepted" : read.error();
}

// 100 in the hour from 10, 200 from 11, 400 from 12 until 13.
IntensitySeries three_hours() {
  return series(
      "2026-01-01T10:00:00Z,100\n"
      "2026-01-01T11:00:00Z,200\n"
      "2026-01-01T12:00:00Z,400\n");
}

TEST(IntensitySeries, WithinAStepItIsTheStepsValue) {
  const auto part = three_hours().over(between("10:15:00", "10:45:00"));
  EXPECT_EQ(part.g_per_kwh, 100);
  EXPECT_EQ(part.share, 1);
}

TEST(IntensitySeries, AValueHoldsUpToTheNextOne) {
  const auto hour = three_hours();
  EXPECT_EQ(hour.over(between("10:00:00", "11:00:00")).g_per_kwh, 100);
  EXPECT_EQ(hour.over(between("11:00:00", "12:00:00")).g_per_kwh, 200);
  EXPECT_EQ(hour.over(between("12:00:00", "13:00:00")).g_per_kwh, 400);
}

TEST(IntensitySeries, WeighsEachValueByHowLongItHeld) {
  // 15 min of 100, 60 min of 200, 30 min of 400: (1500 + 12000 + 12000) / 105 = 242.857142857…
  const auto part = three_hours().over(between("10:45:00", "12:30:00"));
  EXPECT_NEAR(part.g_per_kwh, 242.857142857, 1e-9);
  EXPECT_EQ(part.share, 1);
}

TEST(IntensitySeries, CoversTheLaterPartOfWhatBeganBefore) {
  // 09:30 to 10:30: the half from 10:00 on, at 100
  const auto part = three_hours().over(between("09:30:00", "10:30:00"));
  EXPECT_EQ(part.g_per_kwh, 100);
  EXPECT_DOUBLE_EQ(part.share, 0.5);
}

TEST(IntensitySeries, CoversTheEarlierPartOfWhatEndsAfter) {
  // 12:00 to 16:00: a quarter, until 13:00, since the last value holds as long as that before it
  const auto part = three_hours().over(between("12:00:00", "16:00:00"));
  EXPECT_EQ(part.g_per_kwh, 400);
  EXPECT_DOUBLE_EQ(part.share, 0.25);
}

TEST(IntensitySeries, CoversNothingBeforeAndAfter) {
  EXPECT_EQ(three_hours().over(between("08:00:00", "10:00:00")).share, 0);
  EXPECT_EQ(three_hours().over(between("13:00:00", "14:00:00")).share, 0);
}

TEST(IntensitySeries, KnowsMoments) {
  const auto hour = three_hours();
  const auto moment = [&hour](const std::string& time) { return hour.over(between(time, time)); };
  EXPECT_EQ(moment("10:00:00").g_per_kwh, 100);
  EXPECT_EQ(moment("10:00:00").share, 1);
  EXPECT_EQ(moment("10:59:59.999").g_per_kwh, 100);
  EXPECT_EQ(moment("11:00:00").g_per_kwh, 200);
  EXPECT_EQ(moment("09:59:59.999").share, 0);
  EXPECT_EQ(moment("13:00:00").share, 0);
}

TEST(IntensitySeries, AValueHoldsForADayAtMost) {
  // 100 from day 1, 200 from day 4, each at 00:00; the first holds until day 2, the last until day
  // 5
  const auto gap = series(
      "2026-01-01T00:00:00Z,100\n"
      "2026-01-04T00:00:00Z,200\n");
  const auto day = [](int number) { return at("00:00:00") + hours{24 * (number - 1)}; };
  EXPECT_EQ(gap.over({day(2), day(4)}).share, 0);
  // Day 1 to day 5: a day at 100, two without, a day at 200.
  const auto across = gap.over({day(1), day(5)});
  EXPECT_DOUBLE_EQ(across.g_per_kwh, 150);
  EXPECT_DOUBLE_EQ(across.share, 0.5);
  EXPECT_EQ(gap.over({day(4), day(5)}).share, 1);
  EXPECT_EQ(gap.over({day(5), day(6)}).share, 0);
}

TEST(IntensitySeries, OneValueHoldsForADay) {
  const auto one = series("2026-01-01T00:00:00Z,100\n");
  EXPECT_EQ(one.over(between("00:00:00", "23:59:59.999")).share, 1);
  EXPECT_EQ(one.over({at("00:00:00") + hours{24}, at("00:00:00") + hours{25}}).share, 0);
}

TEST(IntensitySeries, OffsetsAreTurnedIntoUtc) {
  // The night in which a summer time begins: 01:00+01:00 is 00:00Z, 03:00+02:00 is 01:00Z, an hour
  // later.
  const auto spring = series(
      "2026-03-29T01:00:00+01:00,100\n"
      "2026-03-29T03:00:00+02:00,300\n");
  const auto midnight = protocol::parse_timestamp("2026-03-29T00:00:00Z").value();
  // Half an hour of each: 200
  EXPECT_DOUBLE_EQ(spring.over({midnight + minutes{30}, midnight + minutes{90}}).g_per_kwh, 200);
  EXPECT_EQ(spring.over({midnight, midnight + hours{2}}).share, 1);
}

TEST(IntensitySeries, EqualValuesGiveExactlyThat) {
  std::string rows;
  for (int minute = 10; minute < 60; ++minute) {
    rows += "2026-01-01T10:" + std::to_string(minute) + ":00Z,44.2\n";
  }
  const auto flat = series(rows);
  for (int i = 1; i < 1'000; ++i) {
    const auto part = flat.over({at("10:10:00") + milliseconds{i}, at("10:50:00.003")});
    ASSERT_EQ(part.g_per_kwh, 44.2);
    ASSERT_EQ(part.share, 1);
  }
}

TEST(IntensitySeries, NamesTheLineOfEachBadRow) {
  const auto row = [](const std::string& text) {
    return complaint_about("timestamp,g_per_kwh\n2026-01-01T10:00:00Z,100\n" + text + "\n");
  };
  EXPECT_EQ(row("2026-01-01T11:00:00Z,200"), "accepted");
  EXPECT_THAT(row("2026-01-01 11:00:00,200"), HasSubstr("line 3: '2026-01-01 11:00:00'"));  // zone?
  EXPECT_THAT(row("soon,200"), HasSubstr("line 3: 'soon'"));
  EXPECT_THAT(row("2026-02-30T00:00:00Z,200"), HasSubstr("line 3: '2026-02-30T00:00:00Z'"));
  for (const char* bad : {"", "abc", "-1", "nan", "inf", "2001", "4 5"}) {
    EXPECT_THAT(row("2026-01-01T11:00:00Z," + std::string(bad)),
                HasSubstr("line 3: '" + std::string(bad) + "' is not a number"));
  }
  EXPECT_THAT(row("2026-01-01T11:00:00Z"), HasSubstr("line 3: 1 fields"));
  EXPECT_THAT(row("2026-01-01T11:00:00Z,200,300"), HasSubstr("line 3: 3 fields"));
  EXPECT_THAT(row("2026-01-01T10:00:00Z,200"), HasSubstr("line 3: not later"));
  EXPECT_THAT(row("2026-01-01T11:00:00+01:00,200"), HasSubstr("line 3: not later"));
  EXPECT_THAT(row("x,200\n2026-01-01T11:00:00Z,y"), HasSubstr("; line 4: 'y'"));
}

TEST(IntensitySeries, RefusesWhatIsNoSeries) {
  EXPECT_EQ(complaint_about(""), "no row with a time and a number");
  EXPECT_EQ(complaint_about("timestamp,g_per_kwh\n"), "no row with a time and a number");
  EXPECT_EQ(complaint_about("time,value\n2026-01-01T10:00:00Z,100\n"),
            "line 1: the header is not timestamp,g_per_kwh");
  EXPECT_THAT(complaint_about("timestamp,g_per_kwh\n2026-01-01T10:00:00Z,0.35\n"),
              HasSubstr("probably kg"));
  // A roof of one's own may have nothing else.
  EXPECT_EQ(complaint_about("timestamp,g_per_kwh\n2026-01-01T10:00:00Z,0\n"), "accepted");
}

}  // namespace
}  // namespace fedwatt::carbon
