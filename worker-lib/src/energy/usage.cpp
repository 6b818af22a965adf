#include "energy/usage.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "energy/numbers.h"

namespace fedwatt::energy {
namespace {

// A difference between the two clocks of this size is a reading that was interrupted, no sleep.
constexpr double kShortestSleepS = 0.5;

}  // namespace

Usage::Usage(const Machine& machine, Scope scope)
    : machine_(machine),
      scope_(scope),
      threads_(read_cpu(machine).threads),
      stat_(machine.root / "proc/stat"),
      children_(machine),
      last_s_(machine_.monotonic_s()),
      last_suspended_s_(machine_.suspended_s()),
      last_cpu_s_(machine_.process_cpu_s()),
      last_machine_cpu_s_(machine_cpu_s()) {}

// From /proc/stat, in ticks of 10 ms.
std::optional<double> Usage::machine_cpu_s() {
  SmallFile::Buffer buffer;
  const std::string_view line = stat_.read(buffer);
  if (line.substr(0, 4) != "cpu ") return std::nullopt;
  // user nice system idle iowait irq softirq steal; guest time is part of user already, and stolen
  // time was another virtual machine's.
  std::array<double, 7> ticks{};
  if (!read_numbers(line.substr(4), ticks)) return std::nullopt;
  const auto& [user, nice, system, idle, iowait, irq, softirq] = ticks;
  return (user + nice + system + irq + softirq) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

Interval Usage::next() {
  const double now_s = machine_.monotonic_s();
  const double suspended_s = machine_.suspended_s();
  const double cpu_s = machine_.process_cpu_s();
  const auto machine_cpu_s = this->machine_cpu_s();
  const auto last_machine_cpu_s = std::exchange(last_machine_cpu_s_, machine_cpu_s);

  Interval interval;
  interval.elapsed_s = std::max(0.0, now_s - std::exchange(last_s_, now_s));
  interval.suspended =
      suspended_s - std::exchange(last_suspended_s_, suspended_s) > kShortestSleepS;
  interval.process_cpu_s =
      std::max(0.0, cpu_s - std::exchange(last_cpu_s_, cpu_s)) + children_.spent_s();
  if (machine_cpu_s && last_machine_cpu_s) {
    // The machine's time comes in coarse ticks. So one interval may show more of it than passed,
    // and the next one less than this process alone used.
    double busy_s = *machine_cpu_s - *last_machine_cpu_s;
    if (threads_ > 0) busy_s = std::min(busy_s, threads_ * interval.elapsed_s);
    interval.machine_cpu_s = std::max(busy_s, interval.process_cpu_s);
  }
  if (scope_ == Scope::kMachine) {
    interval.cpu_share = 1;
    return interval;
  }
  interval.children = children_.pids();
  if (interval.machine_cpu_s) {
    const double busy_s = *interval.machine_cpu_s;
    interval.cpu_share = busy_s > 0 ? interval.process_cpu_s / busy_s : 0;
  }
  return interval;
}

}  // namespace fedwatt::energy
