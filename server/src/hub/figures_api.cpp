#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "fedwatt/hub/http_api.h"
#include "fedwatt/net/http_target.h"
#include "fedwatt/protocol/number_in.h"
#include "fedwatt/run/comparison.h"

namespace fedwatt::hub {
namespace {

using net::HttpResponse;

constexpr std::size_t kMaxCompared = 50;
constexpr double kMostGrams = 1e15;
constexpr double kMostWatts = 1e12;
constexpr double kMostTarget = 1e300;

struct Range {
  double min;
  double max;
};

// The parameters of a query, read one after the other. Remembers the first thing that is wrong with
// them, in words for whoever sent it.
class Parameters {
 public:
  explicit Parameters(std::string_view query) : pairs_(net::parse_query(query)) {}

  // All values of a parameter that may be given several times.
  std::vector<std::string> all(const std::string& key) {
    known_.insert(key);
    std::vector<std::string> values;
    for (const auto& [each, value] : pairs_) {
      if (each == key) values.push_back(value);
    }
    return values;
  }

  // Empty if it is not given.
  std::optional<double> number(const std::string& key, Range range) {
    const auto values = all(key);
    if (values.empty()) return std::nullopt;
    if (values.size() > 1) fail(key + " is given twice");
    const std::string& text = values.front();
    const auto number = protocol::number_in<double>(text);
    if (!number) {
      fail(key + " must be a number, not \"" + text + "\"");
    } else if (*number < range.min || *number > range.max) {
      const bool percent = range.max == 1 && *number > 1 && *number <= 100;
      fail(key + " " + text + " is outside " + in_words(range.min) + ".." + in_words(range.max) +
           (percent ? ": give a fraction, 0.81 for 81 %" : ""));
    }
    return number;
  }

  // What is wrong, once all that may be given was asked for; empty if nothing is.
  std::string problem() {
    for (const auto& [key, value] : pairs_) {
      if (known_.count(key) == 0) fail("there is no parameter " + key + " here");
    }
    return problem_;
  }

 private:
  void fail(const std::string& what) {
    if (problem_.empty()) problem_ = what;
  }

  static std::string in_words(double bound) {
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), bound).ptr;
    return {buffer.data(), end};
  }

  std::vector<std::pair<std::string, std::string>> pairs_;
  std::set<std::string> known_;
  std::string problem_;
};

run::FiguresRequest read_request(Parameters& parameters, const protocol::Target& target) {
  const bool is_fraction = target.metric == "accuracy";
  run::FiguresRequest request;
  request.target_value =
      parameters.number("target", is_fraction ? Range{0, 1} : Range{-kMostTarget, kMostTarget});
  request.emissions_g = parameters.number("emissions_g", {0, kMostGrams});
  request.zeus.eta = parameters.number("eta", {0, 1}).value_or(request.zeus.eta);
  request.zeus.max_power_w = parameters.number("max_power_w", {0, kMostWatts});
  return request;
}

HttpResponse invalid(const std::string& what) { return failed(400, "invalid_query", what); }

HttpResponse document(const std::string& json) { return {200, "application/json", json + "\n"}; }

}  // namespace

HttpResponse answer_figures(const net::HttpRequest& request, run::Run& run) {
  Parameters parameters(request.query);
  const auto asked = read_request(parameters, run.target());
  if (const auto problem = parameters.problem(); !problem.empty()) return invalid(problem);
  return document(protocol::encode(run::detailed_figures(run, asked)));
}

HttpResponse answer_comparison(const net::HttpRequest& request, const VisibleRuns& runs) {
  Parameters parameters(request.query);
  const auto names = parameters.all("run");
  if (names.size() < 2 || names.size() > kMaxCompared) {
    return invalid("run must be given from 2 to " + std::to_string(kMaxCompared) +
                   " times, once for each run: run=A&run=B");
  }
  std::vector<run::Run*> compared;
  for (const auto& name : names) {
    run::Run* run = runs.resolve(name);
    if (!run) return unknown_run(name, runs);
    if (std::find(compared.begin(), compared.end(), run) != compared.end()) {
      return invalid("run " + name + " is given twice, or is the latest of its name: " +
                     "give the ids of runs that share a name");
    }
    compared.push_back(run);
  }
  const auto asked = read_request(parameters, compared.front()->target());
  if (const auto problem = parameters.problem(); !problem.empty()) return invalid(problem);
  const auto comparison = run::compare(compared, asked);
  if (!comparison) return failed(400, "not_comparable", comparison.error());
  return document(protocol::encode(*comparison));
}

}  // namespace fedwatt::hub
