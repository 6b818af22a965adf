#pragma once

// The bodies of worker.h: each hands its arguments to the C function of the same name.

#include <stdexcept>
#include <utility>

#include "fedwatt/worker.h"

namespace fedwatt {
namespace inlined {

template <class Value>
const Value* pointer_to(const std::optional<Value>& value) {
  return value ? &*value : nullptr;
}

inline void log_line(void* log, const char* line) noexcept try {
  (*static_cast<const std::function<void(std::string_view)>*>(log))(line);
} catch (...) {
  // The program's own logging failed: there is nobody left to tell.
}

inline fedwatt_worker* open(const WorkerOptions& options,
                            const std::function<void(std::string_view)>& log) {
  fedwatt_options given;
  fedwatt_options_init(&given, sizeof given);
  given.hub = options.hub.c_str();
  given.run = options.run.c_str();
  given.worker = options.worker.c_str();
  given.role = static_cast<std::int32_t>(options.role);
  given.measure = static_cast<std::int32_t>(options.measure);
  given.total_rounds = options.total_rounds.value_or(-1);
  given.region = options.region.c_str();
  given.pue = options.pue.value_or(0);
  given.framework = options.framework.c_str();
  given.target_metric = options.target.metric.c_str();
  given.target_goal = static_cast<std::int32_t>(options.target.goal);
  given.offline_file = options.offline_file.c_str();
  given.spool_dir = options.spool_dir.c_str();
  given.ca_file = options.ca_file.c_str();
  given.client_certificate = options.client_certificate.c_str();
  given.client_key = options.client_key.c_str();
  given.token = options.token.c_str();
  given.queue_capacity = options.queue_capacity;
  given.queue_bytes = options.queue_bytes;
  given.close_timeout_ms = options.close_timeout.count();
  std::string policies;
  for (const auto& policy : options.policies) policies += policy + " ";
  given.policies = policies.c_str();
  if (log) {
    given.log = log_line;
    given.log_context = const_cast<std::function<void(std::string_view)>*>(&log);
  }
  char error[512];
  fedwatt_worker* worker = fedwatt_worker_open(&given, error, sizeof error);
  if (!worker) throw std::invalid_argument(error);
  return worker;
}

}  // namespace inlined

inline PhaseScope::PhaseScope(fedwatt_worker* worker, std::uint64_t id) noexcept
    : worker_(worker), id_(id) {}

inline PhaseScope::PhaseScope(PhaseScope&& other) noexcept
    : worker_(std::exchange(other.worker_, nullptr)), id_(other.id_) {}

inline PhaseScope& PhaseScope::operator=(PhaseScope&& other) noexcept {
  if (this == &other) return *this;
  end();
  worker_ = std::exchange(other.worker_, nullptr);
  id_ = other.id_;
  return *this;
}

inline PhaseScope::~PhaseScope() { end(); }

inline void PhaseScope::end() noexcept {
  fedwatt_worker_end_phase(std::exchange(worker_, nullptr), id_);
}

inline Worker::Worker(const WorkerOptions& options)
    : log_(options.log), worker_(inlined::open(options, log_)) {}

inline Worker::~Worker() { fedwatt_worker_free(worker_); }

inline Next Worker::checkpoint(std::int64_t round) noexcept {
  return static_cast<Next>(fedwatt_worker_checkpoint(worker_, round));
}

inline Next Worker::checkpoint_for(std::int64_t round, std::chrono::milliseconds timeout) noexcept {
  return static_cast<Next>(fedwatt_worker_checkpoint_for(worker_, round, timeout.count()));
}

inline Next Worker::ordered() const noexcept {
  return static_cast<Next>(fedwatt_worker_ordered(worker_));
}

inline PhaseScope Worker::phase(Phase phase) noexcept {
  return {worker_, fedwatt_worker_begin_phase(worker_, static_cast<std::int32_t>(phase))};
}

inline void Worker::add_energy(const EnergyReading& reading, std::string_view source) noexcept try {
  const fedwatt_energy energy{
      sizeof energy, inlined::pointer_to(reading.cpu_j), inlined::pointer_to(reading.gpu_j),
      inlined::pointer_to(reading.ram_j), inlined::pointer_to(reading.machine_j)};
  fedwatt_worker_add_energy(worker_, &energy, std::string(source).c_str());
} catch (...) {
  // No memory: it costs a measurement and nothing else.
}

inline void Worker::report(const RoundResult& result) noexcept try {
  std::vector<const char*> names;
  std::vector<double> values;
  for (const auto& [name, value] : result.metrics) {
    names.push_back(name.c_str());
    values.push_back(value);
  }
  const fedwatt_result given{sizeof given,
                             inlined::pointer_to(result.accuracy),
                             inlined::pointer_to(result.loss),
                             inlined::pointer_to(result.num_examples),
                             names.data(),
                             values.data(),
                             names.size(),
                             inlined::pointer_to(result.bytes_sent),
                             inlined::pointer_to(result.bytes_received)};
  fedwatt_worker_report(worker_, &given);
} catch (...) {
  // No memory: it costs a measurement and nothing else.
}

inline void Worker::plan_round(std::int64_t round, const std::vector<std::string>& workers) noexcept
    try {
  std::vector<const char*> names;
  names.reserve(workers.size());
  for (const auto& name : workers) names.push_back(name.c_str());
  fedwatt_worker_plan_round(worker_, round, names.data(), names.size());
} catch (...) {
  // No memory: the round goes without a plan.
}

inline WorkerStats Worker::stats() const noexcept {
  fedwatt_stats stats{};
  stats.size = sizeof stats;
  fedwatt_worker_get_stats(worker_, &stats);
  return {stats.connected != 0,  stats.reports_made,    stats.reports_acknowledged,
          stats.reports_waiting, stats.reports_dropped, stats.reports_rejected,
          stats.reports_offline, stats.values_left_out, stats.reports_folded,
          stats.reports_spooled, stats.spool_failures};
}

inline bool Worker::flush(std::chrono::milliseconds timeout) noexcept {
  return fedwatt_worker_flush(worker_, timeout.count()) != 0;
}

inline bool Worker::close(std::chrono::milliseconds timeout, std::string_view reason) noexcept try {
  return fedwatt_worker_close(worker_, timeout.count(), std::string(reason).c_str()) != 0;
} catch (...) {  // no memory for the reason
  return fedwatt_worker_close(worker_, timeout.count(), "") != 0;
}

}  // namespace fedwatt
