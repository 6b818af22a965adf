#include "fedwatt/hub/http_api.h"

#include <array>
#include <nlohmann/json.hpp>

#include "fedwatt/net/http_target.h"
#include "fedwatt/protocol/codec.h"

namespace fedwatt::hub {
namespace {

using net::HttpRequest;
using net::HttpResponse;
using protocol::HubToViewer;

constexpr std::string_view kRuns = "/api/v1/runs";
constexpr std::string_view kCompare = "/api/v1/compare";

HttpResponse json_array(const std::vector<std::string>& messages) {
  std::string body = "[";
  for (const auto& message : messages) {
    if (body.size() > 1) body += ",\n";
    body += message;
  }
  return {200, "application/json", body + "]\n"};
}

HttpResponse list_runs(const Runs& runs) {
  std::vector<std::string> views;
  for (const auto& run : runs.all()) views.push_back(protocol::encode(HubToViewer{run->view()}));
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

// What there is of a run, by the end of its path.
struct Part {
  std::string_view end;
  HttpResponse (*answer)(const HttpRequest&, run::Run&);
};
constexpr std::array kOfARun{Part{"/rounds", &list_rounds}, Part{"/figures", &answer_figures}};

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
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

HttpResponse answer_from_runs(const HttpRequest& request, const Runs& runs) {
  if (request.path == kCompare) return answer_comparison(request, runs);
  std::string_view rest = std::string_view(request.path).substr(kRuns.size());
  if (rest.empty() || rest == "/") return list_runs(runs);
  if (rest.front() != '/') return answer_without_runs(request);
  rest.remove_prefix(1);
  // A run's name may hold slashes: it is taken whole before "/rounds" and its like are looked for.
  if (run::Run* run = runs.resolve(std::string(rest))) {
    return {200, "application/json", protocol::encode(HubToViewer{run->snapshot()}) + "\n"};
  }
  for (const auto& [end, answer] : kOfARun) {
    if (!ends_with(rest, end)) continue;
    rest.remove_suffix(end.size());
    if (run::Run* run = runs.resolve(std::string(rest))) return answer(request, *run);
  }
  return unknown_run(std::string(rest), runs);
}

HttpResponse failed(int status, const char* code, const std::string& message) {
  const nlohmann::ordered_json body = {{"error", {{"code", code}, {"message", message}}}};
  return {status, "application/json",
          body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n"};
}

HttpResponse unknown_run(const std::string& name, const Runs& runs) {
  return failed(404, "unknown_run", "no run is called " + name + "; runs: " + runs.some_names());
}

HttpResponse ready() { return {200, "text/plain", "ready\n"}; }

HttpResponse unavailable(const std::string& why) { return failed(503, "unavailable", why); }

}  // namespace fedwatt::hub
