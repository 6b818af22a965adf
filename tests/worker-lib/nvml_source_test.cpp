#include "energy/nvml_source.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "energy/meter.h"
#include "nvml_machine.h"

namespace fedwatt::energy {
namespace {

using fedwatt::testing::FakeGpu;
using fedwatt::testing::FakeNvml;
using fedwatt::testing::kOtherProcess;
using fedwatt::testing::NvmlMachine;
using std::chrono_literals::operator""s;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Nvml : public NvmlMachine {};

TEST_F(Nvml, GivesTheDifferencesOfTheCounter) {
  const auto source = open_with({with_energy(5'000)});
  EXPECT_NEAR(lap(*source, {with_energy(35'000)}).value(), 30, 1e-9);  // 35 - 5
  EXPECT_NEAR(lap(*source, {with_energy(36'500)}).value(), 1.5, 1e-9);
  EXPECT_EQ(lap(*source, {with_energy(36'500)}), 0.0);
  EXPECT_EQ(source->name(), "nvml");
  EXPECT_THAT(source->gpu_names(), ElementsAre("NVIDIA Test 100"));
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(Nvml, ACounterThatBeganAnewMakesOneIntervalUnknown) {
  const auto source = open_with({with_energy(900'000)});
  EXPECT_EQ(lap(*source, {with_energy(1'000)}), std::nullopt);
  EXPECT_NEAR(lap(*source, {with_energy(3'000)}).value(), 2, 1e-9);
}

TEST_F(Nvml, ACounterIsNotTrustedOverASuspend) {
  const auto source = open_with({with_energy(1'000)});
  EXPECT_EQ(lap(*source, {with_energy(2'000)}, {.elapsed_s = 1, .suspended = true}), std::nullopt);
  EXPECT_NEAR(lap(*source, {with_energy(4'000)}).value(), 2, 1e-9);
}

TEST_F(Nvml, ACounterThatJumpsGivesNoAbsurdFigure) {
  const auto source = open_with({with_energy(0)});
  EXPECT_EQ(lap(*source, {with_energy(10'001'000)}, {.elapsed_s = 2}), std::nullopt);  // 5000.5 W
}

TEST_F(Nvml, AddsUpPowerWhereThereIsNoCounter) {
  const auto source = open_with({with_power(100'000)});
  EXPECT_EQ(source->lap_at_least_every(), 1s);
  EXPECT_NEAR(lap(*source, {with_power(200'000)}, {.elapsed_s = 1}).value(), 150, 1e-9);
  EXPECT_NEAR(lap(*source, {with_power(200'000)}, {.elapsed_s = 0.5}).value(), 100, 1e-9);
  EXPECT_NEAR(lap(*source, {with_power(0)}, {.elapsed_s = 2}).value(), 200, 1e-9);
}

TEST_F(Nvml, PowerOverAGapIsUnknown) {
  const auto source = open_with({with_power(100'000)});
  EXPECT_EQ(lap(*source, {with_power(100'000)}, {.elapsed_s = 5.5}), std::nullopt);
  EXPECT_NEAR(lap(*source, {with_power(100'000)}, {.elapsed_s = 5}).value(), 500, 1e-9);
}

TEST_F(Nvml, IsReadAsOftenAsItsFigureNeeds) {
  EXPECT_EQ(open_with({gpu_})->lap_at_least_every(), 5s);  // who uses it
  EXPECT_EQ(open_with({gpu_}, Scope::kMachine)->lap_at_least_every(), 60s);
  EXPECT_EQ(open_with({gpu_, with_power(1)}, Scope::kMachine)->lap_at_least_every(), 1s);
}

TEST_F(Nvml, AnOldDriverHasFewerCalls) {
  recorded_.set_nvml_libraries({FakeNvml::old_library()});
  gpu_.processes = {::getpid(), kOtherProcess, kOtherProcess + 1, kOtherProcess + 2};
  gpu_.power_mw = 80'000;
  gpu_.use = {{::getpid(), 90}};  // which this driver cannot say
  const auto source = open_with({gpu_});
  EXPECT_NEAR(lap(*source, {gpu_}).value(), 20, 1e-9);  // 80 W × 1 s among 4
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(Nvml, AGpuThatGivesNeitherEnergyNorPowerIsUnknownAndNamed) {
  gpu_.more = {"energy_error 3", "power_error 999"};
  const auto source = open_with({gpu_});
  EXPECT_THAT(lines_, ElementsAre(AllOf(HasSubstr("GPU 0 (NVIDIA Test 100)"),
                                        HasSubstr("energy (Not Supported)"),
                                        HasSubstr("power (Unknown Error)"))));
  EXPECT_EQ(lap(*source, {gpu_}), std::nullopt);
  EXPECT_THAT(source->gpu_names(), ElementsAre("NVIDIA Test 100"));
  EXPECT_THAT(source->take_notices(), IsEmpty());
}

TEST_F(Nvml, AGpuThatIsLostIsUnknownFromThenOn) {
  const auto source = open_with({with_energy(1'000)});
  FakeGpu lost = gpu_;
  lost.more = {"energy_error 15"};
  EXPECT_EQ(lap(*source, {lost}), std::nullopt);
  EXPECT_THAT(source->take_notices(), ElementsAre(HasSubstr("is lost (GPU is lost)")));
  EXPECT_EQ(lap(*source, {with_energy(2'000)}), std::nullopt);
  EXPECT_EQ(lap(*source, {with_energy(3'000)}), std::nullopt);
  EXPECT_THAT(source->take_notices(), IsEmpty());
}

TEST_F(Nvml, AReadingThatFailsMakesItsIntervalsUnknownAndIsToldOnce) {
  const auto source = open_with({with_energy(1'000)});
  FakeGpu busy = gpu_;
  busy.more = {"energy_error 999"};
  EXPECT_EQ(lap(*source, {busy}), std::nullopt);
  EXPECT_EQ(lap(*source, {busy}), std::nullopt);
  EXPECT_EQ(lap(*source, {with_energy(5'000)}), std::nullopt);  // since when?
  EXPECT_NEAR(lap(*source, {with_energy(7'000)}).value(), 2, 1e-9);
  EXPECT_THAT(source->take_notices(), ElementsAre(HasSubstr("could not be read (Unknown Error)")));
}

TEST_F(Nvml, SeveralGpusAreOneSum) {
  const auto source = open_with({with_energy(0), with_energy(100)});
  EXPECT_NEAR(lap(*source, {with_energy(10'000), with_energy(20'100)}).value(), 30, 1e-9);
}

TEST_F(Nvml, OneGpuThatIsUnknownIsNotLeftOutOfTheSum) {
  FakeGpu silent = gpu_;
  silent.more = {"energy_error 3", "power_error 3"};
  const auto source = open_with({with_energy(0), silent});
  EXPECT_EQ(lap(*source, {with_energy(10'000), silent}), std::nullopt);
  silent.processes = {};  // and so nothing of it is this process's
  EXPECT_NEAR(lap(*source, {with_energy(30'000), silent}).value(), 20, 1e-9);
}

TEST_F(Nvml, MeasuresTheGpusThatCudaMayUse) {
  FakeGpu second = gpu_;
  second.uuid = "GPU-0000bbbb-0000-0000-0000-000000000000";
  for (const char* value : {"1", "GPU-0000b", "GPU-0000bbbb-0000-0000-0000-000000000000"}) {
    recorded_.set_variable("CUDA_VISIBLE_DEVICES", value);
    second.energy_mj = 0;
    const auto source = open_with({with_energy(0), second});
    second.energy_mj = 2'000;
    EXPECT_EQ(lap(*source, {with_energy(90'000), second}), 2.0) << value;
  }
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(Nvml, IsNotThereIfCudaMayUseNoGpu) {
  fake_.show({gpu_});
  for (const char* value : {"", "-1", "7", "none"}) {
    recorded_.set_variable("CUDA_VISIBLE_DEVICES", value);
    EXPECT_EQ(open(), nullptr) << value;
  }
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(Nvml, SaysWhenNumbersOfGpusMayMeanOthersToCuda) {
  FakeGpu second = gpu_;
  second.name = "NVIDIA Test 200";
  recorded_.set_variable("CUDA_VISIBLE_DEVICES", "1");
  open_with({gpu_, second});
  EXPECT_THAT(lines_, ElementsAre(HasSubstr("CUDA_DEVICE_ORDER=PCI_BUS_ID")));
  recorded_.set_variable("CUDA_DEVICE_ORDER", "PCI_BUS_ID");
  open_with({gpu_, second});
  EXPECT_EQ(lines_.size(), 1U);
}

TEST_F(Nvml, InScopeMachineMeasuresEveryGpuWhole) {
  recorded_.set_variable("CUDA_VISIBLE_DEVICES", "0");
  gpu_.processes = {kOtherProcess};
  const auto source = open_with({with_energy(0), with_energy(0)}, Scope::kMachine);
  EXPECT_EQ(lap(*source, {with_energy(1'000), with_energy(2'000)}), 3.0);
  EXPECT_EQ(source->gpu_names().size(), 2U);
}

TEST_F(Nvml, ADividedGpuHasOneCounterForAllItsParts) {
  gpu_.more = {"mig"};
  const auto source = open_with({gpu_});
  EXPECT_THAT(lines_, ElementsAre(HasSubstr("is divided (MIG)")));
  EXPECT_EQ(lap(*source, {with_energy(1'000)}), std::nullopt);
  EXPECT_EQ(lap(*open_with({gpu_}, Scope::kMachine), {with_energy(1'000)}), 1.0);
  EXPECT_EQ(lines_.size(), 1U);
}

TEST_F(Nvml, APartOfADividedGpuIsUnknownAndNamed) {
  recorded_.set_variable("CUDA_VISIBLE_DEVICES", "MIG-d184f67c-c95f-5ef2-a935-195bd0094fbd");
  gpu_.more = {"mig"};
  const auto source = open_with({gpu_});
  EXPECT_THAT(lines_, ElementsAre(HasSubstr("MIG-d184f67c")));
  EXPECT_EQ(lap(*source, {with_energy(1'000)}), std::nullopt);
  EXPECT_THAT(source->gpu_names(), ElementsAre("MIG-d184f67c-c95f-5ef2-a935-195bd0094fbd"));
}

TEST_F(Nvml, AGpuThatThisProcessMayNotUseIsPassedOver) {
  FakeGpu forbidden = gpu_;
  forbidden.more = {"handle_error 4"};
  const auto source = open_with({forbidden, with_energy(0)});
  EXPECT_EQ(lap(*source, {forbidden, with_energy(4'000)}), 4.0);
  EXPECT_EQ(source->gpu_names().size(), 1U);
}

TEST_F(Nvml, AMachineWithoutTheLibraryIsNotBothered) {
  recorded_.set_nvml_libraries({"libfedwatt-no-such-nvml.so.1", "libfedwatt-no-such-nvml.so"});
  EXPECT_EQ(open(), nullptr);
  EXPECT_THAT(lines_, IsEmpty());
}

TEST_F(Nvml, TheSecondNameIsTriedToo) {
  recorded_.set_nvml_libraries({"libfedwatt-no-such-nvml.so.1", FakeNvml::library()});
  EXPECT_NE(open_with({gpu_}), nullptr);
}

TEST_F(Nvml, SaysThatAGpuCannotBeMeasuredWithoutTheLibrary) {
  recorded_.write("proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: NVIDIA Test 100\n");
  recorded_.set_nvml_libraries({"libfedwatt-no-such-nvml.so.1", "libfedwatt-no-such-nvml.so"});
  EXPECT_EQ(open(), nullptr);
  EXPECT_THAT(lines_, ElementsAre(HasSubstr("libfedwatt-no-such-nvml.so.1: cannot open")));
}

TEST_F(Nvml, SaysWhyTheLibraryCannotBeUsedOnlyWhereThereIsAGpu) {
  fake_.fail_to_initialise(9);
  EXPECT_EQ(open(), nullptr);
  EXPECT_THAT(lines_, IsEmpty());
  recorded_.write("proc/driver/nvidia/gpus/0000:01:00.0/information", "");
  EXPECT_EQ(open(), nullptr);
  EXPECT_THAT(lines_, ElementsAre(HasSubstr("nvmlInit failed: Driver Not Loaded")));

  recorded_.set_nvml_libraries({"libm.so.6"});
  EXPECT_EQ(open(), nullptr);
  EXPECT_THAT(lines_.back(), HasSubstr("lacks calls"));
}

TEST_F(Nvml, AMachineWithTheLibraryAndNoGpuIsNotBothered) {
  EXPECT_EQ(open_with({}), nullptr);
  EXPECT_THAT(lines_, IsEmpty());
}

// Keeps the library loaded, so that what it counts can be seen after the meter let go of it.
class Sessions {
 public:
  Sessions() : handle_(::dlopen(FakeNvml::library().c_str(), RTLD_NOW)) {
    count_ = reinterpret_cast<int (*)()>(::dlsym(handle_, "fake_nvml_sessions"));
  }
  ~Sessions() { ::dlclose(handle_); }
  Sessions(const Sessions&) = delete;
  Sessions& operator=(const Sessions&) = delete;
  int open() const { return count_(); }

 private:
  void* handle_;
  int (*count_)();
};

TEST_F(Nvml, IsShutDownAtTheEnd) {
  const Sessions sessions;
  auto source = open_with({gpu_});
  EXPECT_EQ(sessions.open(), 1);
  source.reset();
  EXPECT_EQ(sessions.open(), 0);
  EXPECT_EQ(open_with({}), nullptr);  // no GPU to measure
  EXPECT_EQ(sessions.open(), 0);
}

TEST_F(Nvml, AForkedChildLeavesItAlone) {
  const Sessions sessions;
  auto source = open_with({gpu_});
  const pid_t child = ::fork();
  if (child == 0) {
    source.reset();
    ::_exit(sessions.open());
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 1);
}

TEST_F(Nvml, IsTheGpuOfTheMachinesMeter) {
  fake_.show({with_energy(0)});
  const auto meter = open_meter(recorded_.machine(), Scope::kProcess, [](std::string_view) {});
  EXPECT_THAT(meter->gpu_names(), ElementsAre("NVIDIA Test 100"));
  fake_.show({with_energy(7'000)});
  const Lap lap = meter->lap();
  EXPECT_EQ(lap.energy_j.gpu_j, 7.0);
  EXPECT_EQ(lap.source.gpu, "nvml");

  FakeGpu lost = gpu_;
  lost.more = {"energy_error 15"};
  fake_.show({lost});
  EXPECT_EQ(meter->lap().energy_j.gpu_j, std::nullopt);
  EXPECT_EQ(meter->take_notices().size(), 1U);
}

}  // namespace
}  // namespace fedwatt::energy
