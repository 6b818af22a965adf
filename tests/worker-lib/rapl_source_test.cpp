#include "energy/rapl_source.h"

#include <gtest/gtest.h>

#include "recorded_machine.h"

namespace fedwatt::energy {
namespace {

using fedwatt::testing::Lapped;
using fedwatt::testing::RecordedMachine;

Lapped rapl_of(const Machine& machine, Scope scope = Scope::kProcess) {
  return {machine, RaplSource::open(machine).value(), scope};
}

// Two sockets with core and DRAM domains, psys, and the mmio copy of the first package.
class TwoSockets : public ::testing::Test {
 protected:
  TwoSockets() {
    recorded_.domain("intel-rapl:0", "package-0", "1000000");
    recorded_.domain("intel-rapl:0:0", "core", "500000");
    recorded_.domain("intel-rapl:0:1", "dram", "100000", "65712999613");
    recorded_.domain("intel-rapl:1", "package-1", "2000000");
    recorded_.domain("intel-rapl:1:0", "dram", "200000", "65712999613");
    recorded_.domain("intel-rapl:2", "psys", "9000000");
    recorded_.domain("intel-rapl-mmio:0", "package-0", "1000000");
    recorded_.domain("intel-rapl-mmio:0:0", "dram", "100000");
    recorded_.write("sys/class/powercap/intel-rapl/enabled", "1\n");
    recorded_.set_busy_ticks(0);
    source_.emplace(rapl_of(recorded_.machine()));
    recorded_.pass(10);
  }

