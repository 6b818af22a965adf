#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace fedwatt::testing {

// One GPU as the fake NVML shows it; fake_nvml.cpp says what the lines mean.
struct FakeGpu {
  std::string uuid = "GPU-0000aaaa-0000-0000-0000-000000000000";
  std::string name = "NVIDIA Test 100";
  unsigned long long energy_mj = 0;
  unsigned power_mw = 0;
  std::vector<int> processes;
  struct Use {
    int pid;
    unsigned percent;
    unsigned age_ms = 0;
  };
  std::vector<Use> use;
  std::vector<std::string> more;  // lines as they are: "energy_error 3"
};

// Writes what the fake NVML of this process, and of those that it starts, shows from now on.
class FakeNvml {
 public:
  FakeNvml() {
    std::string name = (std::filesystem::temp_directory_path() / "fedwatt-nvml-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    ::setenv("FEDWATT_FAKE_NVML", (folder_ / "script").c_str(), 1);
    show({});
  }
  ~FakeNvml() {
    ::unsetenv("FEDWATT_FAKE_NVML");
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  FakeNvml(const FakeNvml&) = delete;
  FakeNvml& operator=(const FakeNvml&) = delete;

  static std::string library() { return FEDWATT_FAKE_NVML; }
  static std::string old_library() { return FEDWATT_FAKE_NVML_OLD; }

  void show(const std::vector<FakeGpu>& gpus) {
    std::ostringstream script;
    for (const auto& gpu : gpus) {
      script << "gpu " << gpu.uuid << ' ' << gpu.name << "\nenergy_mj " << gpu.energy_mj
             << "\npower_mw " << gpu.power_mw << '\n';
      for (const int pid : gpu.processes) script << "process " << pid << '\n';
      for (const auto& use : gpu.use) {
        script << "use " << use.pid << ' ' << use.percent << ' ' << use.age_ms << '\n';
      }
      for (const auto& line : gpu.more) script << line << '\n';
    }
    write(script.str());
  }
  void fail_to_initialise(int result) { write("init " + std::to_string(result) + "\n"); }

 private:
  // In one step, so that no reader sees half of it.
  void write(const std::string& script) {
    std::ofstream(folder_ / "next") << script;
    std::filesystem::rename(folder_ / "next", folder_ / "script");
  }

  std::filesystem::path folder_;
};

}  // namespace fedwatt::testing
