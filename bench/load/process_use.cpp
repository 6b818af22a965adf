#include "process_use.h"

#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>

namespace fedwatt::bench {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(int pid) { return fs::path("/proc") / std::to_string(pid); }

std::int64_t status_bytes(int pid, const std::string& field) {
  std::ifstream status(folder_of(pid) / "status");
  std::string word;
  std::int64_t kilobytes = 0;
  while (status >> word) {
    if (word == field && status >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

}  // namespace

double cpu_s(int pid) {
  double sum_ns = 0;
  std::error_code error;
  for (const auto& task : fs::directory_iterator(folder_of(pid) / "task", error)) {
    double run_ns = 0;
    if (std::ifstream(task.path() / "schedstat") >> run_ns) sum_ns += run_ns;
  }
  return sum_ns / 1e9;
}

double family_cpu_s(int pid) {
  double sum_s = cpu_s(pid);
  std::error_code error;
  for (const auto& task : fs::directory_iterator(folder_of(pid) / "task", error)) {
    std::ifstream children(task.path() / "children");
    for (int child = 0; children >> child;) sum_s += cpu_s(child);
  }
  return sum_s;
}

double own_cpu_s() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::int64_t resident_bytes(int pid) { return status_bytes(pid, "VmRSS:"); }
std::int64_t most_resident_bytes(int pid) { return status_bytes(pid, "VmHWM:"); }

}  // namespace fedwatt::bench
