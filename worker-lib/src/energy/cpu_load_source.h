#pragma once

#include "energy/machine.h"
#include "energy/source.h"

namespace fedwatt::energy {

// What a CPU's package draws at a load, as a share of its TDP: kTdpPerLoad × load up to kMostOfTdp.
// Load is busy threads over all threads. Fitted to codecarbon's measurements of RAPL power with 0
// to all threads busy on an Intel Xeon E3-1240 v2 (69 W, 8 threads) and an AMD Threadripper 1950X
// (180 W, 32 threads), 2025 (load-vs-rapl-*-some-cores.csv, MIT licence): off by 12 % of TDP in the
// root mean square. docs/energy.md has the residuals; bench/energy/fit_load_curve.py is the fit.
inline constexpr double kTdpPerLoad = 1.31;
inline constexpr double kMostOfTdp = 0.84;

// Power of one busy thread where the CPU's TDP is not known: the mean of package power divided by
// busy threads over the same measurements, all four series, above idle (4.0 to 9.1 W).
inline constexpr double kWattsPerBusyThread = 7.5;

// An estimate where nothing is measured: the machine's power at its load, times this meter's share
// of the CPU time.
class CpuLoadSource final : public Source {
 public:
  explicit CpuLoadSource(const Machine& machine);

  std::string_view name() const override { return "cpu_load"; }
  protocol::ComponentEnergy lap(const Interval& interval) override;

 private:
  double cpu_j(double busy_s, double elapsed_s) const;

  int threads_;  // that the machine has
  // Of all CPUs that the machine has, or of the part of one that a virtual machine has.
  std::optional<double> tdp_w_;
};

}  // namespace fedwatt::energy
