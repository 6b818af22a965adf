#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "fedwatt/protocol/policies.h"
#include "fedwatt/protocol/time.h"

// The messages of wire version 1, as values. docs/protocol.md is their specification and
// protocol/schemas/ their JSON Schemas; codec.h turns them into JSON and back.
//
// Everywhere: an empty optional is "not measured" or "not known" and is null on the wire, never 0.
// Energy is in joules (_j), emissions in grams of CO2 equivalent (_g), durations in seconds (_s).

namespace fedwatt::protocol {

enum class Role { kWorker, kCoordinator };
enum class Phase { kInit, kFit, kEvaluate, kIdle, kCommunicate };
enum class Directive { kRun, kPause, kStop };
enum class Action { kPause, kResume, kStop };

// Who acts on a directive. A run with a coordinator pauses and stops there, between rounds; its
// workers are told and keep answering, so that no FL framework's time-out fires.
enum class AppliesAt { kWorker, kCoordinator };

// What a worker says it is doing about a directive. kInformed: it knows, and its coordinator acts.
enum class DirectiveState { kRunning, kPaused, kStopped, kInformed };

// ---- values shared by several messages ----------------------------------------------------------

// Energy of one interval by component; the sum of those that were measured is the total.
struct ComponentEnergy {
  std::optional<double> cpu_j;
  std::optional<double> gpu_j;
  std::optional<double> ram_j;
  // One figure for the whole machine (a smart plug's). In a report it stands alone: the others are
  // parts of it.
  std::optional<double> machine_j{};
  bool operator==(const ComponentEnergy&) const = default;
};

// The same for a sum over many reports: bounded by no single report's range.
struct ComponentTotals : ComponentEnergy {};

// Where each component's figure came from: "rapl", "nvml", "amdgpu", "external" and "external:NAME"
// are measured, "cpu_load" and "model" are estimates. Empty: nothing was said.
struct EnergySources {
  std::string cpu;
  std::string gpu;
  std::string ram;
  std::string machine{};
  bool operator==(const EnergySources&) const = default;
};

// What a total will probably come to: in 80 of 100 cases between `low` and `high`.
struct Estimate {
  double mean = 0;
  double low = 0;
  double high = 0;
  bool operator==(const Estimate&) const = default;
};

struct Hardware {
  std::string cpu;
  std::vector<std::string> gpu;
  std::optional<std::int64_t> ram_bytes;
  bool operator==(const Hardware&) const = default;
};

// The metric that a run is judged by. Accuracy, unless hello names another.
struct Target {
  enum class Goal { kMax, kMin };
  std::string metric = "accuracy";
  Goal goal = Goal::kMax;
  bool operator==(const Target&) const = default;
};

// What the emissions of a run are computed with, where its workers say nothing else.
struct CarbonSettings {
  double default_pue = 1.0;          // power usage effectiveness of the data centre
  double network_kwh_per_gb = 0.01;  // of what is sent and received
  double network_intensity_g_per_kwh = 0;
  bool operator==(const CarbonSettings&) const = default;
};

// A run whose emissions were computed anew from another run's energy, with other intensities.
struct Edition {
  std::string of_run_id;
  std::string intensity;  // the intensities in words: "56.039 g/kWh", "region FR", …
  std::string made_by;
  bool operator==(const Edition&) const = default;
};

// ---- worker to hub ------------------------------------------------------------------------------

struct WorkerHello {
  std::string run;                    // the run's human name
  std::optional<std::string> run_id;  // set when coming back: the run this worker belongs to
  std::string worker;
  Role role = Role::kWorker;
  std::optional<std::int64_t> total_rounds;
  std::string region;  // "" when not known
  std::optional<double> pue;
  Hardware hardware;
  std::string framework;
  std::optional<Target> target;
  std::optional<Policies> policies;  // for kinds that the run has no policy of yet
  std::optional<Timestamp> sent_at;  // the worker's clock, to correct its times by
  // One process of a worker, by a random name: its numbers of reports are its own.
  std::optional<std::string> session;
  // Whether an importer speaks, for a worker that could not; then `session` is that worker's.
  std::optional<bool> is_import;
  std::string token;
  bool operator==(const WorkerHello&) const = default;
};

struct Report {
  std::int64_t seq = 0;  // from 1, rising by one with each report of this worker in this run
  std::int64_t round = 0;
  Phase phase = Phase::kFit;
  Timestamp started_at;  // by the worker's clock
  double duration_s = 0;
  ComponentEnergy energy_j;
  EnergySources energy_source;
  std::optional<std::int64_t> num_examples;
  std::map<std::string, double> metrics;
  std::optional<std::int64_t> bytes_sent;
  std::optional<std::int64_t> bytes_received;
  std::optional<double> intensity_g_per_kwh;
  // Whether this is the worker's last report of the round. Left out: yes if it carries metrics.
  std::optional<bool> round_complete;
  bool operator==(const Report&) const = default;
};

struct DirectiveAck {
  std::string command;
  DirectiveState state = DirectiveState::kRunning;
  std::optional<std::int64_t> round;
  bool operator==(const DirectiveAck&) const = default;
};

// A coordinator's: who takes part in a round.
struct RoundPlan {
  std::int64_t round = 0;
  std::vector<std::string> selected;
  bool operator==(const RoundPlan&) const = default;
};

struct Bye {
  std::string reason;  // "finished", "stopped", or the worker's own words
  bool operator==(const Bye&) const = default;
};

using WorkerMessage = std::variant<WorkerHello, Report, DirectiveAck, RoundPlan, Bye>;

// ---- hub to worker ------------------------------------------------------------------------------

struct Welcome {
  std::string run_id;
  std::int64_t last_seq = 0;  // the last committed report of this worker; it goes on from there
  Directive directive = Directive::kRun;
  AppliesAt applies_at = AppliesAt::kWorker;
  std::optional<std::string> command;  // the command behind the directive, to acknowledge
  Timestamp server_time;
  bool operator==(const Welcome&) const = default;
};

struct Ack {
  std::int64_t seq = 0;  // every report up to this one that the hub received is committed
  bool operator==(const Ack&) const = default;
};

struct DirectiveOrder {
  Directive directive = Directive::kRun;
  AppliesAt applies_at = AppliesAt::kWorker;
  std::string command;
  std::string reason;
  std::string issued_by;
  bool operator==(const DirectiveOrder&) const = default;
};

// To workers and to viewers. `seq` and `id` say which report or command was meant, where known.
struct Error {
  std::string code;
  std::string message;
  std::optional<std::int64_t> seq;
  std::optional<std::string> id;
  bool operator==(const Error&) const = default;
};

// To workers and to viewers: whether the hub can keep what it is told. While it cannot it goes on
// holding what it has, and nothing is acknowledged or shown.
struct StoreStatus {
  enum class State { kReady, kUnavailable };
  State state = State::kReady;
  std::string message;             // what is wrong and what to do; "" if nothing is
  std::optional<Timestamp> since;  // when it became unavailable
  bool operator==(const StoreStatus&) const = default;
};

using HubToWorker = std::variant<Welcome, Ack, DirectiveOrder, StoreStatus, Error>;

// ---- viewer to hub ------------------------------------------------------------------------------

struct ViewerHello {
  std::string name;  // kept with every command this viewer issues
  std::string token;
  bool operator==(const ViewerHello&) const = default;
};

struct Subscribe {
  enum class Detail { kFull, kSummary };  // kSummary: `run` messages only
  std::string run;                        // "*", a name (then its latest run) or an id
  std::optional<std::int64_t> since;      // the last offset seen; not with "*"
  Detail detail = Detail::kFull;
  bool operator==(const Subscribe&) const = default;
};

struct Unsubscribe {
  std::string run;
  bool operator==(const Unsubscribe&) const = default;
};

struct Command {
  std::string id;  // chosen by the viewer; sending it again is safe
  std::string run;
  Action action = Action::kPause;
  std::optional<std::vector<std::string>> workers;  // empty: the whole run
  std::string reason;
  bool operator==(const Command&) const = default;
};

// Changes the policies of a run. The kinds that are given are set, those in `remove` end, and the
// others stay.
struct SetPolicies {
  std::string id;  // chosen by the viewer
  std::string run;
  Policies policies;
  std::vector<PolicyKind> remove;
  // Lets the policies act again, after an operator ordered otherwise.
  bool hand_back = false;
  std::string reason;
  bool operator==(const SetPolicies&) const = default;
};

struct IntensityPoint {
  Timestamp at;
  double g_per_kwh = 0;
  bool operator==(const IntensityPoint&) const = default;
};

// Makes an edition of a run. At most one of the three says the intensities; without any, each
// worker's region is looked up anew in what the hub knows now.
struct Recompute {
  std::string id;  // chosen by the viewer
  std::string run;
  std::optional<double> intensity_g_per_kwh;  // everywhere and always
  std::optional<std::string> region;          // as if every worker had been there
  std::vector<IntensityPoint> series;         // everywhere; times rise
  std::optional<double> pue;                  // for every worker
  std::optional<double> network_kwh_per_gb;
  std::optional<double> network_intensity_g_per_kwh;
  bool operator==(const Recompute&) const = default;
};

using ViewerMessage =
    std::variant<ViewerHello, Subscribe, Unsubscribe, Command, SetPolicies, Recompute>;

// ---- hub to viewer ------------------------------------------------------------------------------
// `offset` counts the stored events of a run. A message carries the offset of the newest event that
// it includes, so `subscribe` with the largest offset seen brings exactly what has changed since.

struct ViewerWelcome {
  std::string hub_version;
  Timestamp server_time;
  bool insecure = false;  // whoever reaches the hub may report, watch and command
  bool operator==(const ViewerWelcome&) const = default;
};

// What the run will have come to when its last planned round is done, if it goes on as it did.
struct Forecast {
  std::int64_t last_round = 0;  // the last planned one
  std::int64_t rounds_left = 0;
  std::optional<Estimate> energy_j;
  std::optional<Estimate> emissions_g;
  std::optional<Estimate> wall_s;      // the rounds' wall_s added up
  std::optional<double> target_value;  // extrapolated; withheld while the rounds fit no curve
  // The mean intensity of the time left, where a series or a live forecast knows the workers' grids
  // for that long; then `emissions_g` is reckoned with it, else with what the rounds so far had.
  std::optional<double> outlook_g_per_kwh{};
  bool operator==(const Forecast&) const = default;
};

enum class RunState { kRunning, kPausing, kPaused, kStopping, kStopped, kFinished, kLost };

struct RunView {
  std::string run_id;
  std::int64_t offset = 0;
  std::string name;
  RunState state = RunState::kRunning;
  Directive directive = Directive::kRun;
  Timestamp started_at;
  std::optional<Timestamp> ended_at;
  Timestamp last_event_at;
  std::optional<std::int64_t> total_rounds;
  std::optional<std::int64_t> round;  // the latest round that anyone reported or planned
  std::int64_t rounds_closed = 0;
  Target target;
  std::optional<double> accuracy;  // the latest, and the best by the target's goal
  std::optional<double> target_value;
  std::optional<double> best_target_value;
  std::optional<std::int64_t> best_round;
  std::optional<double> gain;  // of the latest closed round
  std::optional<double> energy_j;
  std::optional<double> emissions_g;
  std::vector<std::string> energy_sources;  // all that contributed, sorted
  std::vector<std::string> energy_gaps;     // components that somebody did not measure, sorted
  std::optional<double> power_w;  // of the workers that are online, from their last reports
  std::int64_t workers_online = 0;
  std::int64_t workers_total = 0;
  std::optional<double> emissions_after_best_g;      // of the rounds after the best one
  std::optional<double> emissions_after_best_share;  // of the run's emissions
  std::optional<Forecast> forecast;  // while it runs, from the third closed round on
  CarbonSettings carbon;
  std::optional<Edition> edition;  // empty: an original
  Policies policies;
  std::string overruled_by;  // whose order outranks the policies at present; "" if they may act
  bool operator==(const RunView&) const = default;
};

enum class WorkerState { kOnline, kAway, kLost, kLeft };

struct WorkerView {
  std::string run_id;
  std::int64_t offset = 0;
  std::string worker;
  Role role = Role::kWorker;
  WorkerState state = WorkerState::kOnline;
  Directive directive = Directive::kRun;
  std::optional<DirectiveState> directive_state;  // what it last said it was doing about it
  std::string region;
  std::optional<double> pue;
  Hardware hardware;
  std::string framework;
  std::optional<std::int64_t> round;
  std::optional<Phase> phase;
  std::optional<double> accuracy;
  std::optional<double> loss;
  std::map<std::string, double> metrics;  // the latest of each
  std::optional<double> energy_j;
  std::optional<double> emissions_g;
  std::optional<double> power_w;
  EnergySources energy_source;
  std::optional<double> intensity_g_per_kwh;
  std::string intensity_source;  // "report", "table:FR", "world", …
  std::int64_t last_seq = 0;
  std::int64_t reports = 0;
  std::int64_t reports_missing = 0;  // numbers that were skipped: the worker dropped them
  std::optional<Timestamp> last_report_at;
  std::optional<double> clock_offset_s;  // hub's clock minus the worker's, seen at hello
  bool stale = false;                    // online, but silent for longer than is usual for it
  bool operator==(const WorkerView&) const = default;
};

enum class AccuracySource { kWorkers, kCoordinator };
enum class ClosedBy { kAllReported, kDeadline, kWorkersLost, kRunEnd };

// The figures of one round; docs/metrics.md has the formula and the source of each.
struct RoundView {
  std::string run_id;
  std::int64_t offset = 0;
  std::int64_t round = 0;
  std::int64_t revision = 0;          // 0 while open, 1 at close, then one more for each change
  std::optional<ClosedBy> closed_by;  // empty while open
  std::optional<double> accuracy;     // weighted by num_examples, or the coordinator's
  std::optional<AccuracySource> accuracy_source;
  std::optional<double> accuracy_mean;
  std::map<std::string, double> metrics;  // all of them, weighted
  std::optional<double> loss;
  std::optional<double> target_value;
  std::optional<std::int64_t> num_examples;
  std::optional<double> energy_j;
  ComponentTotals energy_by_component;
  std::vector<std::string> energy_sources;  // all that contributed, sorted
  std::vector<std::string> energy_gaps;     // components that some worker did not measure, sorted
  std::optional<double> emissions_g;
  std::optional<double> cumulative_energy_j;
  std::optional<double> cumulative_emissions_g;
  std::optional<double> gain;
  std::optional<double> gain_per_g;
  std::optional<double> g_per_point;
  std::optional<double> carbon_efficiency;
  bool on_pareto_front = false;
  std::int64_t workers_reported = 0;
  std::int64_t workers_expected = 0;
  std::int64_t late_reports = 0;
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> ended_at;
  std::optional<double> wall_s;
  std::optional<double> worker_s;
  std::optional<std::int64_t> bytes_sent;
  std::optional<std::int64_t> bytes_received;
  bool operator==(const RoundView&) const = default;
};

// Something that happened, in words and in fields: for logs, audits and the viewer's event list.
struct EventView {
  std::string run_id;
  std::int64_t offset = 0;
  Timestamp at;
  std::string kind;  // "worker_joined", "round_closed", "command", …: docs/protocol.md lists them
  std::optional<std::string> worker;
  std::optional<std::int64_t> round;
  std::string message;
  bool alert = false;                     // somebody should look
  std::map<std::string, double> numbers;  // those in the message, by name with unit
  bool operator==(const EventView&) const = default;
};

enum class CommandOutcome { kPending, kAcknowledged, kPartial, kSuperseded };

struct CommandStatus {
  std::string run_id;
  std::int64_t offset = 0;
  std::string id;
  Action action = Action::kPause;
  std::optional<std::vector<std::string>> workers;
  std::string reason;
  std::string issued_by;
  Timestamp issued_at;
  CommandOutcome outcome = CommandOutcome::kPending;
  std::vector<std::string> acknowledged;
  std::vector<std::string> pending;
  std::vector<std::string> offline;
  bool operator==(const CommandStatus&) const = default;
};

// The answer to SetPolicies: what is in force from now on.
struct PoliciesSet {
  std::string id;
  std::string run_id;
  std::int64_t offset = 0;
  Policies policies;
  std::string overruled_by;
  bool operator==(const PoliciesSet&) const = default;
};

// The answer to Recompute: the edition, whole and committed.
struct Recomputed {
  std::string id;
  std::string run_id;  // the edition's
  std::string of_run_id;
  std::string name;  // the edition's
  std::int64_t reports = 0;
  std::optional<double> emissions_g;         // the edition's
  std::optional<double> emissions_before_g;  // the original's
  bool operator==(const Recomputed&) const = default;
};

struct Snapshot {
  RunView run;
  std::vector<WorkerView> workers;
  std::vector<RoundView> rounds;
  std::vector<EventView> events;  // the newest ones, oldest first
  std::vector<CommandStatus> commands;
  bool operator==(const Snapshot&) const = default;
};

using HubToViewer = std::variant<ViewerWelcome, Snapshot, RunView, WorkerView, RoundView, EventView,
                                 CommandStatus, PoliciesSet, Recomputed, StoreStatus, Error>;

}  // namespace fedwatt::protocol
