#include "energy/gpu_share.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace fedwatt::energy {
namespace {

// The kernel's fixed number for the namespace of process ids that the machine booted with
// (PROC_PID_INIT_INO in include/linux/proc_ns.h).
constexpr const char* kFirstPidNamespace = "pid:[4026531836]";

}  // namespace

GpuShare::GpuShare(const Machine& machine, std::string device_file)
    : self_(machine.root / "proc/self"), device_file_(std::move(device_file)) {
  std::error_code unreadable;
  ids_are_the_machines_ =
      std::filesystem::read_symlink(self_ / "ns/pid", unreadable) == kFirstPidNamespace;
}

bool GpuShare::has_device_open() const {
  std::error_code unreadable;
  for (const auto& descriptor : std::filesystem::directory_iterator(self_ / "fd", unreadable)) {
    std::error_code closed_meanwhile;
    if (std::filesystem::read_symlink(descriptor, closed_meanwhile) == device_file_) return true;
  }
  return false;
}

std::optional<double> GpuShare::of(GpuProcesses processes, const Interval& interval) {
  double total_use = 0;
  for (const auto& [pid, use] : processes.use) total_use += use;
  if (total_use > 0) {
    last_users_.clear();
    for (const auto& [pid, use] : processes.use) {
      if (use > 0) last_users_.insert(pid);
    }
  }
  const bool says_who = processes.holders.has_value() || total_use > 0;
  std::set<int> tenants = std::move(processes.holders).value_or(std::set<int>());
  if (!ids_are_the_machines_) tenants.insert(last_users_.begin(), last_users_.end());

  std::set<int> own(interval.children.begin(), interval.children.end());
  own.insert(::getpid());
  double own_use = 0;
  double own_tenants = 0;
  for (const int pid : own) {
    if (const auto used = processes.use.find(pid); used != processes.use.end()) {
      own_use += used->second;
    }
    own_tenants += static_cast<double>(tenants.count(pid));
  }

  if (!says_who) return std::nullopt;
  const bool found_itself = own_use > 0 || own_tenants > 0;
  if (!found_itself && !ids_are_the_machines_ && has_device_open()) {
    return 1 / static_cast<double>(std::max<std::size_t>(tenants.size(), 1));
  }
  if (!found_itself) return 0;
  if (total_use > 0) return own_use / total_use;
  return own_tenants / static_cast<double>(tenants.size());
}

}  // namespace fedwatt::energy
