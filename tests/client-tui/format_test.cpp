#include "text/format.h"

#include <gtest/gtest.h>

#include <limits>
#include <locale>

namespace fedwatt::viewer {
namespace {

const protocol::Target kAccuracy;
const protocol::Target kPerplexity{"perplexity", protocol::Target::Goal::kMin};

TEST(Format, MassHasThreeFiguresAndTheShortestUnit) {
  EXPECT_EQ(format_mass(0.000412), "412 µg");
  EXPECT_EQ(format_mass(0.412), "412 mg");
  EXPECT_EQ(format_mass(1.924), "1.92 g");
  EXPECT_EQ(format_mass(41.24), "41.2 g");
  EXPECT_EQ(format_mass(3204), "3.20 kg");
  EXPECT_EQ(format_mass(2.5e6), "2.50 t");
  EXPECT_EQ(format_emissions(0.412), "412 mgCO2e");
}

TEST(Format, RoundingNeverShowsFourFigures) {
  EXPECT_EQ(format_mass(0.9996), "1.00 g");  // not 1000 mg
  EXPECT_EQ(format_mass(999.4), "999 g");
  EXPECT_EQ(format_mass(999.6), "1.00 kg");
  EXPECT_EQ(format_mass(9.996), "10.0 g");  // not 10.00 g
  EXPECT_EQ(format_energy(-1250), "-1.25 kJ");
}

TEST(Format, ZeroIsANumberAndMissingIsNot) {
  EXPECT_EQ(format_mass(0), "0 g");
  EXPECT_EQ(format_energy(0), "0 J");
  EXPECT_EQ(format_mass(std::nullopt), "–");
  EXPECT_EQ(format_power(std::numeric_limits<double>::quiet_NaN()), "–");
  EXPECT_EQ(format_duration(std::nullopt), "–");
  EXPECT_EQ(format_count(std::nullopt), "–");
  EXPECT_EQ(format_target(std::nullopt, kAccuracy), "–");
  EXPECT_EQ(format_gain(std::nullopt, kAccuracy), "–");
}

TEST(Format, EnergyPowerBytesAndIntensity) {
  EXPECT_EQ(format_energy(41.2), "41.2 J");
  EXPECT_EQ(format_energy(3.6e6), "3.60 MJ");
  EXPECT_EQ(format_power(0.812), "812 mW");
  EXPECT_EQ(format_power(38.2), "38.2 W");
  EXPECT_EQ(format_bytes(318), "318 B");
  EXPECT_EQ(format_bytes(1'272'640), "1.27 MB");
  EXPECT_EQ(format_intensity(56), "56.0");
  EXPECT_EQ(format_intensity(662.4), "662");
}

TEST(Format, AccuracyIsInPerCentAndItsGainInPoints) {
  EXPECT_EQ(format_target(0.8123, kAccuracy), "81.2 %");
  EXPECT_EQ(format_gain(0.0124, kAccuracy), "+1.24");
  EXPECT_EQ(format_gain(-0.0031, kAccuracy), "−0.31");
  EXPECT_EQ(format_gain(0.00001, kAccuracy), "±0.00");  // nothing that two decimals show
}

TEST(Format, OtherMetricsAreShownAsTheyAre) {
  EXPECT_EQ(format_target(31.72, kPerplexity), "31.7");
  EXPECT_EQ(format_target(0.9134, {"auc", protocol::Target::Goal::kMax}), "0.913");
  EXPECT_EQ(format_gain(1.5, kPerplexity), "+1.50");
}

TEST(Format, ProgressAgesAndDurations) {
  EXPECT_EQ(format_progress(12, 50), "12/50");
  EXPECT_EQ(format_progress(12, std::nullopt), "12");
  EXPECT_EQ(format_progress(std::nullopt, 50), "–/50");
  EXPECT_EQ(format_age(-3), "0 s");
  EXPECT_EQ(format_age(59.9), "59 s");
  EXPECT_EQ(format_age(61), "1 min");
  EXPECT_EQ(format_age(7199), "1 h");
  EXPECT_EQ(format_age(200'000), "2 d");
  EXPECT_EQ(format_duration(8.24), "8.24 s");
  EXPECT_EQ(format_duration(59.97), "1 min 00 s");
  EXPECT_EQ(format_duration(72), "1 min 12 s");
  EXPECT_EQ(format_duration(11'100), "3 h 05 min");
  EXPECT_EQ(format_clock(*protocol::parse_timestamp("2026-01-01T14:03:59.900Z")), "14:03:59");
}

struct DecimalComma : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
};

TEST(Format, NumbersHaveAPointInEveryLocale) {
  const std::locale before = std::locale::global(std::locale(std::locale(), new DecimalComma));
  EXPECT_EQ(format_mass(1.924), "1.92 g");
  EXPECT_EQ(format_target(0.8123, kAccuracy), "81.2 %");
  EXPECT_EQ(format_duration(8.24), "8.24 s");
  std::locale::global(before);
}

}  // namespace
}  // namespace fedwatt::viewer
