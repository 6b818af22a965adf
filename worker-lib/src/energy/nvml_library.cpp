#include "energy/nvml_library.h"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

namespace fedwatt::energy {
namespace {

// nvmlProcessUtilizationSample_t
struct UtilizationSample {
  unsigned pid;
  unsigned long long time_us;
  unsigned sm_percent;
  unsigned memory_percent;
  unsigned encoder_percent;
  unsigned decoder_percent;
};

// nvmlProcessInfo_v1_t and nvmlProcessInfo_v2_t; only the process id, their first member, is read.
constexpr std::size_t kProcessInfoV1Size = 16;
constexpr std::size_t kProcessInfoV2Size = 24;

// What processes there are can change between two calls: this often is the list asked for with more
// room.
constexpr int kAttempts = 4;
constexpr unsigned kMostProcesses = 65'536;

}  // namespace

struct NvmlLibrary::Functions {
  // In every driver since 2013 (release 319).
  Result (*init)() = nullptr;
  Result (*shutdown)() = nullptr;
  Result (*device_count)(unsigned* count) = nullptr;
  Result (*device_by_index)(unsigned index, Device* device) = nullptr;
  Result (*name)(Device device, char* text, unsigned size) = nullptr;
  Result (*uuid)(Device device, char* text, unsigned size) = nullptr;
  // Null where the driver is too old.
  const char* (*error_string)(Result error) = nullptr;
  Result (*mig_mode)(Device device, unsigned* current, unsigned* pending) = nullptr;
  Result (*total_energy)(Device device, unsigned long long* millijoules) = nullptr;
  Result (*power_usage)(Device device, unsigned* milliwatts) = nullptr;
  Result (*compute_processes_v2)(Device device, unsigned* count, void* infos) = nullptr;
  Result (*compute_processes_v1)(Device device, unsigned* count, void* infos) = nullptr;
  Result (*process_utilization)(Device device, UtilizationSample* samples, unsigned* count,
                                unsigned long long since_us) = nullptr;

  explicit Functions(void* library) {
    const auto find = [library](auto& function, const char* symbol) {
      function = reinterpret_cast<std::decay_t<decltype(function)>>(::dlsym(library, symbol));
    };
    find(init, "nvmlInit_v2");
    find(shutdown, "nvmlShutdown");
    find(device_count, "nvmlDeviceGetCount_v2");
    find(device_by_index, "nvmlDeviceGetHandleByIndex_v2");
    find(name, "nvmlDeviceGetName");
    find(uuid, "nvmlDeviceGetUUID");
    find(error_string, "nvmlErrorString");
    find(mig_mode, "nvmlDeviceGetMigMode");
    find(total_energy, "nvmlDeviceGetTotalEnergyConsumption");
    find(power_usage, "nvmlDeviceGetPowerUsage");
    find(compute_processes_v2, "nvmlDeviceGetComputeRunningProcesses_v2");
    find(compute_processes_v1, "nvmlDeviceGetComputeRunningProcesses");
    find(process_utilization, "nvmlDeviceGetProcessUtilization");
  }
  bool complete() const {
    return init && shutdown && device_count && device_by_index && name && uuid;
  }
};

std::unique_ptr<NvmlLibrary> NvmlLibrary::open(const std::vector<std::string>& names,
                                               std::string& error) {
  error = "no name to look for";
  void* handle = nullptr;
  for (const auto& name : names) {
    handle = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle) break;
    // The first name's reason says most: the others are fallbacks. glibc keeps it for each thread.
    const char* const reason = ::dlerror();  // NOLINT(concurrency-mt-unsafe)
    if (&name == &names.front() && reason) error = reason;
  }
  if (!handle) return nullptr;

  auto functions = std::make_unique<Functions>(handle);
  if (!functions->complete()) {
    error = "the library lacks calls that NVIDIA's has";
  } else if (const Result result = functions->init(); result != kSuccess) {
    error = "nvmlInit failed: " +
            (functions->error_string ? functions->error_string(result) : std::to_string(result));
  } else {
    return std::unique_ptr<NvmlLibrary>(new NvmlLibrary(handle, std::move(functions)));
  }
  ::dlclose(handle);
  return nullptr;
}

NvmlLibrary::NvmlLibrary(void* handle, std::unique_ptr<Functions> functions)
    : handle_(handle), functions_(std::move(functions)), process_(::getpid()) {}

