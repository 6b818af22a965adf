#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fedwatt/hub/visible_runs.h"
#include "fedwatt/net/peers.h"

// The hub's answers to HTTP requests, as docs/protocol.md lists them.

namespace fedwatt::hub {

// Whether a request is about runs, so that its answer has to wait until what it shows is committed.
bool needs_runs(const net::HttpRequest& request);
net::HttpResponse answer_without_runs(const net::HttpRequest& request);
// All but the pages of what is stored of a run: see page_request.
net::HttpResponse answer_from_runs(const net::HttpRequest& request, const VisibleRuns& runs);

// What a path below /api/v1/runs/ asks for. A run's name may hold slashes, and end like a part: it
// is taken whole where there is such a run.
struct RunPath {
  std::string name;         // of the run, or its id
  run::Run* run;            // null if there is none
  std::string_view part{};  // "/rounds", "/figures", "/reports", "/events"; empty: the run itself
};
// Empty for any other path.
std::optional<RunPath> run_path(std::string_view path, const VisibleRuns& runs);

// The figures of a whole run, and of several side by side. Both cost O(rounds) of the runs.
net::HttpResponse answer_figures(const net::HttpRequest& request, run::Run& run);
net::HttpResponse answer_comparison(const net::HttpRequest& request, const VisibleRuns& runs);

// {"error":{"code","message"}}, with that status.
net::HttpResponse failed(int status, const char* code, const std::string& message);
net::HttpResponse unknown_run(const std::string& name, const VisibleRuns& runs);
net::HttpResponse ready();
net::HttpResponse unavailable(const std::string& why);

// The rounds of a run as RFC 4180 CSV with a header line; null is an empty field.
std::string rounds_csv(const std::vector<protocol::RoundView>& rounds);

}  // namespace fedwatt::hub
