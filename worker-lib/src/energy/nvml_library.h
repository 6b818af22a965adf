#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace fedwatt::energy {

// The few calls of NVIDIA's Management Library (NVML) that a meter needs, declared here and found
// with dlopen: neither its header nor its library is needed to build, and a machine without it
// costs one failed look-up. docs/decisions/0009-nvml-by-dlopen.md says which versions and why.
//
// A call may take from microseconds to milliseconds. Not thread-safe here, though NVML is.
class NvmlLibrary {
 public:
  using Device = struct nvmlDevice_st*;  // NVML's own name, as debuggers show it
  using Result = int;
  static constexpr Result kSuccess = 0;
  static constexpr Result kNotSupported = 3;
  static constexpr Result kNotFound = 6;
  static constexpr Result kInsufficientSize = 7;
  static constexpr Result kGpuIsLost = 15;

  // One of `value` and `error`: a figure that NVML gave or why it did not.
  template <typename T>
  struct Answer {
    std::optional<T> value;
    Result error = kSuccess;
  };

  // Loads the first of `names` that there is and initialises it. Null with the reason in `error` if
  // that fails.
  static std::unique_ptr<NvmlLibrary> open(const std::vector<std::string>& names,
                                           std::string& error);
  // Shuts NVML down, but not in a child that was forked from the process that opened it.
  ~NvmlLibrary();
  NvmlLibrary(const NvmlLibrary&) = delete;
  NvmlLibrary& operator=(const NvmlLibrary&) = delete;

  // Those that this process may use, in the order of their places on the PCI bus.
  std::vector<Device> devices() const;
  std::string name(Device device) const;
  std::string uuid(Device device) const;  // "GPU-8932f937-d72c-…"
  // Whether it is divided into parts (Multi-Instance GPU).
  bool is_divided(Device device) const;

  // Since the driver was loaded; Volta and later.
  Answer<double> energy_j(Device device) const;
  Answer<double> power_w(Device device) const;

  // Processes with a CUDA context on it; empty if NVML does not say.
  std::optional<std::set<int>> compute_processes(Device device) const;
  // Percent of its time for which each process kept it busy since `since_us` (microseconds of the
  // Unix clock), for those that did; none as well if NVML does not say.
  std::map<int, double> use_by_process(Device device, unsigned long long since_us) const;

  // In NVML's words.
  std::string describe(Result error) const;

 private:
  struct Functions;
  NvmlLibrary(void* handle, std::unique_ptr<Functions> functions);

  void* handle_;
  std::unique_ptr<const Functions> functions_;
  pid_t process_;
};

}  // namespace fedwatt::energy
