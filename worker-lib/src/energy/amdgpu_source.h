#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "energy/gpu_readings.h"
#include "energy/gpu_share.h"
#include "energy/small_file.h"
#include "energy/source.h"

namespace fedwatt::energy {

// AMD GPUs, through the files of their driver amdgpu: an energy counter where it has one, else its
// power added up. In scope kProcess the GPUs that ROCR_VISIBLE_DEVICES and HIP_VISIBLE_DEVICES
// leave to this process, and of each an equal part for every process that has memory on it through
// ROCm (the driver does not count how long each computes); in scope kMachine all GPUs, whole.
//
// A GPU inside a CPU is left out: the CPU's figure holds it. The sum is empty while a GPU that
// counts in it is not known.
class AmdgpuSource final : public Source {
 public:
  // Null if there is no AMD GPU for this process. Logs a line if one cannot be measured.
  static std::unique_ptr<AmdgpuSource> open(const Machine& machine, Scope scope,
                                            const std::function<void(std::string_view)>& log);

  std::string_view name() const override { return "amdgpu"; }
  protocol::ComponentEnergy lap(const Interval& interval) override;
  std::chrono::milliseconds lap_at_least_every() const override;
  std::vector<std::string> gpu_names() const override;

 private:
  struct Gpu {
    std::string name;
    SmallFile reading;  // the counter in microjoules, or power in microwatts
    bool counts;        // which of them
    EnergyCounter counter;
    PowerIntegral power;
    GpuShare share;
    std::string memory_file;  // in a process's folder of the compute driver; empty if unknown
  };

  AmdgpuSource(const Machine& machine, Scope scope);
  void add_gpu(const Machine& machine, const std::filesystem::path& device,
               const std::filesystem::path& sensors,
               const std::function<void(std::string_view)>& log);
  std::optional<double> share(Gpu& gpu, const Interval& interval) const;

  std::filesystem::path processes_;  // one folder for each process that uses ROCm
  Scope scope_;
  std::vector<Gpu> gpus_;
};

}  // namespace fedwatt::energy
