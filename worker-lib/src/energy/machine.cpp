#include "energy/machine.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <set>
#include <string>
#include <string_view>

#include "energy/numbers.h"

namespace fedwatt::energy {
namespace {

double read_clock_s(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// What a line of /proc/cpuinfo or /proc/meminfo says of `key`: "model name\t: Some CPU".
std::optional<std::string> value_of(const std::string& line, std::string_view key) {
  if (line.compare(0, key.size(), key) != 0) return std::nullopt;
  const auto start = line.find_first_not_of(": \t", key.size());
  return start == std::string::npos ? "" : line.substr(start);
}

std::optional<double> leading_number(std::string_view text) {
  std::array<double, 1> number{};
  if (!read_numbers(text, number)) return std::nullopt;
  return number[0];
}

}  // namespace

double process_cpu_s() { return read_clock_s(CLOCK_PROCESS_CPUTIME_ID); }
double monotonic_s() { return read_clock_s(CLOCK_MONOTONIC); }
double suspended_s() { return read_clock_s(CLOCK_BOOTTIME) - read_clock_s(CLOCK_MONOTONIC); }

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value ? std::optional<std::string>(value) : std::nullopt;
}

std::string read_first_line(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

std::optional<double> read_number(const std::filesystem::path& file) {
  return leading_number(read_first_line(file));
}

Cpu read_cpu(const Machine& machine) {
  Cpu cpu;
  std::set<std::string> sockets;
  std::ifstream lines(machine.root / "proc/cpuinfo");
  for (std::string line; std::getline(lines, line);) {
    if (value_of(line, "processor")) ++cpu.threads;
    if (const auto name = value_of(line, "model name"); name && cpu.name.empty()) cpu.name = *name;
    if (const auto socket = value_of(line, "physical id")) sockets.insert(*socket);
    if (const auto flags = value_of(line, "flags")) {
      cpu.is_virtual = cpu.is_virtual || (*flags + ' ').find(" hypervisor ") != std::string::npos;
    }
  }
  cpu.sockets = std::max(1, static_cast<int>(sockets.size()));
  return cpu;
}

std::optional<double> read_ram_bytes(const Machine& machine) {
  std::ifstream lines(machine.root / "proc/meminfo");
  for (std::string line; std::getline(lines, line);) {
    const auto value = value_of(line, "MemTotal");
    if (const auto kib = value ? leading_number(*value) : std::nullopt) return *kib * 1024;
  }
  return std::nullopt;
}

protocol::Hardware read_hardware(const Machine& machine) {
  protocol::Hardware hardware;
  hardware.cpu = read_cpu(machine).name;
  if (const auto bytes = read_ram_bytes(machine)) {
    hardware.ram_bytes = static_cast<std::int64_t>(*bytes);
  }
  return hardware;
}

}  // namespace fedwatt::energy
