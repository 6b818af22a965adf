#include "fedwatt/carbon/emissions.h"

#include <gtest/gtest.h>

namespace fedwatt::carbon {
namespace {

protocol::Report report_of(protocol::ComponentEnergy energy) {
  protocol::Report report;
  report.energy_j = energy;
  return report;
}

TEST(Emissions, ThirtyJoulesAt494) {
  // 30 J / 3.6e6 J/kWh = 8.3333e-6 kWh; × 494 g/kWh = 0.00411666… g
  const auto grams = emissions_g(report_of({30.0, {}, {}}), {1.0, 494.0, 0, 0});
  ASSERT_TRUE(grams);
  EXPECT_NEAR(*grams, 0.0041166667, 1e-10);
}

TEST(Emissions, AHundredthOfAKilowattHourAt102) {
  // 0.0094165 kWh = 33,899.4 J; × 102 g/kWh = 0.960483 g, published as 0.9605
  const auto grams = emissions_g(report_of({33'899.4, {}, {}}), {1.0, 102.0, 0, 0});
  ASSERT_TRUE(grams);
  EXPECT_NEAR(*grams, 0.960483, 1e-9);
}

TEST(Emissions, OneKilowattHourIsTheIntensityItself) {
  EXPECT_DOUBLE_EQ(*emissions_g(report_of({3.6e6, {}, {}}), {1.0, 56.039, 0, 0}), 56.039);
}

TEST(Emissions, ComponentsAddUpAndPueMultiplies) {
  // (1.0e6 + 2.0e6 + 0.6e6) J = 1 kWh; × 1.5 × 100 g/kWh = 150 g
  EXPECT_DOUBLE_EQ(*emissions_g(report_of({1.0e6, 2.0e6, 0.6e6}), {1.5, 100.0, 0, 0}), 150.0);
}

TEST(Emissions, TrafficIsChargedWithoutPue) {
  // (1.5 + 0.5) GB × 0.01 kWh/GB × 475 g/kWh = 9.5 g, whatever the PUE
  protocol::Report report;
  report.bytes_sent = 1'500'000'000;
  report.bytes_received = 500'000'000;
  EXPECT_DOUBLE_EQ(*emissions_g(report, {2.0, 300.0, 0.01, 475.0}), 9.5);
}

TEST(Emissions, EnergyAndTrafficAddUp) {
  // 1 kWh × 100 g/kWh + 1 GB × 0.01 kWh/GB × 500 g/kWh = 105 g
  auto report = report_of({3.6e6, {}, {}});
  report.bytes_sent = 1'000'000'000;
  EXPECT_DOUBLE_EQ(*emissions_g(report, {1.0, 100.0, 0.01, 500.0}), 105.0);
}

TEST(Emissions, WhatWasNotMeasuredIsNotZero) {
  EXPECT_FALSE(emissions_g(report_of({}), {1.0, 100.0, 0.01, 475.0}));
  EXPECT_FALSE(total_energy_j({}));
  EXPECT_EQ(emissions_g(report_of({0.0, {}, {}}), {1.0, 100.0, 0.01, 475.0}), 0.0);
}

}  // namespace
}  // namespace fedwatt::carbon
