// What the meter sees of this machine's NVIDIA GPUs, for trying it on one. It needs a compiler and
// the driver's library and nothing else of this project's dependencies; from the repository:
//
//   cd worker-lib/src
//   g++ -std=c++20 -O2 -I. -I../../protocol/include ../../bench/energy/nvml_check.cpp
//       energy/nvml_*.cpp energy/gpu_*.cpp energy/machine.cpp -ldl -o /tmp/nvml_check
//   /tmp/nvml_check 30 --load
//
// (the second command on one line.)
// For so many seconds (10 if not said), once a second: joules of all GPUs and joules billed to this
// process, beside what NVML says of each GPU. With `--load` it keeps the first GPU busy in this
// process after the first third, through the CUDA driver, so that its share rises from 0 to 1; two
// of them at once share it.

#include <dlfcn.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>

#include "energy/nvml_source.h"

namespace {

using fedwatt::energy::Interval;
using fedwatt::energy::Machine;
using fedwatt::energy::NvmlLibrary;
using fedwatt::energy::NvmlSource;
using fedwatt::energy::Scope;

// Keeps the first GPU busy: fills memory over and over. The few calls of libcuda.so.1 it takes.
class Load {
 public:
  bool start() {
    void* cuda = ::dlopen("libcuda.so.1", RTLD_NOW);
    if (!cuda) return false;
    const auto init = find<int(unsigned)>(cuda, "cuInit");
    const auto device_get = find<int(int*, int)>(cuda, "cuDeviceGet");
    const auto context_create = find<int(void**, unsigned, int)>(cuda, "cuCtxCreate_v2");
    const auto allocate = find<int(std::uintptr_t*, std::size_t)>(cuda, "cuMemAlloc_v2");
    fill_ = find<int(std::uintptr_t, unsigned, std::size_t)>(cuda, "cuMemsetD32_v2");
    wait_ = find<int()>(cuda, "cuCtxSynchronize");
    int device = 0;
    void* context = nullptr;
    return init && device_get && context_create && allocate && fill_ && wait_ && init(0) == 0 &&
           device_get(&device, 0) == 0 && context_create(&context, 0, device) == 0 &&
           allocate(&memory_, kWords * 4) == 0;
  }
  void run_for(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
      for (unsigned time_around = 0; time_around < 16; ++time_around) {
        fill_(memory_, time_around, kWords);
      }
      wait_();
    }
  }

 private:
  static constexpr std::size_t kWords = std::size_t{1} << 26;
  template <typename Function>
  static Function* find(void* library, const char* symbol) {
    return reinterpret_cast<Function*>(::dlsym(library, symbol));
  }
  int (*fill_)(std::uintptr_t, unsigned, std::size_t) = nullptr;
  int (*wait_)() = nullptr;
  std::uintptr_t memory_ = 0;
};

std::string text(const std::optional<double>& number) {
  if (!number) return "null";
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.3f", *number);
  return buffer;
}

std::string text(const NvmlLibrary& nvml, const NvmlLibrary::Answer<double>& answer) {
  return answer.value ? text(answer.value) : nvml.describe(answer.error);
}

bool computes() {
  std::error_code closed;
  for (const auto& file : std::filesystem::directory_iterator("/proc/self/fd")) {
    if (std::filesystem::read_symlink(file, closed) == "/dev/nvidia-uvm") return true;
  }
  return false;
}

void print_use(const char* what, const std::map<int, double>& use) {
  std::printf(" %s:", what);
  for (const auto& [pid, percent] : use) std::printf(" %d=%.0f%%", pid, percent);
}

void describe(const NvmlLibrary& nvml, unsigned long long since_us) {
  std::size_t index = 0;
  for (const auto device : nvml.devices()) {
    std::printf("  GPU %zu energy_j=%s power_w=%s holders:", index++,
                text(nvml, nvml.energy_j(device)).c_str(),
                text(nvml, nvml.power_w(device)).c_str());
    const auto holders = nvml.compute_processes(device);
    if (!holders) std::printf(" not said");
    for (const int pid : holders.value_or(std::set<int>())) std::printf(" %d", pid);
    print_use("use", nvml.use_by_process(device, since_us));
    print_use("of all samples", nvml.use_by_process(device, 0));
    std::printf("\n");
  }
}

}  // namespace

