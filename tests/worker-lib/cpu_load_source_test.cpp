#include "energy/cpu_load_source.h"

#include <gtest/gtest.h>

#include "energy/cpu_table.h"
#include "recorded_machine.h"

namespace fedwatt::energy {
namespace {

using fedwatt::testing::Lapped;
using fedwatt::testing::RecordedMachine;

Lapped cpu_load_of(const RecordedMachine& recorded, Scope scope = Scope::kProcess) {
  return {recorded.machine(), std::make_unique<CpuLoadSource>(recorded.machine()), scope};
}

class CpuLoad : public ::testing::Test {
 protected:
  CpuLoad() { recorded_.set_busy_ticks(0); }
  RecordedMachine recorded_;
};

constexpr auto kXeon = "Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz";  // 150 W, 40 threads

TEST_F(CpuLoad, OfAnUnknownCpuIsByTheBusyThread) {
  recorded_.set_cpu("Some CPU", 8);
  auto process = cpu_load_of(recorded_);
  auto machine = cpu_load_of(recorded_, Scope::kMachine);
  recorded_.spend(16, 4);
  recorded_.pass(10);
  EXPECT_NEAR(process.lap().cpu_j.value(), 30, 1e-9);   // 4 s × 7.5 W
  EXPECT_NEAR(machine.lap().cpu_j.value(), 120, 1e-9);  // 16 s × 7.5 W
}

TEST_F(CpuLoad, IsTheMachinesPowerAtItsLoadTimesTheShare) {
  recorded_.set_cpu(kXeon, 40);
  auto process = cpu_load_of(recorded_);
  auto machine = cpu_load_of(recorded_, Scope::kMachine);
  recorded_.spend(100, 25);  // of 40 threads × 10 s: load 0.25
  recorded_.pass(10);
  // 150 W × 1.31 × 0.25 × 10 s = 491.25 J, a quarter of it this process's
  EXPECT_NEAR(machine.lap().cpu_j.value(), 491.25, 1e-9);
  EXPECT_NEAR(process.lap().cpu_j.value(), 122.8125, 1e-9);
}

TEST_F(CpuLoad, AFullMachineDrawsMostOfItsTdp) {
  recorded_.set_cpu(kXeon, 80, 2);
  auto process = cpu_load_of(recorded_);
  recorded_.spend(800, 400);
  recorded_.pass(10);
  EXPECT_NEAR(process.lap().cpu_j.value(), 1260, 1e-9);  // 2 × 150 W × 0.84 × 10 s / 2
}

TEST_F(CpuLoad, AVirtualMachineHasItsThreadsPartOfTheTdp) {
  recorded_.set_cpu(kXeon, 4, 1, true);
  auto machine = cpu_load_of(recorded_, Scope::kMachine);
  recorded_.spend(40, 40);
  recorded_.pass(10);
  EXPECT_NEAR(machine.lap().cpu_j.value(), 126, 1e-9);  // 150 W × 4 / 40 × 0.84 × 10 s
}

TEST_F(CpuLoad, WithThreadsSwitchedOffTheWholeTdpRemains) {
  recorded_.set_cpu(kXeon, 20);
  auto machine = cpu_load_of(recorded_, Scope::kMachine);
  recorded_.spend(200, 200);
  recorded_.pass(10);
  EXPECT_NEAR(machine.lap().cpu_j.value(), 1260, 1e-9);  // 150 W × 0.84 × 10 s
}

TEST_F(CpuLoad, WithoutProcStatAProcessCountsAsAloneAndAMachineIsUnknown) {
  recorded_.set_cpu(kXeon, 40);
  recorded_.vanish("proc/stat");
  auto process = cpu_load_of(recorded_);
  auto machine = cpu_load_of(recorded_, Scope::kMachine);
  recorded_.spend_unseen(100);  // 100 s of 400: load 0.25
  recorded_.pass(10);
  EXPECT_NEAR(process.lap().cpu_j.value(), 491.25, 1e-9);
  EXPECT_EQ(machine.lap().cpu_j, std::nullopt);
}

TEST_F(CpuLoad, AClockThatWentBackAddsNothing) {
  auto source = cpu_load_of(recorded_);
  recorded_.spend(0, -1);
  EXPECT_EQ(source.lap().cpu_j, 0.0);
  recorded_.spend(0, 2);
  EXPECT_NEAR(source.lap().cpu_j.value(), 15, 1e-9);  // 2 s × 7.5 W
}

TEST_F(CpuLoad, AnIdleMachineSpendsNothingByThisModel) {
  recorded_.set_cpu(kXeon, 40);
  auto machine = cpu_load_of(recorded_, Scope::kMachine);
  recorded_.pass(10);
  EXPECT_EQ(machine.lap().cpu_j, 0.0);
}

struct Known {
  const char* cpuinfo_name;
  double tdp_w;
  int threads;
};

class FindCpu : public ::testing::TestWithParam<Known> {};

TEST_P(FindCpu, KnowsAModelAsTheKernelNamesIt) {
  const auto found = find_cpu(GetParam().cpuinfo_name);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->tdp_w, GetParam().tdp_w);
  EXPECT_EQ(found->threads, GetParam().threads);
}

INSTANTIATE_TEST_SUITE_P(
    Names, FindCpu,
    ::testing::Values(Known{"Intel(R) Xeon(R) CPU E5-2690 v4 @ 2.60GHz", 135, 28},
                      Known{"Intel(R) Xeon(R) CPU E3-1240 V2 @ 3.40GHz", 69, 8},
                      Known{"Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz", 150, 40},
                      Known{"Intel(R) Xeon(R) Platinum 8480+", 350, 112},
                      Known{"INTEL(R) XEON(R) PLATINUM 8480+", 350, 112},
                      Known{"Intel(R) Core(TM) i7-8565U CPU @ 1.80GHz", 15, 8},
                      Known{"11th Gen Intel(R) Core(TM) i7-11800H @ 2.30GHz", 45, 16},
                      Known{"AMD EPYC 7763 64-Core Processor", 280, 128},
                      Known{"AMD EPYC 7763 64-Core Processor                ", 280, 128},
                      Known{"AMD Ryzen Threadripper 1950X 16-Core Processor", 180, 32},
                      Known{"AMD Ryzen 7 5700G with Radeon Graphics", 65, 16},
                      Known{"AMD Ryzen 9 5950X 16-Core Processor", 105, 32}));

class FindNoCpu : public ::testing::TestWithParam<const char*> {};

TEST_P(FindNoCpu, IsBetterThanANeighbour) { EXPECT_FALSE(find_cpu(GetParam())); }

INSTANTIATE_TEST_SUITE_P(
    Names, FindNoCpu,
    ::testing::Values("", " ", "CPU", "Intel(R) Xeon(R) Processor @ 2.80GHz",
                      "Intel Xeon Processor (Skylake, IBRS)", "AMD EPYC-Rome Processor",
                      "AMD EPYC Processor", "QEMU Virtual CPU version 2.5+", "Intel(R) Core(TM)",
                      "Intel(R) Xeon(R) Gold 6148F CPU @ 2.40GHz",  // 160 W; 6148 has 150
                      "Intel(R) Xeon(R) CPU E5-2690 v5 @ 2.60GHz", "Intel(R) Xeon(R) CPU E5-2690",
                      "Intel(R) Xeon(R) CPU @ 2.20GHz", "AMD Ryzen 7 5800", "AMD EPYC 776",
                      "AMD EPYC 77630 64-Core Processor", "Xeon Gold 6148", "i7-8565U"));

}  // namespace
}  // namespace fedwatt::energy
