// NVIDIA's Management Library as a test scripts it: a shared object that the meter loads as it
// loads the real one. What its GPUs show is read at each call from the file that FEDWATT_FAKE_NVML
// names, so that several processes share one fake; fake_nvml.h writes such files:
//
//   init 0                     what nvmlInit_v2 returns
//   gpu GPU-1a2b NVIDIA H200   a GPU, on the next place of the bus; the lines below are about it
//   handle_error 4             what asking for it, its energy, its power, … returns instead of 0
//   energy_mj 1000
//   energy_error 3
//   power_mw 70000
//   power_error 3
//   process 123                has a CUDA context on it
//   processes_error 3
//   use 123 40 500             process 123 kept it busy for 40 % of the time, 500 ms ago
//   use_error 3
//   mig                        is divided into parts
//
// Built with FAKE_NVML_OLD it is a driver from before Volta: without the calls that came later.
// Written from NVML's documentation and not from the meter's declarations, so that a wrong one
// shows.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#define NVML extern "C" __attribute__((visibility("default")))

namespace {

enum nvmlReturn {
  NVML_SUCCESS = 0,
  NVML_ERROR_UNINITIALIZED = 1,
  NVML_ERROR_INVALID_ARGUMENT = 2,
  NVML_ERROR_NOT_FOUND = 6,
  NVML_ERROR_INSUFFICIENT_SIZE = 7,
};

struct Use {
  unsigned pid = 0;
  unsigned percent = 0;
  unsigned age_ms = 0;
};

struct Gpu {
  std::string uuid;
  std::string name;
  int handle_error = 0;
  unsigned long long energy_mj = 0;
  int energy_error = 0;
  unsigned power_mw = 0;
  int power_error = 0;
  std::vector<unsigned> processes;
  int processes_error = 0;
  std::vector<Use> use;
  int use_error = 0;
  bool divided = false;
};

struct Script {
  int init = 0;
  std::vector<Gpu> gpus;
};

std::atomic<int> sessions = 0;

Script read_script() {
  Script script;
  const char* path = std::getenv("FEDWATT_FAKE_NVML");
  std::ifstream file(path ? path : "");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string key;
    words >> key;
    if (key == "init") {
      words >> script.init;
    } else if (key == "gpu") {
      auto& gpu = script.gpus.emplace_back();
      words >> gpu.uuid >> std::ws;
      std::getline(words, gpu.name);
    } else {
      auto& gpu = script.gpus.back();
      if (key == "handle_error") words >> gpu.handle_error;
      if (key == "energy_mj") words >> gpu.energy_mj;
      if (key == "energy_error") words >> gpu.energy_error;
      if (key == "power_mw") words >> gpu.power_mw;
      if (key == "power_error") words >> gpu.power_error;
      if (key == "process") words >> gpu.processes.emplace_back();
      if (key == "processes_error") words >> gpu.processes_error;
      if (key == "use_error") words >> gpu.use_error;
      if (key == "mig") gpu.divided = true;
      if (key == "use") {
        auto& use = gpu.use.emplace_back();
        words >> use.pid >> use.percent >> use.age_ms;
      }
    }
  }
  return script;
}

// A handle is the GPU's place on the bus, counted from 1.
template <typename Answer>
int about(void* device, Answer answer) {
  if (sessions == 0) return NVML_ERROR_UNINITIALIZED;
  const Script script = read_script();
  const auto place = reinterpret_cast<std::uintptr_t>(device);
  if (place == 0 || place > script.gpus.size()) return NVML_ERROR_INVALID_ARGUMENT;
  return answer(script.gpus[place - 1]);
}

int copy_text(const std::string& text, char* to, unsigned size) {
  if (size <= text.size()) return NVML_ERROR_INSUFFICIENT_SIZE;
  std::snprintf(to, size, "%s", text.c_str());
  return NVML_SUCCESS;
}

template <typename Info>
int list_processes(void* device, unsigned* count, Info* infos) {
  return about(device, [&](const Gpu& gpu) -> int {
    if (gpu.processes_error != 0) return gpu.processes_error;
    const unsigned room = *count;
    *count = static_cast<unsigned>(gpu.processes.size());
    if (room < gpu.processes.size()) return NVML_ERROR_INSUFFICIENT_SIZE;
    for (unsigned index = 0; index < *count; ++index) {
      infos[index] = Info();
      infos[index].pid = gpu.processes[index];
    }
    return NVML_SUCCESS;
  });
}

}  // namespace

