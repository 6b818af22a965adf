#include "energy/meter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <deque>

#include "energy/cpu_load_source.h"
#include "recorded_machine.h"

namespace fedwatt::energy {
namespace {

using fedwatt::testing::RecordedMachine;
using protocol::ComponentEnergy;

// Gives what the test wrote down.
class Scripted final : public Source {
 public:
  Scripted(const char* name, std::deque<ComponentEnergy> laps)
      : name_(name), laps_(std::move(laps)) {}
  std::string_view name() const override { return name_; }
  ComponentEnergy lap(const Interval&) override {
    const ComponentEnergy first = laps_.front();
    laps_.pop_front();
    return first;
  }

 private:
  const char* name_;
  std::deque<ComponentEnergy> laps_;
};

ComponentEnergy cpu(std::optional<double> joules) { return {joules, std::nullopt, std::nullopt}; }

std::unique_ptr<Meter> meter_of(std::deque<ComponentEnergy> measured,
                                std::deque<ComponentEnergy> estimated) {
  std::vector<std::unique_ptr<Source>> sources;
  sources.push_back(std::make_unique<Scripted>("rapl", std::move(measured)));
  sources.push_back(std::make_unique<Scripted>("cpu_load", std::move(estimated)));
  return std::make_unique<Meter>(std::move(sources), Usage(Machine{}, Scope::kProcess));
}

TEST(Meter, PrefersTheFirstSourceThatKnows) {
  const auto meter = meter_of({{10, {}, 3}, cpu({})}, {cpu(99), cpu(8)});
  const Lap measured = meter->lap();
  EXPECT_EQ(measured.energy_j, (ComponentEnergy{10, {}, 3}));
  EXPECT_EQ(measured.source, (protocol::EnergySources{"rapl", "", "rapl"}));
  const Lap estimated = meter->lap();
  EXPECT_EQ(estimated.energy_j, cpu(8));
  EXPECT_EQ(estimated.source, (protocol::EnergySources{"cpu_load", "", ""}));
}

TEST(Meter, TicksWithinALapAddUp) {
  const auto meter = meter_of({cpu(1), cpu(2), cpu(4), cpu(8)}, {cpu(0), cpu(0), cpu(0), cpu(0)});
  meter->tick();
  meter->tick();
  EXPECT_EQ(meter->lap().energy_j, cpu(7));  // 1 + 2 + 4
  EXPECT_EQ(meter->lap().energy_j, cpu(8));
}

TEST(Meter, MeasuredAndEstimatedAreNeverMixedInOneFigure) {
  const auto meter =
      meter_of({cpu(1), cpu({}), cpu(4), cpu(5)}, {cpu(10), cpu(20), cpu(40), cpu(0)});
  meter->tick();
  meter->tick();
  const Lap lap = meter->lap();      // rapl missed the second part
  EXPECT_EQ(lap.energy_j, cpu(70));  // 10 + 20 + 40
  EXPECT_EQ(lap.source.cpu, "cpu_load");
  EXPECT_EQ(meter->lap().source.cpu, "rapl");
}

TEST(Meter, WhatNoSourceKnowsIsUnknown) {
  const auto meter = meter_of({cpu({})}, {cpu({})});
  const Lap lap = meter->lap();
  EXPECT_EQ(lap.energy_j, ComponentEnergy());
  EXPECT_EQ(lap.source, protocol::EnergySources());
}

// A source that has to be read five times a second.
class Hurried final : public Source {
 public:
  std::string_view name() const override { return "hurried"; }
  ComponentEnergy lap(const Interval&) override { return {}; }
  std::chrono::milliseconds lap_at_least_every() const override {
    return std::chrono::milliseconds(200);
  }
};

TEST(Meter, IsReadAsOftenAsTheMostHurriedSourceAsks) {
  EXPECT_EQ(meter_of({}, {})->tick_every(), std::chrono::seconds(1));  // children are looked at
  std::vector<std::unique_ptr<Source>> sources;
  sources.push_back(std::make_unique<Hurried>());
  sources.push_back(std::make_unique<Scripted>("rapl", std::deque<ComponentEnergy>()));
  const Meter meter(std::move(sources), Usage(Machine{}, Scope::kProcess));
  EXPECT_EQ(meter.tick_every(), std::chrono::milliseconds(200));
}

TEST(OpenMeter, ModelsTheMemoryWhereDramIsNotMeasured) {
  RecordedMachine recorded;
  recorded.set_memory(16'000'000, 1'024'000'000, 0);
  const auto meter = open_meter(recorded.machine(), Scope::kProcess, [](std::string_view) {});
  recorded.pass(10);
  const Lap lap = meter->lap();
  EXPECT_NEAR(lap.energy_j.ram_j.value(), 3.84, 1e-9);  // 1.024 GB × 0.375 W × 10 s
  EXPECT_EQ(lap.source.ram, "model");
}

TEST(OpenMeter, ModelsNoMemoryBesidePsysWhichHoldsIt) {
  RecordedMachine recorded;
  recorded.domain("intel-rapl:0", "psys", "0");
  recorded.set_memory(16'000'000, 1'024'000'000, 0);
  const auto meter = open_meter(recorded.machine(), Scope::kProcess, [](std::string_view) {});
  recorded.pass(10);
  EXPECT_EQ(meter->lap().energy_j.ram_j, std::nullopt);
}

TEST(OpenMeter, EstimatesFromCpuTimeAndSaysSoWhereNothingIsMeasured) {
  RecordedMachine recorded;
  std::string said;
  const auto meter = open_meter(recorded.machine(), Scope::kProcess,
                                [&](std::string_view line) { said = std::string(line); });
  EXPECT_THAT(said, ::testing::HasSubstr("estimated from CPU time"));
  recorded.spend(0, 4);
  const Lap lap = meter->lap();
  EXPECT_NEAR(lap.energy_j.cpu_j.value(), 30, 1e-9);  // 4 s × 7.5 W
  EXPECT_EQ(lap.source.cpu, "cpu_load");
  EXPECT_EQ(lap.energy_j.ram_j, std::nullopt);
}

TEST(OpenMeter, MeasuresWhereTheCountersCanBeRead) {
  RecordedMachine recorded;
  recorded.domain("intel-rapl:0", "package-0", "0");
  recorded.set_busy_ticks(0);
  std::string said;
  const auto meter = open_meter(recorded.machine(), Scope::kProcess,
                                [&](std::string_view line) { said = std::string(line); });
  EXPECT_EQ(said, "");
  recorded.set_energy("intel-rapl:0", "9000000");
  recorded.spend(2, 2);
  recorded.pass(2);
  const Lap lap = meter->lap();
  EXPECT_NEAR(lap.energy_j.cpu_j.value(), 9, 1e-9);
  EXPECT_EQ(lap.source.cpu, "rapl");
}

TEST(ThisMachine, IsMeasuredWithoutNonsense) {
  const auto meter = open_meter(Machine{}, Scope::kProcess, [](std::string_view) {});
  double burnt = 1;
  for (int i = 1; i < 20'000'000; ++i) burnt = std::sqrt(burnt + i);
  ASSERT_GT(burnt, 0);
  const Lap lap = meter->lap();
  ASSERT_TRUE(lap.energy_j.cpu_j.has_value());
  EXPECT_TRUE(std::isfinite(*lap.energy_j.cpu_j));
  EXPECT_GT(*lap.energy_j.cpu_j, 0);
  EXPECT_FALSE(lap.source.cpu.empty());
}

TEST(Hardware, IsReadFromProc) {
  RecordedMachine recorded;
  recorded.write("proc/cpuinfo",
                 "processor\t: 0\nmodel name\t: Some CPU @ 2.00GHz\nmodel name\t: x\n");
  recorded.write("proc/meminfo", "MemTotal:       16384 kB\nMemFree: 1 kB\n");
  const auto hardware = read_hardware(recorded.machine());
  EXPECT_EQ(hardware.cpu, "Some CPU @ 2.00GHz");
  EXPECT_EQ(hardware.ram_bytes, 16'777'216);  // 16384 × 1024
}

TEST(Hardware, OfAMachineThatShowsNothingIsUnknown) {
  RecordedMachine recorded;
  EXPECT_EQ(read_hardware(recorded.machine()), protocol::Hardware());
}

}  // namespace
}  // namespace fedwatt::energy
