#include "energy/amdgpu_source.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <utility>

#include "energy/gpu_visible.h"

namespace fedwatt::energy {
namespace {

using std::filesystem::directory_iterator;
using std::filesystem::path;

constexpr const char* kComputeDeviceFile = "/dev/kfd";

std::optional<int> number_after(const std::string& text, std::string_view prefix) {
  if (text.compare(0, prefix.size(), prefix) != 0) return std::nullopt;
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + prefix.size(), end, number);
  return error == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
}

struct Card {
  int number;
  path device;
  path sensors;
};

// In the order of card0, card1, …, card10; "card0-DP-1" is a plug of one.
std::vector<Card> amd_cards(const Machine& machine) {
  std::vector<Card> cards;
  std::error_code absent;
  for (const auto& entry : directory_iterator(machine.root / "sys/class/drm", absent)) {
    const auto number = number_after(entry.path().filename().string(), "card");
    if (!number) continue;
    const path device = entry.path() / "device";
    std::error_code no_sensors;
    for (const auto& sensors : directory_iterator(device / "hwmon", no_sensors)) {
      if (read_first_line(sensors.path() / "name") != "amdgpu") continue;
      cards.push_back({*number, device, sensors.path()});
      break;
    }
  }
  std::sort(cards.begin(), cards.end(),
            [](const Card& a, const Card& b) { return a.number < b.number; });
  return cards;
}

template <typename T>
std::vector<T> chosen(const std::vector<T>& all, const std::vector<std::size_t>& indices) {
  std::vector<T> some;
  some.reserve(indices.size());
  for (const std::size_t index : indices) some.push_back(all[index]);
  return some;
}

// ROCm numbers what ROCR_VISIBLE_DEVICES leaves anew, and HIP chooses among that.
std::vector<Card> left_to_this_process(const Machine& machine, const std::vector<Card>& cards) {
  std::vector<std::string> ids;
  ids.reserve(cards.size());
  for (const auto& card : cards) {
    ids.push_back("GPU-" + read_first_line(card.device / "unique_id"));
  }
  const auto rocr = visible_gpus(machine.environment("ROCR_VISIBLE_DEVICES"), ids).indices;
  auto variable = machine.environment("HIP_VISIBLE_DEVICES");
  if (!variable) variable = machine.environment("CUDA_VISIBLE_DEVICES");  // as HIP does
  const auto hip = visible_gpus(variable, chosen(ids, rocr)).indices;
  return chosen(chosen(cards, rocr), hip);
}

// Only such a GPU measures the voltage of its CPU's northbridge.
bool is_inside_a_cpu(const Card& card) {
  return read_first_line(card.sensors / "in1_label") == "vddnb";
}

std::string name_of(const path& device) {
  const std::string product = read_first_line(device / "product_name");
  return product.empty() ? "AMD GPU (device " + read_first_line(device / "device") + ")" : product;
}

// The compute driver knows a GPU by a number of its own and by the same render node.
std::string memory_file_of(const Machine& machine, const path& device) {
  std::error_code absent;
  std::optional<int> minor;
  for (const auto& node : directory_iterator(device / "drm", absent)) {
    minor = number_after(node.path().filename().string(), "renderD");
    if (minor) break;
  }
  if (!minor) return {};
  const path nodes = machine.root / "sys/class/kfd/kfd/topology/nodes";
  for (const auto& node : directory_iterator(nodes, absent)) {
    std::ifstream properties(node.path() / "properties");
    std::string key;
    for (std::string value; properties >> key >> value;) {
      if (key != "drm_render_minor" || value != std::to_string(*minor)) continue;
      return "vram_" + read_first_line(node.path() / "gpu_id");
    }
  }
  return {};
}

}  // namespace

std::unique_ptr<AmdgpuSource> AmdgpuSource::open(const Machine& machine, Scope scope,
                                                 const std::function<void(std::string_view)>& log) {
  auto cards = amd_cards(machine);
  if (scope == Scope::kProcess) cards = left_to_this_process(machine, cards);
  std::unique_ptr<AmdgpuSource> source(new AmdgpuSource(machine, scope));
  for (const auto& card : cards) {
    if (!is_inside_a_cpu(card)) source->add_gpu(machine, card.device, card.sensors, log);
  }
  return source->gpus_.empty() ? nullptr : std::move(source);
}

AmdgpuSource::AmdgpuSource(const Machine& machine, Scope scope)
    : processes_(machine.root / "sys/class/kfd/kfd/proc"), scope_(scope) {}

void AmdgpuSource::add_gpu(const Machine& machine, const path& device, const path& sensors,
                           const std::function<void(std::string_view)>& log) {
  const std::string name = name_of(device);
  SmallFile reading(sensors / "energy1_input");
  auto now = reading.read_number();
  const bool counts = now.has_value();
  for (const char* file : {"power1_average", "power1_input"}) {
    if (now) break;
    reading = SmallFile(sensors / file);
    now = reading.read_number();
  }
  std::string memory_file = scope_ == Scope::kProcess ? memory_file_of(machine, device) : "";
  if (!now) {
    log("the energy of " + name + " is not measured: the driver shows neither its energy nor its " +
        "power in " + sensors.string());
  } else if (scope_ == Scope::kProcess && memory_file.empty()) {
    log("the energy of " + name + " is not measured: the driver does not say which processes use " +
        "it; on a machine with one worker, let it measure the whole machine");
  }
  if (now) *now *= 1e-6;
  gpus_.push_back({name, std::move(reading), counts, EnergyCounter(counts ? now : std::nullopt),
                   PowerIntegral(counts ? std::nullopt : now),
                   GpuShare(machine, kComputeDeviceFile), std::move(memory_file)});
}

protocol::ComponentEnergy AmdgpuSource::lap(const Interval& interval) {
  std::optional<double> sum_j = 0;
  for (auto& gpu : gpus_) {
    auto now = gpu.reading.read_number();
    if (now) *now *= 1e-6;
    const auto spent_j =
        gpu.counts ? gpu.counter.spent_j(now, interval) : gpu.power.spent_j(now, interval);
    add_share(sum_j, spent_j, share(gpu, interval));
  }
  protocol::ComponentEnergy energy;
  energy.gpu_j = sum_j;
  return energy;
}

std::optional<double> AmdgpuSource::share(Gpu& gpu, const Interval& interval) const {
  if (scope_ == Scope::kMachine) return 1;
  if (gpu.memory_file.empty()) return std::nullopt;
  GpuProcesses processes;
  std::error_code unreadable;
  directory_iterator folders(processes_, unreadable);
  if (unreadable) return std::nullopt;
  processes.holders.emplace();
  for (const auto& folder : folders) {
    const auto pid = number_after(folder.path().filename().string(), "");
    const auto memory_bytes = read_number(folder.path() / gpu.memory_file);
    if (pid && memory_bytes.value_or(0) > 0) processes.holders->insert(*pid);
  }
  return gpu.share.of(std::move(processes), interval);
}

std::chrono::milliseconds AmdgpuSource::lap_at_least_every() const {
  const bool only_counters =
      std::all_of(gpus_.begin(), gpus_.end(), [](const Gpu& gpu) { return gpu.counts; });
  return only_counters ? Source::lap_at_least_every() : std::chrono::seconds(1);
}

std::vector<std::string> AmdgpuSource::gpu_names() const {
  std::vector<std::string> names;
  for (const auto& gpu : gpus_) names.push_back(gpu.name);
  return names;
}

}  // namespace fedwatt::energy