struct nvmlProcessInfo_v1_t {
  unsigned int pid;
  unsigned long long usedGpuMemory;
};

struct nvmlProcessInfo_v2_t {
  unsigned int pid;
  unsigned long long usedGpuMemory;
  unsigned int gpuInstanceId;
  unsigned int computeInstanceId;
};

struct nvmlProcessUtilizationSample_t {
  unsigned int pid;
  unsigned long long timeStamp;
  unsigned int smUtil;
  unsigned int memUtil;
  unsigned int encUtil;
  unsigned int decUtil;
};

// For tests: how often it was initialised and not yet shut down in this process.
NVML int fake_nvml_sessions() { return sessions; }

NVML int nvmlInit_v2() {
  const int result = read_script().init;
  if (result == NVML_SUCCESS) ++sessions;
  return result;
}

NVML int nvmlShutdown() {
  --sessions;
  return NVML_SUCCESS;
}

NVML const char* nvmlErrorString(int result) {
  switch (result) {
    case 3:
      return "Not Supported";
    case 9:
      return "Driver Not Loaded";
    case 15:
      return "GPU is lost";
    default:
      return "Unknown Error";
  }
}

NVML int nvmlDeviceGetCount_v2(unsigned* count) {
  *count = static_cast<unsigned>(read_script().gpus.size());
  return NVML_SUCCESS;
}

NVML int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  *device = reinterpret_cast<void*>(static_cast<std::uintptr_t>(index) + 1);
  return about(*device, [](const Gpu& gpu) { return gpu.handle_error; });
}

NVML int nvmlDeviceGetName(void* device, char* name, unsigned size) {
  return about(device, [&](const Gpu& gpu) { return copy_text(gpu.name, name, size); });
}

NVML int nvmlDeviceGetUUID(void* device, char* uuid, unsigned size) {
  return about(device, [&](const Gpu& gpu) { return copy_text(gpu.uuid, uuid, size); });
}

NVML int nvmlDeviceGetPowerUsage(void* device, unsigned* milliwatts) {
  return about(device, [&](const Gpu& gpu) {
    *milliwatts = gpu.power_mw;
    return gpu.power_error;
  });
}

NVML int nvmlDeviceGetComputeRunningProcesses(void* device, unsigned* count,
                                              nvmlProcessInfo_v1_t* infos) {
  return list_processes(device, count, infos);
}

#ifndef FAKE_NVML_OLD
NVML int nvmlDeviceGetMigMode(void* device, unsigned* current, unsigned* pending) {
  return about(device, [&](const Gpu& gpu) {
    *current = *pending = gpu.divided ? 1 : 0;
    return NVML_SUCCESS;
  });
}

NVML int nvmlDeviceGetTotalEnergyConsumption(void* device, unsigned long long* millijoules) {
  return about(device, [&](const Gpu& gpu) {
    *millijoules = gpu.energy_mj;
    return gpu.energy_error;
  });
}

NVML int nvmlDeviceGetComputeRunningProcesses_v2(void* device, unsigned* count,
                                                 nvmlProcessInfo_v2_t* infos) {
  return list_processes(device, count, infos);
}

NVML int nvmlDeviceGetProcessUtilization(void* device, nvmlProcessUtilizationSample_t* samples,
                                         unsigned* count, unsigned long long last_seen_us) {
  return about(device, [&](const Gpu& gpu) -> int {
    if (gpu.use_error != 0) return gpu.use_error;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto now_us = static_cast<unsigned long long>(
        std::chrono::duration_cast<std::chrono::microseconds>(now).count());
    std::vector<nvmlProcessUtilizationSample_t> recent;
    for (const auto& use : gpu.use) {
      const unsigned long long time_us = now_us - use.age_ms * 1000ULL;
      if (time_us > last_seen_us) recent.push_back({use.pid, time_us, use.percent, 0, 0, 0});
    }
    const unsigned room = *count;
    *count = static_cast<unsigned>(recent.size());
    if (recent.empty()) return NVML_ERROR_NOT_FOUND;
    if (room < recent.size()) return NVML_ERROR_INSUFFICIENT_SIZE;
    std::copy(recent.begin(), recent.end(), samples);
    return NVML_SUCCESS;
  });
}
#endif