NvmlLibrary::~NvmlLibrary() {
  if (::getpid() != process_) return;
  functions_->shutdown();
  ::dlclose(handle_);
}

std::vector<NvmlLibrary::Device> NvmlLibrary::devices() const {
  std::vector<Device> devices;
  unsigned count = 0;
  if (functions_->device_count(&count) != kSuccess) return devices;
  for (unsigned index = 0; index < count; ++index) {
    Device device = nullptr;
    if (functions_->device_by_index(index, &device) == kSuccess) devices.push_back(device);
  }
  return devices;
}

std::string NvmlLibrary::name(Device device) const {
  std::array<char, 96> text{};
  if (functions_->name(device, text.data(), text.size() - 1) != kSuccess) return "NVIDIA GPU";
  return text.data();
}

std::string NvmlLibrary::uuid(Device device) const {
  std::array<char, 96> text{};
  if (functions_->uuid(device, text.data(), text.size() - 1) != kSuccess) return {};
  return text.data();
}

bool NvmlLibrary::is_divided(Device device) const {
  unsigned current = 0;
  unsigned pending = 0;
  return functions_->mig_mode && functions_->mig_mode(device, &current, &pending) == kSuccess &&
         current != 0;
}

NvmlLibrary::Answer<double> NvmlLibrary::energy_j(Device device) const {
  if (!functions_->total_energy) return {{}, kNotSupported};
  unsigned long long millijoules = 0;
  const Result result = functions_->total_energy(device, &millijoules);
  if (result != kSuccess) return {{}, result};
  return {static_cast<double>(millijoules) * 1e-3};
}

NvmlLibrary::Answer<double> NvmlLibrary::power_w(Device device) const {
  if (!functions_->power_usage) return {{}, kNotSupported};
  unsigned milliwatts = 0;
  const Result result = functions_->power_usage(device, &milliwatts);
  if (result != kSuccess) return {{}, result};
  return {static_cast<double>(milliwatts) * 1e-3};
}

std::optional<std::set<int>> NvmlLibrary::compute_processes(Device device) const {
  const bool v2 = functions_->compute_processes_v2 != nullptr;
  const auto list = v2 ? functions_->compute_processes_v2 : functions_->compute_processes_v1;
  const std::size_t size = v2 ? kProcessInfoV2Size : kProcessInfoV1Size;
  if (!list) return std::nullopt;
  unsigned room = 64;
  for (int attempt = 0; attempt < kAttempts && room <= kMostProcesses; ++attempt) {
    std::vector<std::byte> infos(room * size);
    unsigned count = room;
    const Result result = list(device, &count, infos.data());
    if (result == kInsufficientSize) {
      room = count + 64;
      continue;
    }
    if (result != kSuccess || count > room) return std::nullopt;
    std::set<int> pids;
    for (unsigned index = 0; index < count; ++index) {
      unsigned pid = 0;
      std::memcpy(&pid, infos.data() + index * size, sizeof pid);
      pids.insert(static_cast<int>(pid));
    }
    return pids;
  }
  return std::nullopt;
}

std::map<int, double> NvmlLibrary::use_by_process(Device device,
                                                  unsigned long long since_us) const {
  std::map<int, double> use;
  if (!functions_->process_utilization) return use;
  unsigned room = 128;
  for (int attempt = 0; attempt < kAttempts && room <= kMostProcesses; ++attempt) {
    std::vector<UtilizationSample> samples(room);
    unsigned count = room;
    const Result result = functions_->process_utilization(device, samples.data(), &count, since_us);
    if (result == kInsufficientSize) {
      room = std::max(count, room) + 128;
      continue;
    }
    if (result != kSuccess || count > room) return use;
    samples.resize(count);
    for (const auto& sample : samples) {
      // Some drivers return entries that they did not fill.
      if (sample.time_us <= since_us || sample.sm_percent > 100) continue;
      use[static_cast<int>(sample.pid)] += sample.sm_percent;
    }
    return use;
  }
  return use;
}

std::string NvmlLibrary::describe(Result error) const {
  const char* words = functions_->error_string ? functions_->error_string(error) : nullptr;
  return words ? words : "NVML error " + std::to_string(error);
}

}  // namespace fedwatt::energy
