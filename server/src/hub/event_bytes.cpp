#include "fedwatt/hub/event_bytes.h"

namespace fedwatt::hub {
namespace {

// A node of a map from a name to a number, and a name in a list, whose text may be elsewhere.
constexpr std::size_t kNumberBytes = 96;
constexpr std::size_t kNameBytes = 64;

std::size_t of(const std::vector<std::string>& names) {
  std::size_t bytes = 0;
  for (const auto& name : names) bytes += kNameBytes + name.size();
  return bytes;
}

template <class List>
std::size_t of(const std::optional<List>& list) {
  return list ? of(*list) : 0;
}

std::size_t of(const run::WorkerJoined& event) {
  const auto& hello = event.hello;
  return hello.run.size() + hello.worker.size() + hello.region.size() + hello.framework.size() +
         hello.hardware.cpu.size() + of(hello.hardware.gpu);
}
std::size_t of(const run::WorkerLeft& event) { return event.worker.size() + event.reason.size(); }
std::size_t of(const run::ReportReceived& event) {
  return event.worker.size() + event.report.metrics.size() * kNumberBytes;
}
std::size_t of(const run::RoundPlanned& event) { return of(event.plan.selected); }
std::size_t of(const run::CommandIssued& event) {
  return event.command.reason.size() + of(event.command.workers);
}
std::size_t of(const run::PoliciesChanged& event) {
  return event.changed_by.size() + event.reason.size();
}
std::size_t of(const run::PolicyDecided& event) {
  const auto& decision = event.decision;
  return decision.reason.size() + of(decision.workers) + decision.numbers.size() * kNumberBytes;
}
// What else there is has a name or two at most.
template <class Event>
std::size_t of(const Event&) {
  return kNameBytes;
}

}  // namespace

std::size_t bytes_of(const run::StoredEvent& stored) {
  return sizeof(stored) + stored.run_id.size() +
         std::visit([](const auto& event) { return of(event); }, stored.event);
}

}  // namespace fedwatt::hub
