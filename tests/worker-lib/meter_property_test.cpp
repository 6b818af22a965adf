#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "energy/meter.h"
#include "recorded_machine.h"

// Sleep, suspend, clock steps, counters that wrap, vanish, come back, begin anew or show garbage:
// none of it ever gives a negative or an absurd figure.

namespace fedwatt::energy {
namespace {

using fedwatt::testing::RecordedMachine;

constexpr int kSequences = 20;
constexpr int kLaps = 30;
constexpr int kThreads = 8;

class Trouble {
 public:
  explicit Trouble(unsigned seed) : random_(seed) {
    recorded_.set_cpu(chance(2) ? "Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz" : "Some CPU",
                      kThreads);
    recorded_.set_memory(16'000'000, 1'000'000'000, 1'000'000);
    recorded_.set_busy_ticks(0);
    recorded_.domain("intel-rapl:0", "package-0", "5000000");
    recorded_.domain("intel-rapl:0:0", "dram", "5000000", "65712999613");
    recorded_.domain("intel-rapl:1", "package-1", "5000000");
    meter_ = open_meter(recorded_.machine(), chance(2) ? Scope::kProcess : Scope::kMachine,
                        [](std::string_view) {});
  }

  // Time passes and something happens; returns the most that may have been spent by then.
  double happen() {
    const double elapsed_s = number(0, 100);
    const double own_s = number(0, kThreads * elapsed_s);
    recorded_.pass(elapsed_s);
    if (chance(10)) recorded_.pass(-number(0, 1000));  // no clock of ours does, but if it did
    if (chance(10)) recorded_.suspend(number(0, 100'000));
    recorded_.spend(chance(10) ? 0 : number(0, kThreads * elapsed_s), own_s);
    if (chance(10)) recorded_.spend_unseen(-number(0, 10));
    for (const char* domain : {"intel-rapl:0", "intel-rapl:0:0", "intel-rapl:1"}) {
      const std::string file = std::string("sys/class/powercap/") + domain + "/energy_uj";
      if (chance(10)) {
        recorded_.vanish(file);
      } else {
        recorded_.write(file, chance(10) ? garbage() : std::to_string(integer(262'143'328'850)));
      }
    }
    if (chance(10)) recorded_.vanish("proc/stat");
    if (chance(10)) recorded_.write("proc/stat", "cpu  " + garbage() + "\n");
    if (chance(10)) recorded_.set_busy_ticks(integer(1'000'000'000));
    if (chance(10)) recorded_.write("proc/self/statm", garbage());
    if (chance(10)) recorded_.set_memory(16'000'000, integer(99'000'000'000), integer(99'000'000));
    // Three counters of 2 kW, or the CPU time at 7.5 W a thread.
    return 3 * 2000 * std::max(elapsed_s, 1.0) + 7.5 * kThreads * elapsed_s;
  }
  bool chance(int one_in) { return integer(one_in) == 0; }
  Meter& meter() { return *meter_; }

 private:
  long integer(long below) { return std::uniform_int_distribution<long>(0, below - 1)(random_); }
  double number(double from, double to) {
    return std::uniform_real_distribution<double>(from, to)(random_);
  }
  std::string garbage() {
    static const char* const kGarbage[] = {"",
                                           "\n",
                                           "-5",
                                           "nan",
                                           "inf",
                                           "-inf 1 1",
                                           "1e308",
                                           "99999999999999999999999",
                                           "12x",
                                           "x 1 2 3",
                                           "1 2 3 4 5 6 -7",
                                           "nan 1 2 3 4 5 6",
                                           "1e300 1 2 3 4 5 6"};
    return kGarbage[integer(std::size(kGarbage))];
  }

  std::mt19937 random_;
  RecordedMachine recorded_;
  std::unique_ptr<Meter> meter_;
};

TEST(MeterProperty, NoTroubleGivesANegativeOrAbsurdFigure) {
  for (unsigned seed = 0; seed < kSequences; ++seed) {
    Trouble trouble(seed);
    int known = 0;
    for (int lap = 0; lap < kLaps; ++lap) {
      double most_j = trouble.happen();
      while (trouble.chance(3)) {
        trouble.meter().tick();
        most_j += trouble.happen();
      }
      const Lap figures = trouble.meter().lap();
      for (const auto& joules : {figures.energy_j.cpu_j, figures.energy_j.ram_j}) {
        if (!joules) continue;
        ++known;
        ASSERT_TRUE(std::isfinite(*joules)) << "seed " << seed << ", lap " << lap;
        ASSERT_GE(*joules, 0) << "seed " << seed << ", lap " << lap;
        ASSERT_LE(*joules, most_j) << "seed " << seed << ", lap " << lap;
      }
      ASSERT_EQ(figures.energy_j.cpu_j.has_value(), !figures.source.cpu.empty());
      ASSERT_EQ(figures.energy_j.ram_j.has_value(), !figures.source.ram.empty());
    }
    EXPECT_GT(known, kLaps) << "seed " << seed;  // of two figures a lap
  }
}

}  // namespace
}  // namespace fedwatt::energy
