#include "fedwatt/hub/http_api.h"

#include <array>

#include "fedwatt/net/http_target.h"
#include "fedwatt/protocol/codec.h"
#include "json_values.h"

namespace fedwatt::hub {
namespace {

using net::HttpRequest;
using net::HttpResponse;
using protocol::HubToViewer;

constexpr std::string_view kRuns = "/api/v1/runs";
constexpr std::string_view kBelowRuns = "/api/v1/runs/";
constexpr std::string_view kCompare = "/api/v1/compare";
constexpr std::array<std::string_view, 4> kPartsOfARun = {"/rounds", "/figures", "/reports",
                                                          "/events"};

HttpResponse json_array(const std::vector<std::string>& messages) {
  std::string body = "[";
  for (const auto& message : messages) {
    if (body.size() > 1) body += ",\n";
    body += message;
  }
  return {200, "application/json", body + "]\n"};
}

HttpResponse list_runs(const VisibleRuns& runs) {
  std::vector<std::string> views;
  for (auto* run : runs.all()) views.push_back(protocol::encode(HubToViewer{run->view()}));
  return json_array(views);
}

HttpResponse list_rounds(const HttpRequest& request, run::Run& run) {
  const auto rounds = run.rounds();
  const bool csv = net::query_value(request.query, "format") == "csv" ||
                   request.accept.find("text/csv") != std::string::npos;
  if (csv) return {200, "text/csv; charset=utf-8", rounds_csv(rounds)};
  std::vector<std::string> views;
  views.reserve(rounds.size());
  for (const auto& round : rounds) views.push_back(protocol::encode(HubToViewer{round}));
  if (net::query_value(request.query, "format") != "jsonl") return json_array(views);
  std::string lines;
  for (const auto& view : views) lines += view + "\n";
  return {200, "application/x-ndjson", lines};
}

}  // namespace

bool needs_runs(const HttpRequest& request) {
  const bool is_get = request.method == "GET" || request.method == "HEAD";
  return is_get && (request.path.substr(0, kRuns.size()) == kRuns || request.path == kCompare);
}

HttpResponse answer_without_runs(const HttpRequest& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    return failed(405, "method_not_allowed", "only GET is answered here");
  }
  if (request.path == "/healthz") return {200, "text/plain", "ok\n"};
  return failed(404, "not_found",
                "nothing at " + request.path +
                    "; there are /healthz, /readyz, /api/v1/runs, /api/v1/runs/{run} with "
                    "/rounds, /figures, /reports and /events, and /api/v1/compare; and WebSockets "
                    "at /v1/worker and /v1/viewer");
}

HttpResponse answer_from_runs(const HttpRequest& request, const VisibleRuns& runs) {
  if (request.path == kCompare) return answer_comparison(request, runs);
  if (request.path == kRuns || request.path == kBelowRuns) return list_runs(runs);
  const auto asked = run_path(request.path, runs);
  if (!asked) return answer_without_runs(request);
  if (!asked->run) return unknown_run(asked->name, runs);
  if (asked->part == "/rounds") return list_rounds(request, *asked->run);
  if (asked->part == "/figures") return answer_figures(request, *asked->run);
  return {200, "application/json", protocol::encode(HubToViewer{asked->run->snapshot()}) + "\n"};
}

std::optional<RunPath> run_path(std::string_view path, const VisibleRuns& runs) {
  if (!path.starts_with(kBelowRuns)) return std::nullopt;
  std::string name(path.substr(kBelowRuns.size()));
  if (run::Run* run = runs.resolve(name)) return RunPath{name, run, {}};
  for (const auto part : kPartsOfARun) {
    if (!name.ends_with(part)) continue;
    name.resize(name.size() - part.size());
    return RunPath{name, runs.resolve(name), part};
  }
  return RunPath{name, nullptr, {}};
}

HttpResponse failed(int status, const char* code, const std::string& message) {
  const Json body = {{"error", {{"code", code}, {"message", message}}}};
  return {status, "application/json", text_of(body) + "\n"};
}

HttpResponse unknown_run(const std::string& name, const VisibleRuns& runs) {
  const auto error = runs.unknown_run(name);
  return failed(error.code == "not_allowed" ? 403 : 404, error.code.c_str(), error.message);
}

HttpResponse ready() { return {200, "text/plain", "ready\n"}; }

HttpResponse unavailable(const std::string& why) { return failed(503, "unavailable", why); }

}  // namespace fedwatt::hub
