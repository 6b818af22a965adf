#include "fedwatt/hub/hub.h"
#include "fedwatt/hub/process_metrics.h"
#include "fedwatt/hub/version.h"
#include "fedwatt/protocol/names.h"

// What /metrics says of the hub; docs/operations.md explains it to those who look.

namespace fedwatt::hub {
namespace {

using Samples = std::vector<Metrics::Sample>;

template <class Number>
double number(Number value) {
  return static_cast<double>(value);
}

const char* word_of(run::PolicyDecision::What what) {
  switch (what) {
    case run::PolicyDecision::What::kPause:
      return "pause";
    case run::PolicyDecision::What::kResume:
      return "resume";
    case run::PolicyDecision::What::kStop:
      return "stop";
    default:
      return "warn";
  }
}

}  // namespace

void Hub::list_metrics(const net::Peers& peers) {
  auto& out = metrics_;
  const auto& commits = cycle_.counts();
  const auto& reports = workers_.counts();

  out.gauges("fedwatt_build_info", "Which hub this is; always 1.", [] {
    return Samples{{{{"version", kHubVersion}}, 1}};
  });
  out.gauges("fedwatt_connections", "Open connections.", [this] {
    std::size_t workers = 0;
    for (const auto& [connection, endpoint] : endpoints_) {
      workers += endpoint == net::Endpoint::kWorker ? 1 : 0;
    }
    return Samples{{{{"endpoint", "worker"}}, number(workers)},
                   {{{"endpoint", "viewer"}}, number(endpoints_.size() - workers)}};
  });
  out.gauges("fedwatt_connections_by_role", "Those with a token, by its role.",
             [this] { return samples_by("role", gate_.connections_by_role()); });
  out.counters("fedwatt_closed_total", "Connections that the hub closed, by close code.", [&peers] {
    std::map<std::string, std::uint64_t> codes;
    for (const auto& [code, count] : peers.load().closed) codes[std::to_string(code)] = count;
    return samples_by("code", codes);
  });
  out.counters("fedwatt_refused_total",
               "Connections, handshakes and requests that were not let in, by reason.",
               [&peers] { return samples_by("reason", peers.load().refused); });
  out.gauge("fedwatt_insecure", "1 if whoever reaches the hub may report, watch and command.",
            [this] { return insecure_ ? 1 : 0; });
  out.gauge("fedwatt_behind_peers", "Connections that do not read what they are sent.",
            [&peers] { return number(peers.load().behind); });
  out.gauge("fedwatt_unread_bytes", "What was sent to peers and is still in the hub's memory.",
            [&peers] { return number(peers.load().unread_bytes); });
  out.gauge("fedwatt_runs", "Runs that the hub knows.",
            [this] { return number(runs_.all().size()); });
  out.gauges("fedwatt_runs_by_state", "The same, by their state.", [this] {
    std::map<std::string, std::uint64_t> states;
    for (const auto& run : runs_.all()) ++states[std::string(protocol::name_of(run->state()))];
    return samples_by("state", states);
  });
  out.counters("fedwatt_policy_decisions_total",
               "What policies decided, also those that only say it.", [this] {
                 Samples samples;
                 for (const auto& [key, count] : runs_.policy_counts()) {
                   const auto& [policy, what] = key;
                   samples.push_back({{{"policy", std::string(protocol::name_of(policy))},
                                       {"action", word_of(what)}},
                                      number(count)});
                 }
                 return samples;
               });

  out.counter("fedwatt_reports_total", "Reports taken from workers.",
              [&] { return number(reports.reports); });
  out.counter("fedwatt_repeated_reports_total",
              "Reports that came again and were stored already; not counted twice.",
              [&] { return number(reports.repeated_reports); });
  out.counter("fedwatt_acks_total", "Acknowledgements sent to workers.",
              [&] { return number(reports.acks); });
  out.histogram("fedwatt_ack_delay_seconds",
                "Of each batch's oldest report, from its receipt until it was acknowledged.",
                reports.ack_delay_s);
  out.counters("fedwatt_refusals_total",
               "Messages, handshakes and requests refused, by the error's code.", [this] {
                 auto codes = workers_.counts().refusals;
                 for (const auto& [code, count] : viewers_.refusals()) codes[code] += count;
                 for (const auto& [code, count] : gate_.refusals()) codes[code] += count;
                 return samples_by("code", codes);
               });

  out.counter("fedwatt_held_back_total",
              "Times that a worker was read more slowly, for its token's reports a second.",
              [&] { return number(reports.held_back); });
  out.gauges("fedwatt_valid_tokens", "Tokens that are valid now; none where none are needed.",
             [this] {
               const auto tokens = gate_.valid_tokens();
               return tokens ? Samples{{{}, number(*tokens)}} : Samples{};
             });

  out.gauge("fedwatt_store_ready", "1 while the store can be written, as far as is known, else 0.",
            [this] { return cycle_.trouble().empty() ? 1 : 0; });
  out.counter("fedwatt_store_outages_total", "Times that the store became unavailable.",
              [&] { return number(commits.outages); });
  out.counter("fedwatt_commits_total", "Batches of events committed.",
              [&] { return number(commits.commits); });
  out.counter("fedwatt_committed_events_total", "Events in them.",
              [&] { return number(commits.events); });
  out.counter("fedwatt_commit_failures_total",
              "Commits that the store was unavailable for; they are tried again.",
              [&] { return number(commits.failures); });
  out.histogram("fedwatt_commit_seconds", "From a batch's sealing until it was committed.",
                commits.commit_s);
  out.histogram("fedwatt_commit_events", "Events in a batch.", commits.commit_events);

  out.gauge("fedwatt_waiting_alerts", "Alerts that wait to be taken by a webhook.",
            [this] { return alerts_ ? number(alerts_->waiting()) : 0; });
  out.counter("fedwatt_dropped_alerts_total", "Alerts that a webhook did not take in time.",
              [this] { return alerts_ ? number(alerts_->dropped()) : 0; });

  out.gauges("fedwatt_queue_bytes", "What waits in the hub's memory, estimated.", [this] {
    return Samples{{{{"queue", "uncommitted"}}, number(cycle_.waiting_bytes())},
                   {{{"queue", "in_flight"}}, number(cycle_.in_flight_bytes())},
                   {{{"queue", "answers"}}, number(cycle_.answer_bytes())},
                   {{{"queue", "worker_frames"}}, number(workers_.held().bytes())},
                   {{{"queue", "viewer_frames"}}, number(viewers_.held().bytes())}};
  });
  out.gauges("fedwatt_queue_limit_bytes", "Where a queue is full, and its peers have to wait.", [] {
    return Samples{{{{"queue", "uncommitted"}}, number(CommitCycle::kMostWaitingBytes)},
                   {{{"queue", "in_flight"}}, number(CommitCycle::kMostWaitingBytes)},
                   {{{"queue", "answers"}}, number(CommitCycle::kMostAnswerBytes)}};
  });
  out.gauges("fedwatt_queue_events", "Events that wait to be committed.", [this] {
    return Samples{{{{"queue", "uncommitted"}}, number(cycle_.waiting_events())},
                   {{{"queue", "in_flight"}}, number(cycle_.in_flight_events())}};
  });
  out.gauges(
      "fedwatt_paused_peers", "Peers that are not read on: the hub is full, or answers.", [this] {
        return Samples{{{{"endpoint", "worker"}}, number(workers_.held().connections())},
                       {{{"endpoint", "viewer"}},
                        number(viewers_.held().connections() + viewers_.awaiting_answers())}};
      });
  add_process_metrics(out);
}

}  // namespace fedwatt::hub
