#pragma once

#include <map>
#include <optional>
#include <string>

#include "fedwatt/run/alerts.h"
#include "fedwatt/run/event.h"

namespace fedwatt::run {

// A worker or coordinator of a run, from its first hello on.
struct Participant {
  protocol::WorkerHello hello;  // the latest
  protocol::WorkerState state = protocol::WorkerState::kOnline;
  Timestamp state_since;
  std::optional<double> clock_offset_s;
  std::int64_t last_seq = 0;
  std::int64_t reports = 0;
  std::int64_t reports_missing = 0;
  std::optional<std::int64_t> round;
  std::optional<protocol::Phase> phase;
  std::map<std::string, double> metrics;  // the latest of each
  std::optional<double> energy_j;
  std::optional<double> emissions_g;
  double energy_times_intensity = 0;  // summed over the reports, J·g/kWh
  std::optional<double> power_w;      // over the latest report that took time
  protocol::EnergySources energy_source;
  std::optional<double> intensity_g_per_kwh;
  std::string intensity_source;
  std::optional<Timestamp> last_report_at;  // by the hub's clock
  std::optional<protocol::DirectiveState> directive_state;
  std::optional<std::string> imported_session;  // whose reports were imported last
  std::int64_t reports_before_import = 0;
  SilenceWatch silence;
  bool stale = false;  // online, but silent for too long
  PowerWatch power;
  std::int64_t changed_at = 0;  // the offset of the event that last changed it

  protocol::Role role() const { return hello.role; }
  // An importer speaks for it: it tells what was, and can be ordered nothing.
  bool imported() const { return hello.is_import.value_or(false); }
  bool online() const { return state == protocol::WorkerState::kOnline; }
  // In the run: here, or expected back.
  bool present() const { return online() || state == protocol::WorkerState::kAway; }

  void add_report(const ReportReceived& received, Timestamp now);
  // Everything but the run's id and the directive, which the run knows.
  protocol::WorkerView view(const std::string& name) const;
};

using Participants = std::map<std::string, Participant>;

}  // namespace fedwatt::run
