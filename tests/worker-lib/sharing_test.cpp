#include <gtest/gtest.h>

#include <deque>
#include <numeric>

#include "busy_process.h"
#include "energy/meter.h"
#include "recorded_machine.h"

// Whose energy: several processes on one machine, each with a meter, add up to the machine's. They
// are real processes that really use CPU time and memory; the machine's counters are recorded.

namespace fedwatt::energy {
namespace {

using fedwatt::testing::burn;
using fedwatt::testing::BusyProcess;
using fedwatt::testing::RecordedMachine;

constexpr int kClients = 4;
constexpr long kRamKib = 16'000'000;
constexpr std::size_t kHeldBytes = 64 << 20;

class Sharing : public ::testing::Test {
 protected:
  Sharing() {
    recorded_.set_cpu("Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz", 40);
    recorded_.set_busy_ticks(0);
    recorded_.write("proc/meminfo", "MemTotal:       " + std::to_string(kRamKib) + " kB\n");
    std::filesystem::create_directory_symlink("/proc/self", recorded_.path("proc/self"));
    machine_.root = recorded_.path("");
  }
  std::unique_ptr<Meter> meter(Scope scope) const {
    return open_meter(machine_, scope, [](std::string_view) {});
  }

  struct Figures {
    Lap machine;
    double elapsed_s = 0;
    std::vector<double> cpu_s;  // of each client
    std::vector<double> cpu_j;
    std::vector<double> ram_j;
  };

  // The clients use 0.1, 0.2, 0.3 and 0.4 s of CPU time at once, and nobody else any, while the
  // machine's counter, where it has one, rises by 1000 J.
  Figures run() {
    const double began_s = monotonic_s();
    const auto whole = meter(Scope::kMachine);
    std::deque<BusyProcess> clients;
    for (int number = 1; number <= kClients; ++number) {
      clients.emplace_back(
          [this, number](const BusyProcess::Ends& test) { be_client(number, test); });
    }
    Figures figures;
    for (const auto& client : clients) client.ends().hear();  // its meter is open
    for (const auto& client : clients) client.ends().say(1);
    for (const auto& client : clients) figures.cpu_s.push_back(client.ends().hear());
    recorded_.spend(std::accumulate(figures.cpu_s.begin(), figures.cpu_s.end(), 0.0), 0);
    if (recorded_has_rapl_) recorded_.set_energy("intel-rapl:0", "1000000000");
    for (const auto& client : clients) {
      client.ends().say(1);
      figures.cpu_j.push_back(client.ends().hear());
      figures.ram_j.push_back(client.ends().hear());
    }
    figures.machine = whole->lap();
    figures.elapsed_s = monotonic_s() - began_s;
    return figures;
  }

  void be_client(int number, const BusyProcess::Ends& test) const {
    const auto own = meter(Scope::kProcess);
    const double from_s = process_cpu_s();
    test.say(0);
    test.hear();
    std::vector<char> held(kHeldBytes, 1);
    burn(0.1 * number);
    test.say(process_cpu_s() - from_s);
    test.hear();
    const Lap lap = own->lap();
    test.say(lap.energy_j.cpu_j.value_or(std::nan("")));
    test.say(lap.energy_j.ram_j.value_or(std::nan("")));
    test.hear();
  }

  static double sum(const std::vector<double>& numbers) {
    return std::accumulate(numbers.begin(), numbers.end(), 0.0);
  }

  RecordedMachine recorded_;
  Machine machine_;
  bool recorded_has_rapl_ = false;
};

// A tick of 10 ms in the second that they use together, and what a client uses to answer.
constexpr double kRounding = 0.03;

TEST_F(Sharing, MeasuredFiguresAddUpToTheMachines) {
  recorded_has_rapl_ = true;
  recorded_.domain("intel-rapl:0", "package-0", "0");
  const Figures figures = run();
  EXPECT_EQ(figures.machine.source.cpu, "rapl");
  EXPECT_NEAR(figures.machine.energy_j.cpu_j.value(), 1000, 1e-6);
  EXPECT_NEAR(sum(figures.cpu_j), 1000, 1000 * kRounding);
  for (int client = 0; client < kClients; ++client) {  // about 100, 200, 300 and 400 J
    const double expected_j = 1000 * figures.cpu_s[client] / sum(figures.cpu_s);
    EXPECT_NEAR(figures.cpu_j[client], expected_j, 1000 * kRounding);
  }
}

TEST_F(Sharing, EstimatedFiguresAddUpToTheMachines) {
  const Figures figures = run();
  EXPECT_EQ(figures.machine.source.cpu, "cpu_load");
  // 150 W / 40 threads × 1.31 = 4.9125 W a busy thread, for about 1 s
  const double machine_j = figures.machine.energy_j.cpu_j.value();
  EXPECT_NEAR(machine_j, 4.9125 * sum(figures.cpu_s), 4.9125 * kRounding);
  EXPECT_NEAR(sum(figures.cpu_j), machine_j, 4.9125 * kRounding);
}

TEST_F(Sharing, ModelledMemoryIsBilledOnceAndNeverMoreThanTheMachineHas) {
  const Figures figures = run();
  EXPECT_EQ(figures.machine.source.ram, "model");
  const double machine_j = figures.machine.energy_j.ram_j.value();
  EXPECT_NEAR(machine_j, 16.384 * 0.375 * figures.elapsed_s, 16.384 * 0.375 * figures.elapsed_s);
  for (const double ram_j : figures.ram_j) EXPECT_GT(ram_j, 0);
  EXPECT_LT(sum(figures.ram_j), machine_j);
}

}  // namespace
}  // namespace fedwatt::energy
