#include "store/rows.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "fedwatt/protocol/names.h"
#include "fedwatt/run/event_codec.h"
#include "store/failure.h"

namespace fedwatt::store {

namespace {

using nlohmann::json;
using run::ReportReceived;
using run::StoredEvent;

bool contains_nul(const Json& document) {
  // A NUL in JSON is the escape \u0000, unless its backslash is itself escaped.
  const std::string& text = document.text;
  for (auto at = text.find("\\u0000"); at != text.npos; at = text.find("\\u0000", at + 1)) {
    const auto before = at == 0 ? text.npos : text.find_last_not_of('\\', at - 1);
    const auto backslashes = before == text.npos ? at : at - before - 1;
    if (backslashes % 2 == 0) return true;
  }
  return false;
}

// What most text consists of: then there is nothing to look for in it.
bool is_plain(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char each) {
    return each >= ' ' && each <= '~' && each != '"' && each != '\\';
  });
}

// Refuses what a database could not give back as it was. A column at a time: for_each_column.
struct MakeStorable {
  void operator()(const char* column, const std::string& text) const {
    if (is_plain(text)) return;
    if (text.find('\0') != text.npos) refuse(column, "contains a NUL character");
    try {
      static_cast<void>(json(text).dump());
    } catch (const json::exception&) {
      refuse(column, "is not valid UTF-8");
    }
  }
  void operator()(const char* column, const Json& document) const {
    if (contains_nul(document)) refuse(column, "contains a NUL character");
  }
  void operator()(const char* column, double& value) const {
    if (!std::isfinite(value)) refuse(column, "is not a finite number");
    value += 0.0;  // SQLite keeps no negative zero: so that both databases give back the same
  }
  template <class T>
  void operator()(const char* column, std::optional<T>& value) const {
    if (value) (*this)(column, *value);
  }
  template <class T>
  void operator()(const char*, const T&) const {}

  [[noreturn]] static void refuse(const char* column, const char* what) {
    throw Failure(StoreError::Kind::kInvalidEvent, std::string(column) + " " + what);
  }
};

std::optional<std::string> null_if_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

Json encode_metrics(const std::map<std::string, double>& metrics) {
  Json document{"{"};
  for (const auto& [name, value] : metrics) {
    if (!std::isfinite(value)) MakeStorable::refuse("metrics", "holds a number that is not finite");
    char digits[32];  // the shortest form that reads back as the same double has at most 24
    const auto [end, problem] = std::to_chars(std::begin(digits), std::end(digits), value);
    std::string& text = document.text;
    if (text.size() > 1) text += ',';
    text += is_plain(name) ? '"' + name + '"' : json(name).dump();
    text += ':';
    const std::string_view number(digits, static_cast<std::size_t>(end - digits));
    text += number;
    // As an integer, negative zero would lose its sign.
    if (number.find_first_of(".e") == number.npos) text += ".0";
  }
  document.text += '}';
  return document;
}

// Empty if the text is no object of numbers.
std::optional<std::map<std::string, double>> decode_metrics(const Json& document) {
  char pool[2048];  // enough for some dozens
  rapidjson::MemoryPoolAllocator<> allocator(pool, sizeof pool);
  rapidjson::Document parsed(&allocator);
  parsed.Parse<rapidjson::kParseFullPrecisionFlag>(document.text.data(), document.text.size());
  if (parsed.HasParseError() || !parsed.IsObject()) return std::nullopt;
  std::map<std::string, double> metrics;
  const rapidjson::Value& object = parsed;  // as const, or clang finds two ways to compare
  for (const auto& [name, value] : object.GetObject()) {
    if (!value.IsNumber()) return std::nullopt;
    metrics.emplace(std::string(name.GetString(), name.GetStringLength()), value.GetDouble());
  }
  return metrics;
}

ReportRow report_row(const StoredEvent& event, const ReportReceived& received) {
  const protocol::Report& report = received.report;
  return {event.run_id,
          event.offset,
          event.at,
          received.worker,
          report.seq,
          report.round,
          std::string(protocol::name_of(report.phase)),
          report.started_at,
          report.duration_s,
          report.energy_j.cpu_j,
          report.energy_j.gpu_j,
          report.energy_j.ram_j,
          null_if_empty(report.energy_source.cpu),
          null_if_empty(report.energy_source.gpu),
          null_if_empty(report.energy_source.ram),
          report.energy_j.machine_j,
          null_if_empty(report.energy_source.machine),
          report.num_examples,
          encode_metrics(report.metrics),
          report.bytes_sent,
          report.bytes_received,
          report.round_complete,
          report.intensity_g_per_kwh,
          received.intensity_g_per_kwh,
          received.intensity_source,
          received.emissions_g};
}

