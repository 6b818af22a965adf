#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "energy/meter.h"
#include "nvml_machine.h"

namespace fedwatt::energy {
namespace {

using fedwatt::testing::FakeNvml;
using fedwatt::testing::kOtherProcess;
using fedwatt::testing::NvmlMachine;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Whose energy. Each interval below is one in which the GPU spent 10 J.
class NvmlShare : public NvmlMachine {
 protected:
  void SetUp() override {
    gpu_.processes = {::getpid(), kOtherProcess};
    source_ = open_with({gpu_});
  }
  std::optional<double> share_of_10_j(const Interval& interval = {.elapsed_s = 1}) {
    gpu_.energy_mj += 10'000;
    return lap(*source_, {gpu_}, interval);
  }
  std::unique_ptr<NvmlSource> source_;
};

TEST_F(NvmlShare, IsByUseWhileAnybodyUsesIt) {
  gpu_.use = {{::getpid(), 30}, {kOtherProcess, 10}};
  EXPECT_NEAR(share_of_10_j().value(), 7.5, 1e-9);  // 30 / 40
  gpu_.use = {{kOtherProcess, 10}};
  EXPECT_EQ(share_of_10_j(), 0.0);
  gpu_.use = {{::getpid(), 1}};
  EXPECT_EQ(share_of_10_j(), 10.0);
}

TEST_F(NvmlShare, IsEqualWhileNobodyUsesIt) {
  EXPECT_EQ(share_of_10_j(), 5.0);
  gpu_.use = {{::getpid(), 0}, {kOtherProcess, 0}};
  EXPECT_EQ(share_of_10_j(), 5.0);
}

TEST_F(NvmlShare, IsEqualIfNvmlDoesNotSayWhoUsesIt) {
  gpu_.more = {"use_error 3"};
  EXPECT_EQ(share_of_10_j(), 5.0);
}

TEST_F(NvmlShare, OfAProcessThatHoldsNothingOfItIsNothing) {
  gpu_.processes = {kOtherProcess};
  EXPECT_EQ(share_of_10_j(), 0.0);
  gpu_.processes = {};
  EXPECT_EQ(share_of_10_j(), 0.0);
}

TEST_F(NvmlShare, TakesSamplesOfUseOfTheIntervalAndTwoSecondsAtLeast) {
  gpu_.use = {{::getpid(), 50, 1'000}, {kOtherProcess, 50, 20'000}};  // the second is 20 s old
  EXPECT_EQ(share_of_10_j({.elapsed_s = 0.1}), 10.0);
  EXPECT_EQ(share_of_10_j({.elapsed_s = 30}), 5.0);
}

TEST_F(NvmlShare, LeavesOutEntriesThatTheDriverDidNotFill) {
  gpu_.use = {{::getpid(), 50}, {kOtherProcess, 4'000'000'000}};
  EXPECT_EQ(share_of_10_j(), 10.0);
}

TEST_F(NvmlShare, HoldsForAnyNumberOfProcesses) {
  gpu_.use = {{::getpid(), 1}};
  for (int other = 0; other < 499; ++other) gpu_.use.push_back({kOtherProcess + other, 1});
  EXPECT_NEAR(share_of_10_j().value(), 10.0 / 500, 1e-9);
  gpu_.use = {};
  gpu_.processes = {::getpid()};
  for (int other = 0; other < 399; ++other) gpu_.processes.push_back(kOtherProcess + other);
  EXPECT_NEAR(share_of_10_j().value(), 10.0 / 400, 1e-9);
}

TEST_F(NvmlShare, HoldsChildrenThatHaveNoMeterOfTheirOwn) {
  gpu_.processes = {kOtherProcess, kOtherProcess + 1};
  gpu_.use = {{kOtherProcess, 60}, {kOtherProcess + 1, 20}};
  EXPECT_NEAR(share_of_10_j({.elapsed_s = 1, .children = {kOtherProcess}}).value(), 7.5, 1e-9);
}

TEST_F(NvmlShare, IsUnknownIfNvmlNamesNoProcessesAtAll) {
  gpu_.more = {"processes_error 3", "use_error 3"};
  EXPECT_EQ(share_of_10_j(), std::nullopt);
  EXPECT_EQ(share_of_10_j(), std::nullopt);
  EXPECT_THAT(source_->take_notices(), ElementsAre(HasSubstr("which processes use it")));
}

TEST_F(NvmlShare, WithoutTheListIsByUseAlone) {
  gpu_.more = {"processes_error 3"};
  gpu_.use = {{::getpid(), 30}, {kOtherProcess, 10}};
  EXPECT_NEAR(share_of_10_j().value(), 7.5, 1e-9);
}

// In a container the driver may know this process by another id, or hide those outside.
class NvmlShareInAContainer : public NvmlShare {
 protected:
  void SetUp() override {
    link("proc/self/ns/pid", "pid:[4026532198]");
    NvmlShare::SetUp();
  }
};

TEST_F(NvmlShareInAContainer, IsEqualForAProcessThatComputesAndIsNotFoundByItsId) {
  gpu_.processes = {kOtherProcess, kOtherProcess + 1};  // one of them is this process
  gpu_.use = {{kOtherProcess, 90}};
  EXPECT_EQ(share_of_10_j(), 0.0);
  link("proc/self/fd/7", "/dev/nvidiactl");  // as NVML has it open
  EXPECT_EQ(share_of_10_j(), 0.0);
  link("proc/self/fd/8", "/dev/nvidia-uvm");
  EXPECT_EQ(share_of_10_j(), 5.0);
  gpu_.processes = {};
  gpu_.use = {};
  EXPECT_EQ(share_of_10_j(), 10.0);
}

TEST_F(NvmlShareInAContainer, CountsThoseOutsideWhoseUseIsSeen) {
  gpu_.processes = {::getpid()};
  gpu_.use = {{::getpid(), 30}, {kOtherProcess, 30}, {kOtherProcess + 1, 30}};
  EXPECT_NEAR(share_of_10_j().value(), 10.0 / 3, 1e-9);
  gpu_.use = {};  // all wait
  EXPECT_NEAR(share_of_10_j().value(), 10.0 / 3, 1e-9);
}

// A child that computes, as torch.multiprocessing starts them, until it is told to end.
class Child {
 public:
  Child() {
    EXPECT_EQ(::pipe(pipe_), 0);
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::close(pipe_[1]);
    char none = 0;
    ::_exit(static_cast<int>(::read(pipe_[0], &none, 1)));
  }
  ~Child() {
    ::close(pipe_[0]);
    ::close(pipe_[1]);
    ::waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  int pid() const { return pid_; }

 private:
  int pipe_[2]{};
  pid_t pid_ = -1;
};

TEST_F(NvmlShare, OfTheMachinesMeterIncludesChildren) {
  Machine machine;  // whose /proc is the real one
  machine.nvml_libraries = {FakeNvml::library()};
  machine.environment = [](const char*) { return std::nullopt; };
  const Child child;
  gpu_.processes = {child.pid(), kOtherProcess};
  gpu_.use = {{child.pid(), 30}, {kOtherProcess, 10}};
  fake_.show({with_energy(0)});
  const auto meter = open_meter(machine, Scope::kProcess, [](std::string_view) {});
  fake_.show({with_energy(10'000)});
  EXPECT_EQ(meter->lap().energy_j.gpu_j, 7.5);  // 10 J × 30 / 40
}

}  // namespace
}  // namespace fedwatt::energy
