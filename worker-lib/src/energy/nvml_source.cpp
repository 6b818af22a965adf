#include "energy/nvml_source.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "energy/gpu_visible.h"

namespace fedwatt::energy {
namespace {

using Log = std::function<void(std::string_view)>;

// CUDA opens it and NVML does not, so that it tells a process that computes from one that measures.
constexpr const char* kCudaDeviceFile = "/dev/nvidia-uvm";

// NVML's samples of use are up to a second apart and kept for some fifteen: a look goes back this
// far at least, and has to come this often.
constexpr double kShortestLookS = 2;
constexpr std::chrono::seconds kLookEvery{5};
constexpr std::chrono::seconds kReadPowerEvery{1};

bool driver_shows_gpus(const Machine& machine) {
  std::error_code absent;
  return std::filesystem::directory_iterator(machine.root / "proc/driver/nvidia/gpus", absent) !=
         std::filesystem::directory_iterator();
}

unsigned long long microseconds_ago(double seconds) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto then = now - std::chrono::duration<double>(seconds);
  return static_cast<unsigned long long>(
      std::max(0.0, std::chrono::duration<double, std::micro>(then).count()));
}

// CUDA counts the fastest GPU first, by a rule that NVIDIA does not publish, NVML by PCI bus.
bool order_may_differ(const Machine& machine, const std::vector<std::string>& names) {
  return machine.environment("CUDA_DEVICE_ORDER") != "PCI_BUS_ID" &&
         std::adjacent_find(names.begin(), names.end(), std::not_equal_to<>()) != names.end();
}

}  // namespace

std::unique_ptr<NvmlSource> NvmlSource::open(const Machine& machine, Scope scope, const Log& log) {
  std::string error;
  auto nvml = NvmlLibrary::open(machine.nvml_libraries, error);
  if (!nvml) {
    if (driver_shows_gpus(machine)) {
      log("the energy of this machine's NVIDIA GPUs is not measured: NVIDIA's library NVML, which "
          "comes with the driver, cannot be used here (" +
          error + ")");
    }
    return nullptr;
  }

  const auto devices = nvml->devices();
  std::vector<std::string> names;
  std::vector<std::string> ids;
  for (const auto device : devices) {
    names.push_back(nvml->name(device));
    ids.push_back(nvml->uuid(device));
  }
  const auto variable =
      scope == Scope::kProcess ? machine.environment("CUDA_VISIBLE_DEVICES") : std::nullopt;
  const VisibleGpus visible = visible_gpus(variable, ids);
  if (visible.indices.empty() && visible.mig_parts.empty()) return nullptr;
  if (visible.named_by_index && order_may_differ(machine, names)) {
    log("CUDA_VISIBLE_DEVICES names GPUs by number and they are of several kinds: set "
        "CUDA_DEVICE_ORDER=PCI_BUS_ID, so that the GPUs that are measured are those that are used");
  }

  std::unique_ptr<NvmlSource> source(new NvmlSource(std::move(nvml), scope));
  for (const std::size_t index : visible.indices) {
    source->add_gpu(machine, devices[index], index, log);
  }
  for (const auto& part : visible.mig_parts) {
    source->names_.push_back(part);
    source->gpus_.push_back({.device = nullptr,
                             .label = part,
                             .counter = EnergyCounter(),
                             .power = PowerIntegral(),
                             .share = GpuShare(machine, kCudaDeviceFile)});
    log("the energy of " + part +
        " is not measured: the GPU that it is a part of has one counter for all its parts");
  }
  return source;
}

void NvmlSource::add_gpu(const Machine& machine, NvmlLibrary::Device device, std::size_t index,
                         const Log& log) {
  const auto energy = nvml_->energy_j(device);
  const auto power = energy.value ? NvmlLibrary::Answer<double>() : nvml_->power_w(device);
  Gpu gpu{.device = device,
          .label = "GPU " + std::to_string(index) + " (" + nvml_->name(device) + ")",
          .way = energy.value  ? Way::kCounter
                 : power.value ? Way::kPower
                               : Way::kNone,
          .counter = EnergyCounter(energy.value),
          .power = PowerIntegral(power.value),
          .share = GpuShare(machine, kCudaDeviceFile)};
  if (gpu.way == Way::kNone) {
    log("the energy of " + gpu.label + " is not measured: NVML gives neither its energy (" +
        nvml_->describe(energy.error) + ") nor its power (" + nvml_->describe(power.error) + ")");
  } else if (scope_ == Scope::kProcess && nvml_->is_divided(device)) {
    gpu.device = nullptr;
    log("the energy of " + gpu.label +
        " is not measured: it is divided (MIG) and has one counter for all its parts");
  }
  names_.push_back(nvml_->name(device));
  gpus_.push_back(std::move(gpu));
}

protocol::ComponentEnergy NvmlSource::lap(const Interval& interval) {
  std::optional<double> sum_j = 0;
  for (auto& gpu : gpus_) {
    const auto spent_j = this->spent_j(gpu, interval);
    const auto share = this->share(gpu, interval);
    add_share(sum_j, spent_j, share);
  }
  protocol::ComponentEnergy energy;
  energy.gpu_j = sum_j;
  return energy;
}

std::optional<double> NvmlSource::spent_j(Gpu& gpu, const Interval& interval) {
  if (!gpu.device || gpu.way == Way::kNone) return std::nullopt;
  const bool counter = gpu.way == Way::kCounter;
  const auto now = counter ? nvml_->energy_j(gpu.device) : nvml_->power_w(gpu.device);
  if (!now.value) note_failure(gpu, now.error);
  return counter ? gpu.counter.spent_j(now.value, interval)
                 : gpu.power.spent_j(now.value, interval);
}

std::optional<double> NvmlSource::share(Gpu& gpu, const Interval& interval) {
  if (scope_ == Scope::kMachine) return 1;
  if (!gpu.device) return std::nullopt;
  GpuProcesses processes;
  processes.holders = nvml_->compute_processes(gpu.device);
  processes.use = nvml_->use_by_process(
      gpu.device, microseconds_ago(std::max(interval.elapsed_s, kShortestLookS)));
  const auto share = gpu.share.of(std::move(processes), interval);
  if (!share) {
    note_once(gpu, "the energy of " + gpu.label +
                       " is not measured: NVML does not say which processes use it; on a machine "
                       "with one worker, let it measure the whole machine");
  }
  return share;
}

void NvmlSource::note_failure(Gpu& gpu, NvmlLibrary::Result error) {
  if (error == NvmlLibrary::kGpuIsLost) {
    gpu.device = nullptr;
    notices_.push_back(gpu.label + " is lost (" + nvml_->describe(error) +
                       "): its energy is not measured any more");
  } else {
    note_once(gpu, "the energy of " + gpu.label + " could not be read (" + nvml_->describe(error) +
                       "): such intervals have no figure");
  }
}

void NvmlSource::note_once(Gpu& gpu, std::string notice) {
  if (!std::exchange(gpu.noted, true)) notices_.push_back(std::move(notice));
}

std::chrono::milliseconds NvmlSource::lap_at_least_every() const {
  const auto by_power = [](const Gpu& gpu) { return gpu.way == Way::kPower; };
  if (std::any_of(gpus_.begin(), gpus_.end(), by_power)) return kReadPowerEvery;
  return scope_ == Scope::kProcess ? kLookEvery : Source::lap_at_least_every();
}

std::vector<std::string> NvmlSource::take_notices() { return std::exchange(notices_, {}); }

}  // namespace fedwatt::energy
