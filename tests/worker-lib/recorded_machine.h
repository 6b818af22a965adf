#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "energy/machine.h"

namespace fedwatt::testing {

// A machine whose /proc and /sys are files in a temporary folder and whose clocks the test sets.
class RecordedMachine {
 public:
  RecordedMachine() {
    std::string name = (std::filesystem::temp_directory_path() / "fedwatt-machine-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }
  ~RecordedMachine() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  RecordedMachine(const RecordedMachine&) = delete;
  RecordedMachine& operator=(const RecordedMachine&) = delete;

  energy::Machine machine() const {
    return {root_, [cpu_s = cpu_s_] { return *cpu_s; }, [now_s = now_s_] { return *now_s; }};
  }
  std::filesystem::path path(const std::string& file) const { return root_ / file; }

  void write(const std::string& file, const std::string& content) {
    std::filesystem::create_directories(path(file).parent_path());
    std::ofstream(path(file)) << content;
  }

  // A powercap domain as the kernel shows it.
  void domain(const std::string& folder, const std::string& name, const std::string& energy_uj,
              const std::string& max_uj = "262143328850") {
    const std::string base = "sys/class/powercap/" + folder + "/";
    write(base + "name", name + "\n");
    write(base + "energy_uj", energy_uj + "\n");
    write(base + "max_energy_range_uj", max_uj + "\n");
  }
  void set_energy(const std::string& folder, const std::string& energy_uj) {
    write("sys/class/powercap/" + folder + "/energy_uj", energy_uj + "\n");
  }

  // Busy time as ticks of user time; idle, iowait, steal and guest are there to be left out.
  void set_busy_ticks(long ticks) {
    write("proc/stat", "cpu  " + std::to_string(ticks) + " 0 0 99999 777 0 0 555 444 0\n" +
                           "cpu0 1 0 0 1 0 0 0 0 0 0\nintr 1\n");
  }
  // The machine was busy for `busy_s` more seconds, `own_s` of them for this process.
  void spend(double busy_s, double own_s) {
    busy_ticks_ += static_cast<long>(busy_s * static_cast<double>(::sysconf(_SC_CLK_TCK)) + 0.5);
    set_busy_ticks(busy_ticks_);
    *cpu_s_ += own_s;
  }
  void pass(double seconds) { *now_s_ += seconds; }

 private:
  std::filesystem::path root_;
  long busy_ticks_ = 0;
  std::shared_ptr<double> cpu_s_ = std::make_shared<double>(0);
  std::shared_ptr<double> now_s_ = std::make_shared<double>(0);
};

}  // namespace fedwatt::testing
