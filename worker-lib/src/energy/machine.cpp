#include "energy/machine.h"

#include <unistd.h>

#include <array>
#include <charconv>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace fedwatt::energy {
namespace {

double read_clock_s(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// The rest of the first line that begins with `key`, without what stands before its value.
std::string value_of(const std::filesystem::path& file, std::string_view key) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (line.compare(0, key.size(), key) != 0) continue;
    const auto start = line.find_first_not_of(": \t", key.size());
    return start == std::string::npos ? "" : line.substr(start);
  }
  return {};
}

std::optional<double> leading_number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

}  // namespace

double process_cpu_s() { return read_clock_s(CLOCK_PROCESS_CPUTIME_ID); }
double monotonic_s() { return read_clock_s(CLOCK_MONOTONIC); }

std::optional<double> read_number(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string text;
  if (!std::getline(stream, text)) return std::nullopt;
  return leading_number(text);
}

std::optional<double> machine_busy_s(const Machine& machine) {
  // user nice system idle iowait irq softirq steal; guest time is part of user already, and stolen
  // time was another virtual machine's.
  std::istringstream fields(value_of(machine.root / "proc/stat", "cpu "));
  fields.imbue(std::locale::classic());
  std::array<double, 7> ticks{};
  for (double& tick : ticks) {
    if (!(fields >> tick)) return std::nullopt;
  }
  const auto& [user, nice, system, idle, iowait, irq, softirq] = ticks;
  return (user + nice + system + irq + softirq) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

protocol::Hardware read_hardware(const Machine& machine) {
  protocol::Hardware hardware;
  hardware.cpu = value_of(machine.root / "proc/cpuinfo", "model name");
  if (const auto kib = leading_number(value_of(machine.root / "proc/meminfo", "MemTotal"))) {
    hardware.ram_bytes = static_cast<std::int64_t>(*kib) * 1024;
  }
  return hardware;
}

}  // namespace fedwatt::energy
