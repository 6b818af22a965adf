#include "energy/amdgpu_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "energy/meter.h"
#include "recorded_machine.h"

namespace fedwatt::energy {
namespace {

using fedwatt::testing::RecordedMachine;
using std::chrono_literals::operator""s;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kOther = 1'000'000'001;

class Amdgpu : public ::testing::Test {
 protected:
  Amdgpu() { link("proc/self/ns/pid", "pid:[4026531836]"); }

  void link(const std::string& file, const std::string& target) {
    std::filesystem::create_directories(recorded_.path(file).parent_path());
    std::filesystem::remove(recorded_.path(file));
    std::filesystem::create_symlink(target, recorded_.path(file));
  }
  static std::string card(int number) { return "sys/class/drm/card" + std::to_string(number); }
  void set(int number, const std::string& sensor, const std::string& value) {
    recorded_.write(card(number) + "/device/hwmon/hwmon3/" + sensor, value + "\n");
  }
  // As Linux 6.1 shows a card, its plugs and its node of the compute driver.
  void add_card(int number, const std::string& product = "AMD Radeon Pro W7900") {
    const std::string minor = std::to_string(128 + number);
    const std::string node = "sys/class/kfd/kfd/topology/nodes/" + std::to_string(number + 1) + "/";
    set(number, "name", "amdgpu");
    recorded_.write(card(number) + "/device/device", "0x7448\n");
    recorded_.write(card(number) + "/device/unique_id", "abc" + std::to_string(number) + "\n");
    recorded_.write(card(number) + "/device/product_name", product + "\n");
    recorded_.write(card(number) + "/device/drm/card" + std::to_string(number) + "/dev", "226:0\n");
    recorded_.write(card(number) + "/device/drm/renderD" + minor + "/dev", "226:128\n");
    recorded_.write(card(number) + "-DP-1/status", "connected\n");
    recorded_.write("sys/class/kfd/kfd/topology/nodes/0/properties", "cpu_cores_count 8\n");
    recorded_.write("sys/class/kfd/kfd/topology/nodes/0/gpu_id", "0\n");
    recorded_.write(node + "properties", "simd_count 192\ndrm_render_minor " + minor + "\n");
    recorded_.write(node + "gpu_id", std::to_string(5000 + number) + "\n");
  }
  // A process has memory on the cards of these numbers; none of the others.
  void add_process(int pid, const std::vector<int>& cards) {
    const std::string folder = "sys/class/kfd/kfd/proc/" + std::to_string(pid) + "/";
    for (const int number : {0, 1}) {
      const bool used = std::count(cards.begin(), cards.end(), number) > 0;
      recorded_.write(folder + "vram_" + std::to_string(5000 + number), used ? "4096\n" : "0\n");
    }
  }
  std::unique_ptr<AmdgpuSource> open(Scope scope = Scope::kProcess) {
    return AmdgpuSource::open(recorded_.machine(), scope,
                              [this](std::string_view line) { lines_.emplace_back(line); });
  }
  static std::optional<double> lap(AmdgpuSource& source, double elapsed_s = 1) {
    return source.lap({.elapsed_s = elapsed_s}).gpu_j;
  }

