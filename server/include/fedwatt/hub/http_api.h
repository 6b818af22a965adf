#pragma once

#include <string>

#include "fedwatt/hub/runs.h"
#include "fedwatt/net/peers.h"

// The hub's answers to HTTP requests, as docs/protocol.md lists them.

namespace fedwatt::hub {

// Whether a request is about runs, so that its answer has to wait until what it shows is committed.
bool needs_runs(const net::HttpRequest& request);
net::HttpResponse answer_without_runs(const net::HttpRequest& request);
net::HttpResponse answer_from_runs(const net::HttpRequest& request, const Runs& runs);

// The figures of a whole run, and of several side by side. Both cost O(rounds) of the runs.
net::HttpResponse answer_figures(const net::HttpRequest& request, run::Run& run);
net::HttpResponse answer_comparison(const net::HttpRequest& request, const Runs& runs);

// {"error":{"code","message"}}, with that status.
net::HttpResponse failed(int status, const char* code, const std::string& message);
net::HttpResponse unknown_run(const std::string& name, const Runs& runs);
net::HttpResponse ready();
net::HttpResponse unavailable(const std::string& why);

// The rounds of a run as RFC 4180 CSV with a header line; null is an empty field.
std::string rounds_csv(const std::vector<protocol::RoundView>& rounds);

}  // namespace fedwatt::hub
