#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "fedwatt/protocol/messages.h"

// What can happen to a run. Events are all that is ever stored: a run's state is what applying them
// in order gives, live and after a restart alike. What only a clock or a person decided (a round
// closed at its deadline, a worker given up, a command) is therefore an event too.

namespace fedwatt::run {

using protocol::Timestamp;

// When a run closes its rounds and gives its workers up; fixed when the run is created, so that
// replay closes them alike.
struct RoundRules {
  double quorum = 0.5;                     // share of the expected workers, in 0..1
  std::int64_t deadline_ms = 120'000;      // after the quorum is reached
  std::int64_t grace_ms = 30'000;          // a worker away for longer is lost
  std::int64_t abandon_ms = 600'000;       // a run with nobody present for longer ends as lost
  std::int64_t stale_ms = 120'000;         // a worker is not called stale before so much silence
  std::int64_t forecast_after_rounds = 3;  // closed rounds before anything is forecast
  bool operator==(const RoundRules&) const = default;
};

using protocol::CarbonSettings;  // fixed when the run is created

struct RunCreated {
  std::string name;
  protocol::Target target;
  RoundRules rules;
  CarbonSettings carbon;
  bool by_import = false;  // made for reports of workers that never reached a hub
  std::optional<protocol::Edition> edition{};  // made from another run's events
  // Of an edition: the id of the request for it, and how many events it has once it is whole.
  std::string edition_request{};
  std::int64_t edition_events = 0;
  bool operator==(const RunCreated&) const = default;
};

// Said hello: for the first time, or again.
struct WorkerJoined {
  protocol::WorkerHello hello;  // without its token
  std::optional<double> clock_offset_s;
  // Whether the hub knew an intensity for its region; if not, the world's average is used.
  bool region_known = true;
  bool operator==(const WorkerJoined&) const = default;
};

// Its connection is gone; it may come back.
struct WorkerDisconnected {
  std::string worker;
  bool operator==(const WorkerDisconnected&) const = default;
};

// Away for longer than the grace; no round waits for it any more. It may still come back.
struct WorkerLost {
  std::string worker;
  bool operator==(const WorkerLost&) const = default;
};

// Said bye.
struct WorkerLeft {
  std::string worker;
  std::string reason;
  bool operator==(const WorkerLeft&) const = default;
};

// A report with what was decided about it when it came. The intensity that was used, where it came
// from and the emissions are kept, so that a later change of a table changes no stored figure.
struct ReportReceived {
  std::string worker;
  protocol::Report report;
  double intensity_g_per_kwh = 0;
  std::string intensity_source;
  std::optional<double> emissions_g;
  bool operator==(const ReportReceived&) const = default;
};

struct RoundPlanned {
  std::string worker;  // the coordinator that planned it
  protocol::RoundPlan plan;
  bool operator==(const RoundPlanned&) const = default;
};

// A round closed at its deadline. (All other ways of closing follow from the events themselves.)
struct RoundDeadlinePassed {
  std::int64_t round = 0;
  bool operator==(const RoundDeadlinePassed&) const = default;
};

struct CommandIssued {
  protocol::Command command;
  std::string issued_by;
  bool operator==(const CommandIssued&) const = default;
};

struct DirectiveAcknowledged {
  std::string worker;
  protocol::DirectiveAck ack;
  bool operator==(const DirectiveAcknowledged&) const = default;
};

// Nobody was present for longer than the run's rules allow.
struct RunAbandoned {
  bool operator==(const RunAbandoned&) const = default;
};

// Online, but silent for longer than is usual for it.
struct WorkerStale {
  std::string worker;
  bool operator==(const WorkerStale&) const = default;
};

// What the hub knows of a region's grid has changed, and the run has a use for it.
struct IntensityNoted {
  std::string region;  // as the workers' hello names it
  double g_per_kwh = 0;
  std::string source;
  // The mean over the rest of the run, as far as that is known.
  std::optional<double> outlook_g_per_kwh;
  bool operator==(const IntensityNoted&) const = default;
};

// The policies of the run from now on.
struct PoliciesChanged {
  protocol::Policies policies;
  bool hand_back = false;  // they may act again, though an operator ordered otherwise
  std::string changed_by;
  std::string reason;
  bool operator==(const PoliciesChanged&) const = default;
};

// What a policy of the run decided, and from which numbers.
struct PolicyDecision {
  enum class What { kWarn, kPause, kResume, kStop };
  protocol::PolicyKind policy = protocol::PolicyKind::kBudget;
  What what = What::kWarn;
  std::optional<std::vector<std::string>> workers;  // empty: the whole run
  std::string reason;                               // one sentence, with the numbers
  std::map<std::string, double> numbers;            // by name with unit
  bool dry_run = false;                             // it only says what it would do
  bool overruled = false;                           // the same, because an operator's order stands
  bool operator==(const PolicyDecision&) const = default;
};

// Orders what was decided, as an operator's command would, unless it is only said.
struct PolicyDecided {
  PolicyDecision decision;
  bool operator==(const PolicyDecided&) const = default;
};

using Event = std::variant<RunCreated, WorkerJoined, WorkerDisconnected, WorkerLost, WorkerLeft,
                           ReportReceived, RoundPlanned, RoundDeadlinePassed, CommandIssued,
                           DirectiveAcknowledged, RunAbandoned, WorkerStale, IntensityNoted,
                           PoliciesChanged, PolicyDecided>;

// An event in its place: the `offset`-th of its run (from 1, without gaps), at the hub's time `at`.
struct StoredEvent {
  std::string run_id;
  std::int64_t offset = 0;
  Timestamp at;
  Event event;
  bool operator==(const StoredEvent&) const = default;
};

}  // namespace fedwatt::run