  RecordedMachine recorded_;
  std::optional<Lapped> source_;
};

TEST_F(TwoSockets, AddsPackagesAndDramAndCountsNothingTwice) {
  recorded_.set_energy("intel-rapl:0", "31000000");        // + 30 J
  recorded_.set_energy("intel-rapl:0:0", "20500000");      // part of package-0
  recorded_.set_energy("intel-rapl-mmio:0", "31000000");   // package-0 again
  recorded_.set_energy("intel-rapl:1", "42000000");        // + 40 J
  recorded_.set_energy("intel-rapl:2", "999000000");       // holds all of it
  recorded_.set_energy("intel-rapl:0:1", "3100000");       // + 3 J
  recorded_.set_energy("intel-rapl-mmio:0:0", "3100000");  // the same again
  recorded_.set_energy("intel-rapl:1:0", "4200000");       // + 4 J
  recorded_.spend(8, 8);                                   // all of it was this process
  const auto energy = source_->lap();
  EXPECT_NEAR(energy.cpu_j.value(), 70, 1e-9);  // 30 + 40
  EXPECT_NEAR(energy.ram_j.value(), 7, 1e-9);   // 3 + 4
  EXPECT_EQ(energy.gpu_j, std::nullopt);
}

TEST_F(TwoSockets, GivesThisProcessItsShareOfTheBusyTime) {
  recorded_.set_energy("intel-rapl:0", "31000000");  // + 30 J, package-1 + 0 J
  recorded_.spend(8, 2);
  EXPECT_NEAR(source_->lap().cpu_j.value(), 7.5, 1e-9);  // 30 × 2 / 8
}

TEST_F(TwoSockets, SeveralClientsAddUpToTheMachine) {
  auto other_machine = recorded_.machine();
  double other_cpu_s = 0;
  other_machine.process_cpu_s = [&] { return other_cpu_s; };
  auto other = rapl_of(other_machine);
  recorded_.set_energy("intel-rapl:0", "81000000");  // + 80 J
  recorded_.spend(8, 2);
  other_cpu_s = 6;
  EXPECT_NEAR(source_->lap().cpu_j.value() + other.lap().cpu_j.value(), 80, 1e-9);  // 20 + 60
}

TEST_F(TwoSockets, InScopeMachineAllOfItIsBilledWhoeverWasBusy) {
  auto machine = rapl_of(recorded_.machine(), Scope::kMachine);
  recorded_.set_energy("intel-rapl:0", "31000000");  // + 30 J
  recorded_.spend(8, 2);
  EXPECT_NEAR(machine.lap().cpu_j.value(), 30, 1e-9);
}

TEST_F(TwoSockets, ASleepMakesTheIntervalUnknown) {
  recorded_.suspend(3600);
  recorded_.set_energy("intel-rapl:0", "1100000");  // began anew and went past where it was
  recorded_.spend(1, 1);
  EXPECT_EQ(source_->lap(), protocol::ComponentEnergy());
  recorded_.set_energy("intel-rapl:0", "3100000");
  recorded_.spend(1, 1);
  recorded_.pass(1);
  EXPECT_NEAR(source_->lap().cpu_j.value(), 2, 1e-9);
}

TEST_F(TwoSockets, AProcessThatUsedNothingIsBilledNothing) {
  recorded_.set_energy("intel-rapl:0", "31000000");
  recorded_.spend(8, 0);
  EXPECT_EQ(source_->lap().cpu_j, 0.0);
  EXPECT_EQ(source_->lap().cpu_j, 0.0);  // nobody was busy at all
}

TEST_F(TwoSockets, ItsOwnTimeIsBusyTimeEvenBeforeTheTicksShowIt) {
  recorded_.set_energy("intel-rapl:0", "1500000");  // + 0.5 J within a tick
  recorded_.spend(0, 0.004);
  EXPECT_NEAR(source_->lap().cpu_j.value(), 0.5, 1e-9);
}

TEST_F(TwoSockets, AnIntervalBeginsWhereTheLastOneEnded) {
  recorded_.set_energy("intel-rapl:0", "31000000");
  recorded_.spend(1, 1);
  source_->lap();
  recorded_.set_energy("intel-rapl:0", "36000000");
  recorded_.spend(1, 1);
  recorded_.pass(1);
  EXPECT_NEAR(source_->lap().cpu_j.value(), 5, 1e-9);  // 36 - 31
}

TEST_F(TwoSockets, ACounterThatVanishesMakesTheIntervalUnknownAndNotSmaller) {
  recorded_.spend(1, 1);
  recorded_.vanish("sys/class/powercap/intel-rapl:1/energy_uj");
  recorded_.set_energy("intel-rapl:0", "31000000");
  recorded_.set_energy("intel-rapl:0:1", "3100000");  // DRAM is still known: + 3 J
  auto energy = source_->lap();
  EXPECT_EQ(energy.cpu_j, std::nullopt);
  EXPECT_NEAR(energy.ram_j.value(), 3, 1e-9);

  recorded_.set_energy("intel-rapl:1", "5000000");  // back, but since when?
  recorded_.spend(1, 1);
  EXPECT_EQ(source_->lap().cpu_j, std::nullopt);
  recorded_.set_energy("intel-rapl:1", "6000000");
  recorded_.spend(1, 1);
  recorded_.pass(1);
  EXPECT_NEAR(source_->lap().cpu_j.value(), 1, 1e-9);
}

TEST_F(TwoSockets, WithoutProcStatThereIsNoShareAndSoNoFigure) {
  recorded_.set_energy("intel-rapl:0", "31000000");
  recorded_.vanish("proc/stat");
  EXPECT_EQ(source_->lap(), protocol::ComponentEnergy());
}

class Wrap : public ::testing::Test {
 protected:
  Lapped open(const std::string& last_uj, const std::string& max_uj) {
    recorded_.domain("intel-rapl:0", "package-0", last_uj, max_uj);
    recorded_.set_busy_ticks(0);
    return rapl_of(recorded_.machine());
  }
  std::optional<double> lap(Lapped& source, const std::string& now_uj, double seconds) {
    recorded_.set_energy("intel-rapl:0", now_uj);
    recorded_.spend(1, 1);
    recorded_.pass(seconds);
    return source.lap().cpu_j;
  }
  RecordedMachine recorded_;
};

TEST_F(Wrap, IsCorrected) {
  auto source = open("262143000000", "262143328850");
  // 4671150 + 262143328850 - 262143000000 = 5000000 uJ
  EXPECT_NEAR(lap(source, "4671150", 1).value(), 5, 1e-9);
  EXPECT_NEAR(lap(source, "5671150", 1).value(), 1, 1e-9);
}

TEST_F(Wrap, OfACounterThatDoesNotSayWhereItWrapsIsUnknown) {
  auto source = open("1000000000", "0");
  EXPECT_EQ(lap(source, "5", 1), std::nullopt);
  EXPECT_NEAR(lap(source, "2000005", 1).value(), 2, 1e-9);
}

TEST_F(Wrap, ACounterThatStartedAnewGivesNoAbsurdFigure) {
  auto source = open("200000000000", "262143328850");
  // As a wrap it would be 62143 J in a second.
  EXPECT_EQ(lap(source, "0", 1), std::nullopt);
}

TEST_F(Wrap, AJumpForwardGivesNoAbsurdFigure) {
  auto source = open("0", "262143328850");
  EXPECT_EQ(lap(source, "262143328849", 10), std::nullopt);
}

TEST_F(Wrap, GarbageInTheCounterIsUnknown) {
  auto source = open("0", "262143328850");
  EXPECT_EQ(lap(source, "none", 1), std::nullopt);
  EXPECT_EQ(lap(source, "", 1), std::nullopt);
}

TEST(RaplSource, SaysThatAMachineHasNoCounters) {
  RecordedMachine recorded;
  const auto source = RaplSource::open(recorded.machine());
  ASSERT_FALSE(source);
  EXPECT_NE(source.error().find("shows no energy counters"), std::string::npos) << source.error();
}

TEST(RaplSource, SaysWhichPermissionIsMissing) {
  RecordedMachine recorded;
  recorded.domain("intel-rapl:0", "package-0", "1");
  recorded.make_unreadable("sys/class/powercap/intel-rapl:0/energy_uj");
  const auto source = RaplSource::open(recorded.machine());
  ASSERT_FALSE(source);
  EXPECT_NE(source.error().find("until the next boot with: sudo chmod a+r"), std::string::npos)
      << source.error();
}

TEST(RaplSource, OnePackageThatCannotBeReadIsNotLeftOutOfTheSum) {
  RecordedMachine recorded;
  recorded.domain("intel-rapl:0", "package-0", "1");
  recorded.domain("intel-rapl:1", "package-1", "1");
  recorded.make_unreadable("sys/class/powercap/intel-rapl:1/energy_uj");
  EXPECT_FALSE(RaplSource::open(recorded.machine()));
}

TEST(RaplSource, DramThatCannotBeReadLeavesTheCpu) {
  RecordedMachine recorded;
  recorded.domain("intel-rapl:0", "package-0", "1");
  recorded.domain("intel-rapl:0:0", "dram", "1");
  recorded.make_unreadable("sys/class/powercap/intel-rapl:0:0/energy_uj");
  recorded.set_busy_ticks(0);
  const auto energy = rapl_of(recorded.machine()).lap();
  EXPECT_EQ(energy.cpu_j, 0.0);
  EXPECT_EQ(energy.ram_j, std::nullopt);
}

}  // namespace
}  // namespace fedwatt::energy
