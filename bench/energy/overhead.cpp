// What libfedwatt costs a worker at its default settings: CPU time, and memory at its most.
//
//   overhead ws://127.0.0.1:3000 60
//
// It reports a round each second, with a phase in each, to a hub that is there; between the reports
// this program sleeps, so that what CPU time its process uses is the library's.

#include <fedwatt/worker.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <thread>

namespace {

double cpu_s() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double resident_mb() {
  std::ifstream statm("/proc/self/statm");
  double size = 0;
  double resident = 0;
  statm >> size >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) * 1e-6;
}

double most_resident_mb() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024e-6;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: overhead HUB SECONDS\n");
    return 2;
  }
  const int rounds = std::atoi(argv[2]);
  const double before_mb = resident_mb();
  const double opening_s = cpu_s();
  fedwatt::Worker worker({argv[1], "overhead", "bench"});
  const double opened_s = cpu_s();
  auto next = std::chrono::steady_clock::now();
  for (int round = 1; round <= rounds; ++round) {
    if (worker.checkpoint(round) == fedwatt::Next::kStop) break;
    {
      const auto fit = worker.phase(fedwatt::Phase::kFit);
      std::this_thread::sleep_until(next += std::chrono::seconds(1));
    }
    worker.report({0.5, 1.0, 100});
  }
  const bool flushed = worker.flush(std::chrono::seconds(5));
  const double spent_s = cpu_s() - opened_s;
  std::printf("opening: %.1f ms of CPU time\n", (opened_s - opening_s) * 1e3);
  std::printf("running: %.3f %% of one core (%.0f us a round)\n", spent_s / rounds * 100,
              spent_s / rounds * 1e6);
  std::printf("memory:  %.2f MB at its most\n", most_resident_mb() - before_mb);
  std::printf("reports: %llu committed%s\n",
              static_cast<unsigned long long>(worker.stats().reports_acknowledged),
              flushed ? "" : " (the hub did not take all of them)");
  return flushed ? 0 : 1;
}
