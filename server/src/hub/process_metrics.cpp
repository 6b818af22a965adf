#include "fedwatt/hub/process_metrics.h"

#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace fedwatt::hub {
namespace {

double resident_bytes() {
  double total_pages = 0;
  double resident_pages = 0;
  std::ifstream("/proc/self/statm") >> total_pages >> resident_pages;
  return resident_pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_descriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator all("/proc/self/fd", error);
  if (error) return 0;
  return static_cast<double>(std::distance(begin(all), end(all)) - 1);  // one reads the folder
}

double most_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

void add_process_metrics(Metrics& metrics) {
  const std::chrono::duration<double> started = std::chrono::system_clock::now().time_since_epoch();
  metrics.counter("process_cpu_seconds_total", "User and system CPU time.", cpu_seconds);
  metrics.gauge("process_resident_memory_bytes", "Resident memory.", resident_bytes);
  metrics.gauge("process_open_fds", "Open file descriptors.", open_descriptors);
  metrics.gauge("process_max_fds", "Most file descriptors that may be open.", most_descriptors);
  metrics.gauge("process_start_time_seconds", "Start, in seconds since 1970.",
                [started] { return started.count(); });
}

}  // namespace fedwatt::hub
