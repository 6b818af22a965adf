#include <gtest/gtest.h>

#include <sstream>

#include "energy/rapl_source.h"
#include "recorded_machine.h"

// The powercap trees of kinds of machines, written after what the kernel's powercap driver shows:
// which domains there are, what they are called and where their counters wrap. None is a recording
// of one machine. Energy is set by the tests.

namespace fedwatt::energy {
namespace {

using fedwatt::testing::Lapped;
using fedwatt::testing::RecordedMachine;

// Two Xeon sockets: DRAM is measured, with a unit (15.3 uJ) and so a range of its own.
constexpr auto kIntelServer = R"(
intel-rapl:0     package-0  262143328850
intel-rapl:0:0   dram       65712999613
intel-rapl:1     package-1  262143328850
intel-rapl:1:0   dram       65712999613
)";

// A Xeon of the Cascade Lake AP kind: two dies in each package.
constexpr auto kIntelTwoDies = R"(
intel-rapl:0     package-0-die-0  262143328850
intel-rapl:0:0   dram             65712999613
intel-rapl:1     package-0-die-1  262143328850
intel-rapl:1:0   dram             65712999613
)";

// A laptop: the platform's counter beside the package's, no DRAM, and the package once more
// through memory-mapped registers.
constexpr auto kIntelLaptop = R"(
intel-rapl:0       package-0  262143328850
intel-rapl:0:0     core       262143328850
intel-rapl:0:1     uncore     262143328850
intel-rapl:1       psys       262143328850
intel-rapl-mmio:0  package-0  262143328850
)";

// EPYC and Ryzen: one package each socket with its cores inside, no DRAM.
constexpr auto kAmd = R"(
intel-rapl:0     package-0  65532610987
intel-rapl:0:0   core       65532610987
intel-rapl:1     package-1  65532610987
intel-rapl:1:0   core       65532610987
)";

constexpr auto kOnlyPsys = R"(
intel-rapl:0     psys       262143328850
)";

class RaplMachine : public ::testing::Test {
 protected:
  void show(const char* tree) {
    // The control type's own folder has no name and no counter.
    recorded_.write("sys/class/powercap/intel-rapl/enabled", "1\n");
    std::istringstream lines(tree);
    for (std::string folder, name, max_uj; lines >> folder >> name >> max_uj;) {
      recorded_.domain(folder, name, "1000000", max_uj);
    }
    recorded_.set_busy_ticks(0);
    source_ = RaplSource::open(recorded_.machine()).value();
    lapped_.emplace(recorded_.machine(), std::move(source_), Scope::kMachine);
    recorded_.pass(1);
  }
  // Adds to the counter that stood at 1 J.
  void spend_j(const std::string& folder, int joules) {
    recorded_.set_energy(folder, std::to_string((joules + 1) * 1'000'000));
  }
  protocol::ComponentEnergy lap() { return lapped_->lap(); }

  RecordedMachine recorded_;
  std::unique_ptr<RaplSource> source_;
  std::optional<Lapped> lapped_;
};

TEST_F(RaplMachine, IntelServer) {
  show(kIntelServer);
  spend_j("intel-rapl:0", 100);
  spend_j("intel-rapl:1", 50);
  spend_j("intel-rapl:0:0", 20);
  spend_j("intel-rapl:1:0", 10);
  const auto energy = lap();
  EXPECT_NEAR(energy.cpu_j.value(), 150, 1e-9);  // 100 + 50
  EXPECT_NEAR(energy.ram_j.value(), 30, 1e-9);   // 20 + 10
}

TEST_F(RaplMachine, DramWrapsWhereItsOwnRangeEnds) {
  show(kIntelServer);
  recorded_.set_energy("intel-rapl:0:0", "65712000000");
  lap();
  recorded_.set_energy("intel-rapl:0:0", "2000387");
  recorded_.pass(100);
  // 2000387 + 65712999613 - 65712000000 = 3000000 uJ
  EXPECT_NEAR(lap().ram_j.value(), 3, 1e-9);
}

TEST_F(RaplMachine, IntelWithTwoDies) {
  show(kIntelTwoDies);
  spend_j("intel-rapl:0", 100);
  spend_j("intel-rapl:1", 50);
  spend_j("intel-rapl:1:0", 10);
  const auto energy = lap();
  EXPECT_NEAR(energy.cpu_j.value(), 150, 1e-9);  // 100 + 50
  EXPECT_NEAR(energy.ram_j.value(), 10, 1e-9);
}

TEST_F(RaplMachine, IntelLaptop) {
  show(kIntelLaptop);
  spend_j("intel-rapl:0", 30);
  spend_j("intel-rapl:0:0", 20);
  spend_j("intel-rapl:0:1", 5);
  spend_j("intel-rapl:1", 60);
  spend_j("intel-rapl-mmio:0", 30);
  const auto energy = lap();
  EXPECT_NEAR(energy.cpu_j.value(), 30, 1e-9);  // package-0, once
  EXPECT_EQ(energy.ram_j, std::nullopt);
}

TEST_F(RaplMachine, Amd) {
  show(kAmd);
  spend_j("intel-rapl:0", 200);
  spend_j("intel-rapl:0:0", 90);
  spend_j("intel-rapl:1", 100);
  spend_j("intel-rapl:1:0", 40);
  const auto energy = lap();
  EXPECT_NEAR(energy.cpu_j.value(), 300, 1e-9);  // 200 + 100
  EXPECT_EQ(energy.ram_j, std::nullopt);
}

TEST_F(RaplMachine, PsysCountsAsTheCpuWhereThereIsNoPackage) {
  show(kOnlyPsys);
  spend_j("intel-rapl:0", 60);
  const auto energy = lap();
  EXPECT_NEAR(energy.cpu_j.value(), 60, 1e-9);
  EXPECT_EQ(energy.ram_j, std::nullopt);
  EXPECT_TRUE(RaplSource::open(recorded_.machine()).value()->cpu_holds_memory());
}

TEST_F(RaplMachine, OnlyCopiesThroughMmio) {
  show("intel-rapl-mmio:0 package-0 262143328850\n");
  spend_j("intel-rapl-mmio:0", 30);
  EXPECT_NEAR(lap().cpu_j.value(), 30, 1e-9);
}

}  // namespace
}  // namespace fedwatt::energy
