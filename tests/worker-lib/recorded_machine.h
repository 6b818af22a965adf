#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "energy/machine.h"
#include "energy/usage.h"

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
    return {root_,
            [cpu_s = cpu_s_] { return *cpu_s; },
            [now_s = now_s_] { return *now_s; },
            [suspended_s = suspended_s_] { return *suspended_s; },
            [variables = variables_](const char* name) {
              const auto found = variables->find(name);
              return found == variables->end() ? std::nullopt : std::optional(found->second);
            },
            nvml_libraries_};
  }
  // Its environment has nothing else, and no NVIDIA library is looked for anywhere else.
  void set_variable(const std::string& name, const std::string& value) {
    (*variables_)[name] = value;
  }
  void set_nvml_libraries(std::vector<std::string> paths) { nvml_libraries_ = std::move(paths); }
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

  // As if it were gone; a test's reader may still have it open, and so finds it empty.
  void vanish(const std::string& file) {
    write(file, "");
    std::filesystem::remove(path(file));
  }
  // Tests may run as root, whom no file mode keeps out; a folder in the file's place does.
  void make_unreadable(const std::string& file) {
    std::filesystem::remove(path(file));
    std::filesystem::create_directory(path(file));
  }

  void set_cpu(const std::string& name, int threads, int sockets = 1, bool is_virtual = false) {
    std::string text;
    for (int thread = 0; thread < threads; ++thread) {
      text += "processor\t: " + std::to_string(thread) + "\nmodel name\t: " + name +
              "\nphysical id\t: " + std::to_string(thread % sockets) + "\nflags\t\t: fpu vme" +
              (is_virtual ? " hypervisor lahf_lm" : "") + "\n\n";
    }
    write("proc/cpuinfo", text);
  }
  // Pages as /proc/self/statm counts them.
  void set_memory(long total_kib, long resident_bytes, long shared_bytes) {
    const long page = ::sysconf(_SC_PAGESIZE);
    write("proc/meminfo", "MemTotal:       " + std::to_string(total_kib) + " kB\nMemFree: 1 kB\n");
    write("proc/self/statm", "999999 " + std::to_string(resident_bytes / page) + " " +
                                 std::to_string(shared_bytes / page) + " 5 0 9 0\n");
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
  // The same, of which the machine does not say anything.
  void spend_unseen(double own_s) { *cpu_s_ += own_s; }
  void pass(double seconds) { *now_s_ += seconds; }
  void suspend(double seconds) { *suspended_s_ += seconds; }

 private:
  std::filesystem::path root_;
  long busy_ticks_ = 0;
  std::shared_ptr<double> cpu_s_ = std::make_shared<double>(0);
  std::shared_ptr<std::map<std::string, std::string>> variables_ =
      std::make_shared<std::map<std::string, std::string>>();
  std::vector<std::string> nvml_libraries_;
  std::shared_ptr<double> now_s_ = std::make_shared<double>(0);
  std::shared_ptr<double> suspended_s_ = std::make_shared<double>(0);
};

// A source as the meter uses it.
class Lapped {
 public:
  Lapped(const energy::Machine& machine, std::unique_ptr<energy::Source> source,
         energy::Scope scope = energy::Scope::kProcess)
      : source_(std::move(source)), usage_(machine, scope) {}
  protocol::ComponentEnergy lap() { return source_->lap(usage_.next()); }

 private:
  std::unique_ptr<energy::Source> source_;
  energy::Usage usage_;
};

}  // namespace fedwatt::testing
