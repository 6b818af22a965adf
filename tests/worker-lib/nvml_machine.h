#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "energy/nvml_source.h"
#include "fake_nvml.h"
#include "recorded_machine.h"

namespace fedwatt::testing {

constexpr int kOtherProcess = 1'000'000'001;  // no process id of Linux is as high

// A process on a machine whose NVIDIA GPUs the test scripts.
class NvmlMachine : public ::testing::Test {
 protected:
  NvmlMachine() {
    recorded_.set_nvml_libraries({FakeNvml::library()});
    link("proc/self/ns/pid", "pid:[4026531836]");
    gpu_.processes = {::getpid()};
  }
  void link(const std::string& file, const std::string& target) {
    std::filesystem::create_directories(recorded_.path(file).parent_path());
    std::filesystem::remove(recorded_.path(file));
    std::filesystem::create_symlink(target, recorded_.path(file));
  }
  std::unique_ptr<energy::NvmlSource> open(energy::Scope scope = energy::Scope::kProcess) {
    return energy::NvmlSource::open(recorded_.machine(), scope,
                                    [this](std::string_view line) { lines_.emplace_back(line); });
  }
  std::unique_ptr<energy::NvmlSource> open_with(const std::vector<FakeGpu>& gpus,
                                                energy::Scope scope = energy::Scope::kProcess) {
    fake_.show(gpus);
    return open(scope);
  }
  std::optional<double> lap(energy::NvmlSource& source, const std::vector<FakeGpu>& gpus,
                            const energy::Interval& interval = {.elapsed_s = 1}) {
    fake_.show(gpus);
    return source.lap(interval).gpu_j;
  }
  FakeGpu with_energy(unsigned long long energy_mj) const {
    FakeGpu gpu = gpu_;
    gpu.energy_mj = energy_mj;
    return gpu;
  }
  FakeGpu with_power(unsigned power_mw) const {
    FakeGpu gpu = gpu_;
    gpu.power_mw = power_mw;
    gpu.more = {"energy_error 3"};
    return gpu;
  }

  RecordedMachine recorded_;
  FakeNvml fake_;
  FakeGpu gpu_;
  std::vector<std::string> lines_;
};

}  // namespace fedwatt::testing
