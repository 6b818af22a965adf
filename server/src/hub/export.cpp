#include "fedwatt/hub/export.h"

#include <algorithm>
#include <utility>

#include "fedwatt/hub/http_api.h"
#include "fedwatt/net/http_target.h"
#include "fedwatt/protocol/csv.h"
#include "fedwatt/protocol/names.h"
#include "fedwatt/protocol/number_in.h"
#include "fedwatt/run/event_codec.h"
#include "json_values.h"

namespace fedwatt::hub {
namespace {

using net::HttpRequest;
using net::HttpResponse;
using run::ReportReceived;
using run::StoredEvent;
using Table = PageRequest::Table;

constexpr std::size_t kSliceEvents = 500;

Json metric_or_null(const protocol::Report& report, const char* name) {
  const auto metric = report.metrics.find(name);
  return metric == report.metrics.end() ? Json() : Json(metric->second);
}

// A report by column.
Json row_of(const StoredEvent& stored, const ReportReceived& received) {
  const auto& report = received.report;
  const auto& energy = report.energy_j;
  const auto& source = report.energy_source;
  return {{"run_id", stored.run_id},
          {"offset", stored.offset},
          {"received_at", protocol::format_timestamp(stored.at)},
          {"worker", received.worker},
          {"seq", report.seq},
          {"round", report.round},
          {"phase", protocol::name_of(report.phase)},
          {"started_at", protocol::format_timestamp(report.started_at)},
          {"duration_s", report.duration_s},
          {"cpu_j", or_null(energy.cpu_j)},
          {"gpu_j", or_null(energy.gpu_j)},
          {"ram_j", or_null(energy.ram_j)},
          {"machine_j", or_null(energy.machine_j)},
          {"cpu_source", or_null(source.cpu)},
          {"gpu_source", or_null(source.gpu)},
          {"ram_source", or_null(source.ram)},
          {"machine_source", or_null(source.machine)},
          {"num_examples", or_null(report.num_examples)},
          {"accuracy", metric_or_null(report, "accuracy")},
          {"loss", metric_or_null(report, "loss")},
          {"metrics", report.metrics.empty() ? Json() : Json(report.metrics)},
          {"bytes_sent", or_null(report.bytes_sent)},
          {"bytes_received", or_null(report.bytes_received)},
          {"round_complete", or_null(report.round_complete)},
          {"intensity_g_per_kwh", received.intensity_g_per_kwh},
          {"intensity_source", or_null(received.intensity_source)},
          {"emissions_g", or_null(received.emissions_g)}};
}

std::string csv_field(const Json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return protocol::csv_field(value.get_ref<const std::string&>());
  return value.is_object() ? protocol::csv_field(text_of(value)) : text_of(value);
}

std::string csv_header() {
  const Json columns = row_of({}, {});
  std::string line;
  for (auto column = columns.begin(); column != columns.end(); ++column) {
    if (column != columns.begin()) line += ',';
    line += column.key();
  }
  return line + "\r\n";
}

std::string csv_line(const Json& row) {
  std::string line;
  for (auto column = row.begin(); column != row.end(); ++column) {
    if (column != row.begin()) line += ',';
    line += csv_field(*column);
  }
  return line + "\r\n";
}

// A whole number of a query in its range, or else `value` as it is; false if it is something else.
template <class Number>
bool read_number(const HttpRequest& request, const char* key, Number most, Number& value) {
  const std::string text = net::query_value(request.query, key);
  if (text.empty()) return true;
  const auto number = protocol::number_in<Number>(text);
  if (!number || *number < 0 || *number > most) return false;
  value = *number;
  return true;
}

tl::unexpected<HttpResponse> bad_request(const std::string& message) {
  return tl::unexpected(failed(400, "invalid_query", message));
}

tl::expected<PageRequest, HttpResponse> read_query(const HttpRequest& request, Table table,
                                                   const std::string& run_id) {
  PageRequest page{run_id, table};
  const std::string format = net::query_value(request.query, "format");
  const bool asks_csv = request.accept.find("text/csv") != std::string::npos;
  page.csv = format == "csv" || (format.empty() && asks_csv && table == Table::kReports);
  if (!page.csv && !format.empty() && format != "jsonl") {
    return bad_request("format is csv or jsonl, not " + format);
  }
  if (page.csv && table == Table::kEvents) {
    return bad_request("events differ in their fields: they come with format=jsonl only");
  }
  if (!read_number(request, "after", std::int64_t{9'000'000'000'000'000}, page.after)) {
    return bad_request("after is the offset of an event, a whole number from 0");
  }
  if (!read_number(request, "limit", kMaxPageEvents, page.limit) || page.limit == 0) {
    return bad_request("limit is a whole number from 1 to " + std::to_string(kMaxPageEvents));
  }
  return page;
}

}  // namespace

std::optional<tl::expected<PageRequest, HttpResponse>> page_request(const HttpRequest& request,
                                                                    const VisibleRuns& runs) {
  const auto asked = needs_runs(request) ? run_path(request.path, runs) : std::nullopt;
  if (!asked || (asked->part != "/reports" && asked->part != "/events")) return std::nullopt;
  if (!asked->run) return tl::unexpected(unknown_run(asked->name, runs));
  const auto table = asked->part == "/reports" ? Table::kReports : Table::kEvents;
  return read_query(request, table, asked->run->run_id());
}

Page::Page(PageRequest request) : request_(std::move(request)), limit_(request_.limit) {
  if (request_.csv) text_ = csv_header();
}

std::size_t Page::slice() const { return std::min(kSliceEvents, request_.limit); }

bool Page::take(const store::Events& events) {
  at_end_ = events.size() < slice();
  for (const auto& stored : events) write(stored);
  if (!events.empty()) request_.after = events.back().offset;
  request_.limit -= events.size();
  return !at_end_ && request_.limit > 0 && text_.size() < kFullPageBytes;
}

void Page::write(const StoredEvent& stored) {
  if (request_.table == Table::kEvents) {
    text_ += run::log_line(stored);
    return;
  }
  const auto* received = std::get_if<ReportReceived>(&stored.event);
  if (!received) return;
  const Json row = row_of(stored, *received);
  text_ += request_.csv ? csv_line(row) : text_of(row) + "\n";
}

HttpResponse Page::answer() && {
  HttpResponse response{200, request_.csv ? "text/csv; charset=utf-8" : "application/x-ndjson",
                        std::move(text_)};
  if (!at_end_) {
    const bool reports = request_.table == Table::kReports;
    response.headers.emplace_back(
        "Link", "</api/v1/runs/" + request_.run_id + (reports ? "/reports" : "/events") +
                    "?format=" + (request_.csv ? "csv" : "jsonl") +
                    "&after=" + std::to_string(request_.after) +
                    "&limit=" + std::to_string(limit_) + ">; rel=\"next\"");
  }
  return response;
}

}  // namespace fedwatt::hub
