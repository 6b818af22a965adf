#include "c_structs.h"

#include <cstdlib>
#include <stdexcept>

namespace fedwatt::c {
namespace {

template <class Value>
std::optional<Value> value_at(const Value* value) {
  return value ? std::optional(*value) : std::nullopt;
}

// An enumeration's number; throws with one sentence if it is none.
template <class Enum>
Enum enum_of(std::int32_t number, Enum last, const char* what) {
  if (number < 0 || number > static_cast<std::int32_t>(last)) {
    throw std::invalid_argument(std::string("the option ") + what + " is " +
                                std::to_string(number) + "; give one of fedwatt.h's constants");
  }
  return static_cast<Enum>(number);
}

static_assert(static_cast<int>(Next::kContinue) == FEDWATT_GO_ON &&
              static_cast<int>(Next::kStop) == FEDWATT_STOP &&
              static_cast<int>(Next::kStillPaused) == FEDWATT_STILL_PAUSED);
static_assert(static_cast<int>(Role::kCoordinator) == FEDWATT_COORDINATOR);
static_assert(static_cast<int>(Phase::kInit) == FEDWATT_INIT &&
              static_cast<int>(Phase::kFit) == FEDWATT_FIT &&
              static_cast<int>(Phase::kEvaluate) == FEDWATT_EVALUATE &&
              static_cast<int>(Phase::kIdle) == FEDWATT_IDLE &&
              static_cast<int>(Phase::kCommunicate) == FEDWATT_COMMUNICATE);
static_assert(static_cast<int>(Measure::kProcess) == FEDWATT_MEASURE_PROCESS &&
              static_cast<int>(Measure::kMachine) == FEDWATT_MEASURE_MACHINE &&
              static_cast<int>(Measure::kNothing) == FEDWATT_MEASURE_NOTHING);
static_assert(static_cast<int>(Target::Goal::kMin) == FEDWATT_GOAL_MIN);

}  // namespace

const fedwatt_options kDefaultOptions = {
    .size = sizeof(fedwatt_options),
    .hub = "ws://127.0.0.1:3000",
    .run = "",
    .worker = "",
    .role = FEDWATT_WORKER,
    .measure = FEDWATT_MEASURE_PROCESS,
    .total_rounds = -1,
    .region = "",
    .pue = 0,
    .framework = "",
    .target_metric = "",
    .target_goal = FEDWATT_GOAL_MAX,
    .keep_log = 0,
    .offline_file = "",
    .queue_capacity = 10'000,
    .queue_bytes = 16 * 1024 * 1024,
    .close_timeout_ms = 5'000,
    .log = nullptr,
    .log_context = nullptr,
    .spool_dir = "",
    .policies = "",
    .ca_file = "",
    .client_certificate = "",
    .client_key = "",
    .token = "",
};

WorkerOptions options_of(const fedwatt_options& given) {
  WorkerOptions options;
  options.hub = text_or(given.hub, kDefaultOptions.hub);
  options.run = text_or(given.run, "");
  options.worker = text_or(given.worker, "");
  options.role = enum_of(given.role, Role::kCoordinator, "role");
  options.measure = enum_of(given.measure, Measure::kNothing, "measure");
  if (given.total_rounds != kDefaultOptions.total_rounds) options.total_rounds = given.total_rounds;
  options.region = text_or(given.region, "");
  if (given.pue != kDefaultOptions.pue) options.pue = given.pue;
  options.framework = text_or(given.framework, "");
  if (given.target_metric && *given.target_metric) options.target.metric = given.target_metric;
  options.target.goal = enum_of(given.target_goal, Target::Goal::kMin, "target_goal");
  options.offline_file = text_or(given.offline_file, "");
  options.spool_dir = text_or(given.spool_dir, "");
  if (given.policies && *given.policies) options.policies = {given.policies};
  options.ca_file = text_or(given.ca_file, "");
  options.client_certificate = text_or(given.client_certificate, "");
  options.client_key = text_or(given.client_key, "");
  options.token = text_or(given.token, "");
  // NOLINTNEXTLINE(concurrency-mt-unsafe): only a program that changes its environment meanwhile
  if (options.token.empty()) options.token = text_or(std::getenv("FEDWATT_TOKEN"), "");
  options.queue_capacity = given.queue_capacity;
  options.queue_bytes = given.queue_bytes;
  options.close_timeout = std::chrono::milliseconds(given.close_timeout_ms);
  return options;
}

RoundResult result_of(const fedwatt_result& given) {
  RoundResult result;
  result.accuracy = value_at(given.accuracy);
  result.loss = value_at(given.loss);
  result.num_examples = value_at(given.num_examples);
  if (given.metric_names && given.metric_values) {
    for (std::size_t metric = 0; metric < given.metric_count; ++metric) {
      result.metrics[text_or(given.metric_names[metric], "")] = given.metric_values[metric];
    }
  }
  result.bytes_sent = value_at(given.bytes_sent);
  result.bytes_received = value_at(given.bytes_received);
  return result;
}

EnergyReading reading_of(const fedwatt_energy& given) {
  return {value_at(given.cpu_j), value_at(given.gpu_j), value_at(given.ram_j),
          value_at(given.machine_j)};
}

fedwatt_stats stats_of(const WorkerStats& stats) {
  return {.size = sizeof(fedwatt_stats),
          .connected = stats.connected ? 1 : 0,
          .reports_made = stats.reports_made,
          .reports_acknowledged = stats.reports_acknowledged,
          .reports_waiting = stats.reports_waiting,
          .reports_dropped = stats.reports_dropped,
          .reports_rejected = stats.reports_rejected,
          .reports_offline = stats.reports_offline,
          .values_left_out = stats.values_left_out,
          .reports_folded = stats.reports_folded,
          .reports_spooled = stats.reports_spooled,
          .spool_failures = stats.spool_failures};
}

std::size_t copy_text(std::string_view text, char* to, std::size_t size) {
  if (!to || size == 0) return 0;
  std::size_t length = std::min(text.size(), size - 1);
  const auto inside_character = [&] {
    return length > 0 && length < text.size() &&
           (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80;
  };
  while (inside_character()) --length;
  std::memcpy(to, text.data(), length);
  to[length] = '\0';
  return length;
}

}  // namespace fedwatt::c
