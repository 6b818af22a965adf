#include "energy/ram_model.h"

#include <gtest/gtest.h>

#include "recorded_machine.h"

namespace fedwatt::energy {
namespace {

using fedwatt::testing::Lapped;
using fedwatt::testing::RecordedMachine;

Lapped model_of(const RecordedMachine& recorded, Scope scope) {
  return {recorded.machine(), std::make_unique<RamModel>(recorded.machine(), scope), scope};
}

TEST(RamModel, BillsAProcessTheMemoryThatItHoldsAlone) {
  RecordedMachine recorded;
  recorded.set_memory(16'000'000, 4'505'600'000, 409'600'000);  // 4.096 GB of its own
  auto process = model_of(recorded, Scope::kProcess);
  recorded.pass(100);
  EXPECT_NEAR(process.lap().ram_j.value(), 153.6, 1e-9);  // 4.096 GB × 0.375 W × 100 s
}

TEST(RamModel, TakesTheMeanOfAnIntervalsEnds) {
  RecordedMachine recorded;
  recorded.set_memory(16'000'000, 1'024'000'000, 0);
  auto process = model_of(recorded, Scope::kProcess);
  recorded.set_memory(16'000'000, 3'072'000'000, 0);
  recorded.pass(100);
  EXPECT_NEAR(process.lap().ram_j.value(), 76.8, 1e-9);  // 2.048 GB × 0.375 W × 100 s
}

TEST(RamModel, BillsAMachineAllItsMemory) {
  RecordedMachine recorded;
  recorded.set_memory(16'000'000, 4'096'000'000, 0);
  auto machine = model_of(recorded, Scope::kMachine);
  recorded.pass(100);
  EXPECT_NEAR(machine.lap().ram_j.value(), 614.4, 1e-9);  // 16.384 GB × 0.375 W × 100 s
}

TEST(RamModel, AProcessNeverHoldsMoreThanTheMachineHas) {
  RecordedMachine recorded;
  recorded.set_memory(16'000'000, 99'000'000'000, 0);
  auto process = model_of(recorded, Scope::kProcess);
  recorded.pass(100);
  EXPECT_NEAR(process.lap().ram_j.value(), 614.4, 1e-9);
  recorded.set_memory(16'000'000, 0, 4096);  // less than nothing
  process.lap();
  recorded.pass(100);
  EXPECT_EQ(process.lap().ram_j, 0.0);
}

TEST(RamModel, WhatTheKernelDoesNotSayIsUnknown) {
  RecordedMachine recorded;
  for (const Scope scope : {Scope::kProcess, Scope::kMachine}) {
    auto model = model_of(recorded, scope);
    recorded.pass(1);
    EXPECT_EQ(model.lap(), protocol::ComponentEnergy());
  }
}

}  // namespace
}  // namespace fedwatt::energy