EventRow event_row(const StoredEvent& event) {
  const std::string_view kind = run::event_kind(event.event);
  EventRow row{
      event.run_id, event.offset, event.at, std::string(kind), {encode_event(event.event)}};
  // Better refused now than found unreadable, or changed, at the next start.
  run::Event expected = event.event;
  if (auto* joined = std::get_if<run::WorkerJoined>(&expected)) joined->hello.token.clear();
  const auto read_back = run::decode_event(kind, row.payload.text);
  if (!read_back) throw Failure(StoreError::Kind::kInvalidEvent, read_back.error());
  if (*read_back != expected) {
    throw Failure(StoreError::Kind::kInvalidEvent, "JSON cannot hold one of its values");
  }
  return row;
}

template <class Row>
void add(std::vector<Row>& rows, Row row) {
  for_each_column(row, MakeStorable{});
  rows.push_back(std::move(row));
}

}  // namespace

std::string place(const std::string& run_id, std::int64_t offset) {
  return "event " + std::to_string(offset) + " of run " + run_id;
}

void add_rows(NewRows& rows, const StoredEvent& event) {
  try {
    if (const auto* created = std::get_if<run::RunCreated>(&event.event)) {
      add(rows.runs, RunRow{event.run_id, created->name, event.at});
    }
    if (const auto* received = std::get_if<ReportReceived>(&event.event)) {
      add(rows.reports, report_row(event, *received));
    } else {
      add(rows.events, event_row(event));
    }
  } catch (const Failure& failure) {
    throw Failure(failure.kind(),
                  place(event.run_id, event.offset) + " cannot be stored: " + failure.what());
  } catch (const json::exception&) {
    throw Failure(StoreError::Kind::kInvalidEvent,
                  place(event.run_id, event.offset) + " cannot be stored: its text is not UTF-8");
  }
}

StoredEvent to_event(ReportRow&& row) {
  ReportReceived received;
  received.worker = std::move(row.worker);
  received.intensity_g_per_kwh = row.intensity_g_per_kwh;
  received.intensity_source = std::move(row.intensity_source);
  received.emissions_g = row.emissions_g;

  protocol::Report& report = received.report;
  report.seq = row.seq;
  report.round = row.round;
  report.started_at = row.started_at;
  report.duration_s = row.duration_s;
  report.energy_j = {row.cpu_j, row.gpu_j, row.ram_j, row.machine_j};
  report.energy_source = {row.cpu_source.value_or(""), row.gpu_source.value_or(""),
                          row.ram_source.value_or(""), row.machine_source.value_or("")};
  report.num_examples = row.num_examples;
  report.bytes_sent = row.bytes_sent;
  report.bytes_received = row.bytes_received;
  report.round_complete = row.round_complete;
  report.intensity_g_per_kwh = row.reported_intensity_g_per_kwh;

  const auto phase = protocol::value_of<protocol::Phase>(row.phase);
  if (!phase) {
    throw Failure(StoreError::Kind::kCorrupt,
                  place(row.run_id, row.event_offset) + " has an unknown phase, " + row.phase);
  }
  report.phase = *phase;
  auto metrics = decode_metrics(row.metrics);
  if (!metrics) {
    throw Failure(StoreError::Kind::kCorrupt,
                  place(row.run_id, row.event_offset) + " has metrics that cannot be read");
  }
  report.metrics = *std::move(metrics);
  return {std::move(row.run_id), row.event_offset, row.received_at, std::move(received)};
}

StoredEvent to_event(EventRow&& row) {
  auto event = run::decode_event(row.kind, row.payload.text);
  if (!event) {
    throw Failure(StoreError::Kind::kCorrupt,
                  place(row.run_id, row.event_offset) + " cannot be read back: " + event.error());
  }
  return {std::move(row.run_id), row.event_offset, row.at, *std::move(event)};
}

StoredEvent as_stored(const StoredEvent& event) {
  NewRows rows;
  add_rows(rows, event);
  return rows.reports.empty() ? to_event(std::move(rows.events.front()))
                              : to_event(std::move(rows.reports.front()));
}

}  // namespace fedwatt::store