  RecordedMachine recorded_;
  std::vector<std::string> lines_;
};

TEST_F(Amdgpu, GivesTheDifferencesOfItsCounter) {
  add_card(0);
  add_process(::getpid(), {0});
  set(0, "energy1_input", "5000000");
  set(0, "power1_average", "999000000");  // not needed
  const auto source = open();
  EXPECT_EQ(source->name(), "amdgpu");
  EXPECT_EQ(source->lap_at_least_every(), 60s);
  EXPECT_THAT(source->gpu_names(), ElementsAre("AMD Radeon Pro W7900"));
  set(0, "energy1_input", "35000000");
  EXPECT_NEAR(lap(*source).value(), 30, 1e-9);  // 35 - 5
  set(0, "energy1_input", "1000000");           // the driver was loaded anew
  EXPECT_EQ(lap(*source), std::nullopt);
  set(0, "energy1_input", "2000000");
  EXPECT_NEAR(lap(*source).value(), 1, 1e-9);
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(Amdgpu, AddsUpItsPower) {
  for (const char* sensor : {"power1_average", "power1_input"}) {
    std::filesystem::remove_all(recorded_.path("sys"));
    add_card(0);
    add_process(::getpid(), {0});
    set(0, sensor, "100000000");
    const auto source = open();
    EXPECT_EQ(source->lap_at_least_every(), 1s);
    set(0, sensor, "200000000");
    EXPECT_NEAR(lap(*source, 2).value(), 300, 1e-9) << sensor;  // 150 W × 2 s
    EXPECT_EQ(lap(*source, 5.5), std::nullopt);                 // a gap
    EXPECT_NEAR(lap(*source).value(), 200, 1e-9);
    set(0, sensor, "none");
    EXPECT_EQ(lap(*source), std::nullopt);
  }
}

TEST_F(Amdgpu, SeveralCardsAreOneSum) {
  add_card(0);
  add_card(1, "");
  add_process(::getpid(), {0, 1});
  set(0, "power1_average", "100000000");
  set(1, "power1_average", "30000000");
  const auto source = open();
  EXPECT_THAT(source->gpu_names(), ElementsAre("AMD Radeon Pro W7900", "AMD GPU (device 0x7448)"));
  EXPECT_NEAR(lap(*source).value(), 130, 1e-9);
  set(1, "power1_average", "none");
  EXPECT_EQ(lap(*source), std::nullopt);
  add_process(::getpid(), {0});  // the one that cannot be read is not used
  EXPECT_NEAR(lap(*source).value(), 100, 1e-9);
}

TEST_F(Amdgpu, ItsProcessesShareItEqually) {
  add_card(0);
  set(0, "power1_average", "90000000");
  add_process(::getpid(), {0});
  add_process(kOther, {0});
  add_process(kOther + 1, {0});
  add_process(kOther + 2, {1});
  const auto source = open();
  EXPECT_NEAR(lap(*source).value(), 30, 1e-9);  // 90 / 3
  add_process(::getpid(), {});
  EXPECT_EQ(lap(*source), 0.0);  // it holds nothing any more
}

TEST_F(Amdgpu, InAContainerWhoComputesIsOneOfThem) {
  link("proc/self/ns/pid", "pid:[4026532198]");
  add_card(0);
  set(0, "power1_average", "90000000");
  add_process(kOther, {0});
  add_process(kOther + 1, {0});
  const auto source = open();
  EXPECT_EQ(lap(*source), 0.0);
  link("proc/self/fd/5", "/dev/kfd");
  EXPECT_NEAR(lap(*source).value(), 45, 1e-9);
}

TEST_F(Amdgpu, InScopeMachineMeasuresEveryCardWhole) {
  recorded_.set_variable("HIP_VISIBLE_DEVICES", "0");
  add_card(0);
  add_card(1);
  set(0, "power1_average", "100000000");
  set(1, "power1_average", "30000000");
  EXPECT_NEAR(lap(*open(Scope::kMachine)).value(), 130, 1e-9);
}

TEST_F(Amdgpu, MeasuresTheCardsThatRocmMayUse) {
  add_card(0);
  add_card(1);
  add_process(::getpid(), {0, 1});
  set(0, "power1_average", "100000000");
  set(1, "power1_average", "30000000");
  recorded_.set_variable("ROCR_VISIBLE_DEVICES", "GPU-abc1");
  EXPECT_NEAR(lap(*open()).value(), 30, 1e-9);
  recorded_.set_variable("ROCR_VISIBLE_DEVICES", "1,0");
  recorded_.set_variable("HIP_VISIBLE_DEVICES", "1");  // of those two, in that order
  EXPECT_NEAR(lap(*open()).value(), 100, 1e-9);
  recorded_.set_variable("HIP_VISIBLE_DEVICES", "");
  EXPECT_EQ(open(), nullptr);
}

TEST_F(Amdgpu, OneInsideACpuIsPartOfTheCpusFigure) {
  add_card(0);
  set(0, "power1_average", "25000000");
  set(0, "in1_label", "vddnb");
  EXPECT_EQ(open(Scope::kMachine), nullptr);
}

TEST_F(Amdgpu, SaysWhatItCannotMeasure) {
  add_card(0);
  add_process(::getpid(), {0});
  const auto silent = open();
  EXPECT_THAT(lines_, ElementsAre(HasSubstr("neither its energy nor its power")));
  EXPECT_EQ(lap(*silent), std::nullopt);

  set(0, "power1_average", "90000000");
  std::filesystem::remove_all(recorded_.path("sys/class/kfd"));
  const auto shared_by_whom = open();
  EXPECT_THAT(lines_.back(), HasSubstr("which processes use it"));
  EXPECT_EQ(lap(*shared_by_whom), std::nullopt);
}

TEST_F(Amdgpu, OtherCardsAreNotIts) {
  set(0, "name", "nouveau");
  set(0, "energy1_input", "1");
  EXPECT_EQ(open(Scope::kMachine), nullptr);
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(Amdgpu, IsTheGpuOfTheMachinesMeter) {
  add_card(0);
  add_process(::getpid(), {0});
  set(0, "energy1_input", "0");
  const auto meter = open_meter(recorded_.machine(), Scope::kProcess, [](std::string_view) {});
  set(0, "energy1_input", "7000000");
  const Lap lap = meter->lap();
  EXPECT_NEAR(lap.energy_j.gpu_j.value(), 7, 1e-9);
  EXPECT_EQ(lap.source.gpu, "amdgpu");
}

}  // namespace
}  // namespace fedwatt::energy
