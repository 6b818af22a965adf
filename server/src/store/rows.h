#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "fedwatt/run/event.h"

// Events as rows of the tables of sql/: reports have a column for each figure, so that others can
// query them, and all other events are JSON.

namespace fedwatt::store {

using protocol::Timestamp;

// Text that is a JSON document.
struct Json {
  std::string text;
};

struct RunRow {
  static constexpr char kTable[] = "runs";
  std::string run_id;
  std::string name;
  Timestamp created_at;
};

struct ReportRow {
  static constexpr char kTable[] = "reports";
  std::string run_id;
  std::int64_t event_offset = 0;
  Timestamp received_at;
  std::string worker;
  std::int64_t seq = 0;
  std::int64_t round = 0;
  std::string phase;
  Timestamp started_at;
  double duration_s = 0;
  std::optional<double> cpu_j;
  std::optional<double> gpu_j;
  std::optional<double> ram_j;
  std::optional<std::string> cpu_source;
  std::optional<std::string> gpu_source;
  std::optional<std::string> ram_source;
  std::optional<double> machine_j;
  std::optional<std::string> machine_source;
  std::optional<std::int64_t> num_examples;
  Json metrics;
  std::optional<std::int64_t> bytes_sent;
  std::optional<std::int64_t> bytes_received;
  std::optional<bool> round_complete;
  std::optional<double> reported_intensity_g_per_kwh;
  double intensity_g_per_kwh = 0;
  std::string intensity_source;
  std::optional<double> emissions_g;
};

struct EventRow {
  static constexpr char kTable[] = "events";
  std::string run_id;
  std::int64_t event_offset = 0;
  Timestamp at;
  std::string kind;
  Json payload;
};

// What one append adds to each table.
struct NewRows {
  std::vector<RunRow> runs;
  std::vector<ReportRow> reports;
  std::vector<EventRow> events;
};

// Adds the rows of `event`. Throws Failure(kInvalidEvent) for what no database could give back as
// it was: text that is not UTF-8 or contains NUL, and numbers that are not finite.
void add_rows(NewRows& rows, const run::StoredEvent& event);

// The reverse. Throw Failure(kCorrupt) for rows that no hub wrote.
run::StoredEvent to_event(ReportRow&& row);
run::StoredEvent to_event(EventRow&& row);

// What reading `event` back will give: without secrets, and without negative zeros.
run::StoredEvent as_stored(const run::StoredEvent& event);

// For messages: "event 7 of run r-1".
std::string place(const std::string& run_id, std::int64_t offset);

template <class T, class Row>
concept IsRow = std::same_as<std::remove_const_t<T>, Row>;

// Calls visit(name, value) for each column, always in the same order. All statements, bindings and
// readings of rows, of both databases, come from these three lists.
template <IsRow<RunRow> Row, class Visit>
void for_each_column(Row& row, Visit&& visit) {
  visit("run_id", row.run_id);
  visit("name", row.name);
  visit("created_at", row.created_at);
}

template <IsRow<ReportRow> Row, class Visit>
void for_each_column(Row& row, Visit&& visit) {
  visit("run_id", row.run_id);
  visit("event_offset", row.event_offset);
  visit("received_at", row.received_at);
  visit("worker", row.worker);
  visit("seq", row.seq);
  visit("round", row.round);
  visit("phase", row.phase);
  visit("started_at", row.started_at);
  visit("duration_s", row.duration_s);
  visit("cpu_j", row.cpu_j);
  visit("gpu_j", row.gpu_j);
  visit("ram_j", row.ram_j);
  visit("cpu_source", row.cpu_source);
  visit("gpu_source", row.gpu_source);
  visit("ram_source", row.ram_source);
  visit("machine_j", row.machine_j);
  visit("machine_source", row.machine_source);
  visit("num_examples", row.num_examples);
  visit("metrics", row.metrics);
  visit("bytes_sent", row.bytes_sent);
  visit("bytes_received", row.bytes_received);
  visit("round_complete", row.round_complete);
  visit("reported_intensity_g_per_kwh", row.reported_intensity_g_per_kwh);
  visit("intensity_g_per_kwh", row.intensity_g_per_kwh);
  visit("intensity_source", row.intensity_source);
  visit("emissions_g", row.emissions_g);
}

template <IsRow<EventRow> Row, class Visit>
void for_each_column(Row& row, Visit&& visit) {
  visit("run_id", row.run_id);
  visit("event_offset", row.event_offset);
  visit("at", row.at);
  visit("kind", row.kind);
  visit("payload", row.payload);
}

}  // namespace fedwatt::store
