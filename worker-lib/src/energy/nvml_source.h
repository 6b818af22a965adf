#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "energy/gpu_readings.h"
#include "energy/gpu_share.h"
#include "energy/nvml_library.h"
#include "energy/source.h"

namespace fedwatt::energy {

// NVIDIA GPUs, through NVML: their own energy counters or, on those from before Volta, their power
// added up. In scope kProcess the GPUs that CUDA_VISIBLE_DEVICES leaves to this process, and of
// each the part that GpuShare gives it; in scope kMachine all GPUs, whole. docs/energy.md has the
// rules.
//
// The figure is one sum: empty while one of these GPUs is not known, unless none of it is billed to
// this process anyway. A GPU divided into MIG parts has one counter for all of them and does not
// tell who uses it, so that in scope kProcess its figure is empty.
//
// lap() makes up to three NVML calls for each GPU, together a few milliseconds at most.
class NvmlSource final : public Source {
 public:
  // Null if there is no NVIDIA GPU for this process. Logs a line if there is one that cannot be
  // measured; says nothing where there is none. Initialising the driver may take seconds.
  static std::unique_ptr<NvmlSource> open(const Machine& machine, Scope scope,
                                          const std::function<void(std::string_view)>& log);

  std::string_view name() const override { return "nvml"; }
  protocol::ComponentEnergy lap(const Interval& interval) override;
  std::chrono::milliseconds lap_at_least_every() const override;
  std::vector<std::string> gpu_names() const override { return names_; }
  std::vector<std::string> take_notices() override;

 private:
  enum class Way { kCounter, kPower, kNone };

  struct Gpu {
    NvmlLibrary::Device device;  // null if nothing can be asked of it: a MIG part, one that is lost
    std::string label;           // "GPU 0 (NVIDIA H200)"
    Way way = Way::kNone;
    EnergyCounter counter;
    PowerIntegral power;
    GpuShare share;
    bool noted = false;  // what goes wrong with it now and then
  };

  NvmlSource(std::unique_ptr<NvmlLibrary> nvml, Scope scope)
      : nvml_(std::move(nvml)), scope_(scope) {}
  void add_gpu(const Machine& machine, NvmlLibrary::Device device, std::size_t index,
               const std::function<void(std::string_view)>& log);
  std::optional<double> spent_j(Gpu& gpu, const Interval& interval);
  std::optional<double> share(Gpu& gpu, const Interval& interval);
  void note_failure(Gpu& gpu, NvmlLibrary::Result error);
  void note_once(Gpu& gpu, std::string notice);

  std::unique_ptr<NvmlLibrary> nvml_;
  Scope scope_;
  std::vector<Gpu> gpus_;
  std::vector<std::string> names_;
  std::vector<std::string> notices_;
};

}  // namespace fedwatt::energy
