#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <nlohmann/json.hpp>

#include "nvml_machine.h"
#include "peer_process.h"
#include "worker_impl.h"

// A worker with a GPU, against a hub in another language.

namespace fedwatt {
namespace {

using fedwatt::testing::FakeGpu;
using fedwatt::testing::kDeadline;
using fedwatt::testing::NvmlMachine;
using fedwatt::testing::PeerProcess;
using nlohmann::json;
using ::testing::HasSubstr;

class NvmlWorker : public NvmlMachine {
 protected:
  NvmlWorker() {
    options_.run = "digits";
    options_.worker = "hospital-3";
    options_.log = [](std::string_view) {};
    options_.hub = hub_.url();
    settings_.machine = recorded_.machine();
    settings_.shortest_gap_s = 1e9;  // no reports but those of phases
  }
  json next(const std::string& type) {
    const std::string line = hub_.line_with("{\"type\": \"" + type + "\"");
    return line.empty() ? json() : json::parse(line);
  }

  PeerProcess hub_{"fake_hub.py"};
  WorkerOptions options_;
  WorkerSettings settings_;
};

TEST_F(NvmlWorker, NamesItsGpusAndReportsTheirEnergyWithItsSource) {
  FakeGpu second = with_energy(0);
  second.name = "NVIDIA Test 200";
  fake_.show({with_energy(0), second});
  WorkerImpl worker(options_, settings_);
  EXPECT_EQ(next("hello").at("hardware").at("gpu"), json({"NVIDIA Test 100", "NVIDIA Test 200"}));

  worker.checkpoint(1);
  const auto fit = worker.begin_phase(Phase::kFit);
  second.energy_mj = 500;
  fake_.show({with_energy(1'000), second});
  worker.end_phase(fit);
  worker.report(RoundResult());
  const json report = next("report");
  EXPECT_EQ(report.at("energy_j").at("gpu"), 1.5);
  EXPECT_EQ(report.at("energy_source").at("gpu"), "nvml");
}

TEST_F(NvmlWorker, TellsWhatHappensToAGpuWhileItRuns) {
  std::promise<std::string> told;
  options_.log = [&told](std::string_view line) {
    if (line.find("is lost") != std::string_view::npos) told.set_value(std::string(line));
  };
  fake_.show({gpu_});
  const WorkerImpl worker(options_, settings_);
  FakeGpu lost = gpu_;
  lost.more = {"energy_error 15"};
  fake_.show({lost});
  auto line = told.get_future();
  ASSERT_EQ(line.wait_for(kDeadline), std::future_status::ready);
  EXPECT_THAT(line.get(), HasSubstr("GPU 0 (NVIDIA Test 100) is lost"));
}

}  // namespace
}  // namespace fedwatt
