// One FL client on a GPU that it shares: for each line of its standard input it ends an interval of
// so many seconds and writes the joules that it is billed. The arguments are the root of /proc and
// NVML's library; its first line says that it began.

#include <iostream>
#include <string>

#include "energy/nvml_source.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  fedwatt::energy::Machine machine;
  machine.root = argv[1];
  machine.nvml_libraries = {argv[2]};
  machine.environment = [](const char*) { return std::nullopt; };
  const auto source =
      fedwatt::energy::NvmlSource::open(machine, fedwatt::energy::Scope::kProcess,
                                        [](std::string_view line) { std::cerr << line << '\n'; });
  if (!source) return 1;
  std::cout << "open" << std::endl;
  for (double elapsed_s = 0; std::cin >> elapsed_s;) {
    const auto gpu_j = source->lap({.elapsed_s = elapsed_s}).gpu_j;
    std::cout << (gpu_j ? std::to_string(*gpu_j) : "null") << std::endl;
  }
  return 0;
}
