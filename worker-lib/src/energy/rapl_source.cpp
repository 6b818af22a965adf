#include "energy/rapl_source.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <utility>

namespace fedwatt::energy {
namespace {

// No package and no DRAM domain draws as much. What seems to was a counter that started anew, after
// a suspend for example.
constexpr double kAbsurdW = 2'000;

std::string first_line(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

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

// "package-0" for itself and for "dram" inside of it, so that copies are recognised.
std::string identity(const std::filesystem::path& powercap, const std::string& folder,
                     const std::string& name) {
  if (name != "dram") return name;
  return first_line(powercap / folder.substr(0, folder.rfind(':')) / "name") + "/" + name;
}

}  // namespace

tl::expected<std::unique_ptr<RaplSource>, std::string> RaplSource::open(Machine machine) {
  const auto powercap = machine.root / "sys/class/powercap";
  std::vector<Domain> domains;
  std::set<std::string> seen;
  bool refused = false;
  for (const auto& folder : domain_folders(powercap)) {
    const std::string name = first_line(folder / "name");
    const bool package = name.rfind("package", 0) == 0;
    if (!package && name != "dram") continue;
    if (!seen.insert(identity(powercap, folder.filename().string(), name)).second) continue;
    const auto counter = folder / "energy_uj";
    const auto now_uj = read_number(counter);
    if (!now_uj) {
      refused = refused || package;
      continue;
    }
    domains.push_back({counter, package ? Component::kCpu : Component::kRam,
                       read_number(folder / "max_energy_range_uj").value_or(0), now_uj});
  }
  if (refused) {
    return tl::unexpected("the CPU's energy counters cannot be read; to allow it: sudo chmod a+r " +
                          (powercap / "intel-rapl*/energy_uj").string());
  }
  if (std::none_of(domains.begin(), domains.end(),
                   [](const Domain& domain) { return domain.component == Component::kCpu; })) {
    return tl::unexpected("this machine shows no energy counters of its CPU in " +
                          powercap.string());
  }
  return std::unique_ptr<RaplSource>(new RaplSource(std::move(machine), std::move(domains)));
}

RaplSource::RaplSource(Machine machine, std::vector<Domain> domains)
    : machine_(std::move(machine)),
      domains_(std::move(domains)),
      last_s_(machine_.monotonic_s()),
      last_cpu_s_(machine_.process_cpu_s()),
      last_busy_s_(machine_busy_s(machine_)) {}

std::optional<double> RaplSource::spent_j(Domain& domain, double elapsed_s) {
  const auto now_uj = read_number(domain.counter);
  const auto last_uj = std::exchange(domain.last_uj, now_uj);
  if (!now_uj || !last_uj) return std::nullopt;
  double spent_uj = *now_uj - *last_uj;
  if (spent_uj < 0) {
    if (domain.max_uj < *last_uj) return std::nullopt;
    spent_uj += domain.max_uj;
  }
  const double spent_j = spent_uj * 1e-6;
  if (!(spent_j >= 0) || spent_j > kAbsurdW * std::max(elapsed_s, 1.0)) return std::nullopt;
  return spent_j;
}

protocol::ComponentEnergy RaplSource::lap() {
  const double now_s = machine_.monotonic_s();
  const double cpu_s = machine_.process_cpu_s();
  const auto busy_s = machine_busy_s(machine_);
  const double elapsed_s = now_s - std::exchange(last_s_, now_s);
  const double spent_cpu_s = std::max(0.0, cpu_s - std::exchange(last_cpu_s_, cpu_s));
  const auto last_busy_s = std::exchange(last_busy_s_, busy_s);

  // A domain that is missing from the sum would make it a smaller number that looks complete.
  std::optional<double> cpu_j = 0;
  std::optional<double> ram_j;
  bool ram_known = true;
  for (auto& domain : domains_) {
    const auto spent = spent_j(domain, elapsed_s);
    if (domain.component == Component::kCpu) {
      cpu_j = cpu_j && spent ? std::optional(*cpu_j + *spent) : std::nullopt;
    } else if (spent) {
      ram_j = ram_j.value_or(0) + *spent;
    } else {
      ram_known = false;
    }
  }

  protocol::ComponentEnergy energy;
  if (!busy_s || !last_busy_s) return energy;
  // The machine's ticks are coarse: what this process used is busy time even if none shows it yet.
  const double busy = std::max(*busy_s - *last_busy_s, spent_cpu_s);
  const double share = busy > 0 ? spent_cpu_s / busy : 0;
  if (cpu_j) energy.cpu_j = *cpu_j * share;
  if (ram_j && ram_known) energy.ram_j = *ram_j * share;
  return energy;
}

}  // namespace fedwatt::energy
