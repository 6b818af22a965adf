#include "fedwatt/run/participants.h"

#include "fedwatt/carbon/emissions.h"
#include "fedwatt/run/round.h"

namespace fedwatt::run {

void Participant::add_report(const ReportReceived& received, Timestamp now) {
  const auto& report = received.report;
  reports_missing += report.seq - last_seq - 1;
  last_seq = report.seq;
  ++reports;
  round = report.round;
  phase = report.phase;
  for (const auto& [name, value] : report.metrics) metrics[name] = value;
  const auto report_energy_j = carbon::total_energy_j(report.energy_j);
  add(energy_j, report_energy_j);
  add(emissions_g, received.emissions_g);
  energy_times_intensity += report_energy_j.value_or(0) * received.intensity_g_per_kwh;
  if (report.duration_s > 0) {
    power_w = report_energy_j ? std::optional(*report_energy_j / report.duration_s) : std::nullopt;
    energy_source = report.energy_source;
  }
  intensity_g_per_kwh = received.intensity_g_per_kwh;
  intensity_source = received.intensity_source;
  last_report_at = now;
}

protocol::WorkerView Participant::view(const std::string& name) const {
  const auto metric = [this](const char* key) {
    const auto value = metrics.find(key);
    return value == metrics.end() ? std::nullopt : std::optional(value->second);
  };
  protocol::WorkerView view;
  view.offset = changed_at;
  view.worker = name;
  view.role = hello.role;
  view.state = state;
  view.directive_state = directive_state;
  view.region = hello.region;
  view.pue = hello.pue;
  view.hardware = hello.hardware;
  view.framework = hello.framework;
  view.round = round;
  view.phase = phase;
  view.accuracy = metric("accuracy");
  view.loss = metric("loss");
  view.metrics = metrics;
  view.energy_j = energy_j;
  view.emissions_g = emissions_g;
  view.power_w = power_w;
  view.energy_source = energy_source;
  view.intensity_g_per_kwh = intensity_g_per_kwh;
  view.intensity_source = intensity_source;
  view.last_seq = last_seq;
  view.reports = reports;
  view.reports_missing = reports_missing;
  view.last_report_at = last_report_at;
  view.clock_offset_s = clock_offset_s;
  view.stale = stale;
  return view;
}

}  // namespace fedwatt::run
