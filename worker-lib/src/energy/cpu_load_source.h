#pragma once

#include "energy/machine.h"
#include "energy/source.h"

namespace fedwatt::energy {

// Power of one busy hardware thread of an x86 CPU in the whole of its package.
//
// From codecarbon's measurements of RAPL power against load on an Intel Xeon E3-1240 v2 (8 threads)
// and an AMD Threadripper 1950X (32 threads), 2025, four series (load-vs-rapl-*.csv, MIT licence).
// Package power divided by (load × threads), over the 38 points above idle: mean 7.50 W, from 4.0
// to 9.1 W. Xeon 8.3 W at every load; Threadripper 9 W at half load and 5.4 W at full load, where
// two threads share each core.
inline constexpr double kWattsPerBusyThread = 7.5;

// An estimate where nothing is measured: this process's CPU time × kWattsPerBusyThread.
class CpuLoadSource final : public Source {
 public:
  explicit CpuLoadSource(Machine machine);

  std::string_view name() const override { return "cpu_load"; }
  protocol::ComponentEnergy lap() override;

 private:
  Machine machine_;
  double last_cpu_s_;
};

}  // namespace fedwatt::energy