int main(int argc, char** argv) {
  int seconds = 10;
  bool with_load = false;
  for (int index = 1; index < argc; ++index) {
    if (std::strcmp(argv[index], "--load") == 0) with_load = true;
    if (const int given = std::atoi(argv[index]); given > 0) seconds = given;
  }

  const Machine machine;
  const auto log = [](std::string_view line) {
    std::printf("log: %.*s\n", static_cast<int>(line.size()), line.data());
  };
  const auto before = std::chrono::steady_clock::now();
  const auto whole = NvmlSource::open(machine, Scope::kMachine, log);
  const std::chrono::duration<double> opening = std::chrono::steady_clock::now() - before;
  const auto own = NvmlSource::open(machine, Scope::kProcess, log);
  std::string error;
  const auto nvml = NvmlLibrary::open(machine.nvml_libraries, error);
  if (!whole || !nvml) {
    std::printf("no NVIDIA GPU to measure: %s\n", error.c_str());
    return 1;
  }
  std::printf("opened in %.3f s; process %d, pid namespace %s, /dev/nvidia-uvm %s\n",
              opening.count(), ::getpid(),
              std::filesystem::read_symlink("/proc/self/ns/pid").c_str(),
              computes() ? "open" : "not open");
  for (const auto device : nvml->devices()) {
    std::printf("  %s %s%s\n", nvml->name(device).c_str(), nvml->uuid(device).c_str(),
                nvml->is_divided(device) ? " divided (MIG)" : "");
  }
  std::printf("read every %lld ms in scope machine, %lld ms in scope process%s\n",
              static_cast<long long>(whole->lap_at_least_every().count()),
              static_cast<long long>(own ? own->lap_at_least_every().count() : 0),
              own ? "" : " (CUDA_VISIBLE_DEVICES leaves no GPU)");

  Load load;
  bool loaded = false;
  double whole_sum_j = 0;
  double own_sum_j = 0;
  double spent_cpu_s = 0;
  auto last = std::chrono::steady_clock::now();
  for (int second = 1; second <= seconds; ++second) {
    if (with_load && !loaded && second > seconds / 3) {
      loaded = load.start();
      std::printf(loaded ? "load begins\n" : "log: libcuda.so.1 gives no context\n");
      with_load = loaded;
    }
    if (loaded) {
      load.run_for(std::chrono::seconds(1));
    } else {
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
    const auto now = std::chrono::steady_clock::now();
    Interval interval;
    interval.elapsed_s = std::chrono::duration<double>(now - last).count();
    last = now;
    const auto whole_j = whole->lap(interval).gpu_j;
    const double cpu_before_s = fedwatt::energy::process_cpu_s();
    const auto own_j = own ? own->lap(interval).gpu_j : std::nullopt;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - now;
    spent_cpu_s += fedwatt::energy::process_cpu_s() - cpu_before_s;
    whole_sum_j += whole_j.value_or(0);
    own_sum_j += own_j.value_or(0);
    std::printf("%d s: all GPUs %s J, this process %s J; both laps took %.3f ms\n", second,
                text(whole_j).c_str(), text(own_j).c_str(), took.count() * 1e3);
    const auto two_seconds_ago =
        std::chrono::system_clock::now().time_since_epoch() - std::chrono::seconds(2);
    describe(*nvml,
             static_cast<unsigned long long>(
                 std::chrono::duration_cast<std::chrono::microseconds>(two_seconds_ago).count()));
    for (const auto& notice : whole->take_notices()) log(notice);
    if (own) {
      for (const auto& notice : own->take_notices()) log(notice);
    }
  }
  std::printf("sum: all GPUs %.3f J, this process %.3f J; CPU time of its laps %.3f ms each\n",
              whole_sum_j, own_sum_j, spent_cpu_s * 1e3 / seconds);
  return 0;
}
