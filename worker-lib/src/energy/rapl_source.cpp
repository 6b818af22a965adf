#include "energy/rapl_source.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace fedwatt::energy {
namespace {

// No package and no DRAM domain draws as much. What seems to was a counter that started anew, after
// a suspend for example.
constexpr double kAbsurdW = 2'000;

// Domains in the order intel-rapl:0, intel-rapl:0:0, …, intel-rapl-mmio:0 last: the first of two
// copies is the one that every machine has.
std::vector<std::filesystem::path> domain_folders(const std::filesystem::path& powercap) {
  std::vector<std::filesystem::path> folders;
  std::error_code absent;
  for (const auto& entry : std::filesystem::directory_iterator(powercap, absent)) {
    if (entry.path().filename().string().rfind("intel-rapl", 0) == 0) {
      folders.push_back(entry.path());
    }
  }
  const auto is_mmio = [](const std::filesystem::path& folder) {
    return folder.filename().string().find("mmio") != std::string::npos;
  };
  std::sort(folders.begin(), folders.end(), [&](const auto& a, const auto& b) {
    return std::pair(is_mmio(a), a) < std::pair(is_mmio(b), b);
  });
  return folders;
}

// A domain's name: "package-0", "package-1-die-0", "psys"; "package-0/dram" for the DRAM of a
// package, so that copies are recognised.
std::string name_of(const std::filesystem::path& folder) {
  std::string name = read_first_line(folder / "name");
  if (name != "dram") return name;
  const std::string place = folder.string();
  return read_first_line(place.substr(0, place.rfind(':')) + "/name") + "/" + name;
}

bool is_package(std::string_view name) {
  return name.rfind("package-", 0) == 0 && name.find('/') == std::string_view::npos;
}

std::string how_to_allow(const std::filesystem::path& powercap) {
  return "the CPU's energy counters are there but only root may read them; allow it until the next "
         "boot with: sudo chmod a+r " +
         (powercap / "intel-rapl*/energy_uj").string() + " (for good: docs/energy.md)";
}

}  // namespace

tl::expected<std::unique_ptr<RaplSource>, std::string> RaplSource::open(const Machine& machine) {
  const auto powercap = machine.root / "sys/class/powercap";
  std::map<std::string, std::filesystem::path> domains;  // by name, each once
  for (const auto& folder : domain_folders(powercap)) domains.emplace(name_of(folder), folder);
  const bool has_package = std::any_of(domains.begin(), domains.end(),
                                       [](const auto& domain) { return is_package(domain.first); });

  std::vector<Counter> counters;
  for (const auto& [name, folder] : domains) {
    const bool is_cpu = has_package ? is_package(name) : name == "psys";
    const bool is_ram = has_package && name.find("/dram") != std::string::npos;
    if (!is_cpu && !is_ram) continue;
    SmallFile file(folder / "energy_uj");
    const auto now_uj = file.read_number();
    // Packages, or memories, that miss one would make a smaller number that looks complete.
    if (!now_uj && is_cpu) return tl::unexpected(how_to_allow(powercap));
    counters.push_back(
        {std::move(file),
         is_cpu ? &protocol::ComponentEnergy::cpu_j : &protocol::ComponentEnergy::ram_j,
         read_number(folder / "max_energy_range_uj").value_or(0), now_uj});
  }
  if (counters.empty()) {
    return tl::unexpected("this machine shows no energy counters of its CPU in " +
                          powercap.string());
  }
  return std::unique_ptr<RaplSource>(new RaplSource(std::move(counters), !has_package));
}

RaplSource::RaplSource(std::vector<Counter> counters, bool cpu_holds_memory)
    : counters_(std::move(counters)), cpu_holds_memory_(cpu_holds_memory) {}

std::optional<double> RaplSource::spent_j(Counter& counter, const Interval& interval) {
  const auto now_uj = counter.file.read_number();
  const auto last_uj = std::exchange(counter.last_uj, now_uj);
  if (!now_uj || !last_uj || interval.suspended) return std::nullopt;
  double spent_uj = *now_uj - *last_uj;
  if (spent_uj < 0) {
    if (counter.max_uj < *last_uj) return std::nullopt;
    spent_uj += counter.max_uj;
  }
  const double spent_j = spent_uj * 1e-6;
  if (!(spent_j >= 0) || spent_j > kAbsurdW * std::max(interval.elapsed_s, 1.0)) {
    return std::nullopt;
  }
  return spent_j;
}

protocol::ComponentEnergy RaplSource::lap(const Interval& interval) {
  protocol::ComponentEnergy energy;
  protocol::ComponentEnergy unknown;
  for (auto& counter : counters_) {
    const auto spent = spent_j(counter, interval);
    auto& sum = energy.*counter.component;
    sum = sum.value_or(0) + spent.value_or(0);
    if (!spent) unknown.*counter.component = 0;
  }
  for (const auto component :
       {&protocol::ComponentEnergy::cpu_j, &protocol::ComponentEnergy::ram_j}) {
    auto& sum = energy.*component;
    if (unknown.*component || !interval.cpu_share) sum.reset();
    if (sum) *sum *= *interval.cpu_share;
  }
  return energy;
}

}  // namespace fedwatt::energy
