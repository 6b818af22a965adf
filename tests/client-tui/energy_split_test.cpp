#include "model/energy_split.h"

#include <gtest/gtest.h>

#include "sample_run.h"
#include "snapshots.h"
#include "view/energy_panel.h"

namespace fedwatt::viewer {
namespace {

// Two workers, one round: CPU 300 J, GPU 100 J, nobody measured the RAM.
class EnergyOfARun : public testing::Test {
 protected:
  EnergyOfARun() {
    run_.rounds[1].energy_by_component.cpu_j = 200;
    run_.rounds[2].energy_by_component.cpu_j = 100;
    run_.rounds[2].energy_by_component.gpu_j = 100;
    run_.view.energy_gaps = {"ram"};
    say_sources("rapl", "nvml");
  }

  void say_sources(const std::string& first_cpu, const std::string& second_cpu_is) {
    run_.workers["a"].energy_source = {first_cpu, "nvml", ""};
    run_.workers["b"].energy_source = {second_cpu_is == "nvml" ? first_cpu : second_cpu_is, "", ""};
    run_.view.energy_sources = {run_.workers["a"].energy_source.cpu,
                                run_.workers["b"].energy_source.cpu, "nvml"};
  }

  RunRecord run_;
};

TEST_F(EnergyOfARun, IsTheSumOfItsRoundsByComponent) {
  const EnergySplit split = split_energy(run_);
  ASSERT_EQ(split.components.size(), 3U);
  EXPECT_EQ(split.components[0].component, "CPU");
  EXPECT_EQ(split.components[0].energy_j, 300);
  EXPECT_EQ(split.components[1].energy_j, 100);
  EXPECT_EQ(split.components[2].component, "RAM");
  EXPECT_FALSE(split.components[2].energy_j);
  EXPECT_TRUE(split.components[2].has_gap);
  EXPECT_EQ(split.total_j, 400);
  EXPECT_EQ(split.measured_j, 400);
}

TEST_F(EnergyOfARun, MeasuredAndEstimatedAreToldApart) {
  say_sources("model", "nvml");  // both CPUs by a model
  EnergySplit split = split_energy(run_);
  EXPECT_EQ(split.estimated_j, 300);
  EXPECT_EQ(split.measured_j, 100);
  say_sources("rapl", "model");
  split = split_energy(run_);
  EXPECT_EQ(split.components[0].provenance, Provenance::kMixed);
  EXPECT_EQ(split.estimated_j, 0);
  EXPECT_EQ(split.measured_j, 100);
}

TEST_F(EnergyOfARun, AFormerSourceMakesNothingMoreCertainThanItIs) {
  run_.view.energy_sources.push_back("cpu_load");  // somebody used it before
  const EnergySplit split = split_energy(run_);
  EXPECT_EQ(split.components[0].provenance, Provenance::kMixed);
  EXPECT_EQ(split.measured_j, 0);
}

TEST_F(EnergyOfARun, PanelShowsTheKindByTheFill) {
  say_sources("rapl", "model");
  const Style style{Theme()};
  EXPECT_EQ(element_text(energy_panel(style, run_, {34, 8}), {34, 8}),
            "CPU ▓▓▓▓▓▓▓▓▓▓▓       ~300 J  75 %\n"
            "    ~model rapl\n"
            "GPU ████               100 J  25 %\n"
            "    nvml\n"
            "RAM not measured\n"
            "\n"
            "█ measured         100 J  25 %\n"
            "▓ some of each     300 J  75 %\n");
  EXPECT_EQ(element_text(energy_panel(style, run_, {34, 5}), {34, 5}),
            "CPU ▓▓▓▓▓▓▓▓▓▓▓       ~300 J  75 %\n"
            "GPU ████               100 J  25 %\n"
            "RAM not measured\n"
            "█ measured         100 J  25 %\n"
            "▓ some of each     300 J  75 %\n");
}

}  // namespace
}  // namespace fedwatt::viewer
