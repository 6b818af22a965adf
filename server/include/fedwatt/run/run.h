#pragma once

#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fedwatt/run/control.h"
#include "fedwatt/run/event.h"
#include "fedwatt/run/participants.h"
#include "fedwatt/run/policy_memory.h"
#include "fedwatt/run/rounds.h"

namespace fedwatt::run {

// Bounds that keep one run's memory finite, whatever its workers send.
inline constexpr std::size_t kMaxParticipants = 10'000;
inline constexpr std::size_t kMaxRounds = 1'000'000;
inline constexpr std::size_t kMaxOpenRounds = 1'000;
inline constexpr std::size_t kMaxCommands = 10'000;
inline constexpr std::size_t kMaxMetrics = 64;        // different names of metrics
inline constexpr std::size_t kMaxEnergySources = 32;  // different names of sources
inline constexpr std::size_t kEventsKept = 500;

// A federated training as the hub knows it. Pure: no I/O, no clock, no threads. The same events
// applied in the same order at the same times give the same state, so a hub that was killed shows
// after its restart what it showed before.
//
// For one thread at a time.
class Run {
 public:
  // What is to be sent because of an event, beside the changed views.
  struct Effects {
    struct Order {
      std::string worker;
      protocol::DirectiveOrder order;
    };
    std::vector<Order> orders;
    // What follows from the event and must be recorded next, in this order: a policy's decision.
    // At a replay it is stored already.
    std::vector<Event> follow_ups;
    // What somebody should look at.
    std::vector<protocol::EventView> alerts;
  };

  explicit Run(std::string run_id);
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  // Why an event that a peer asked for cannot be; empty if it can. An event for which this was not
  // asked must not be applied, unless it comes from the store or from due().
  std::optional<protocol::Error> refuse(const Event& event) const;

  // Applies the next event of this run. The first must be RunCreated.
  Effects apply(const Event& event, Timestamp now);

  // What the clock decides at `now`: apply (and store) these, in order, and ask again.
  std::vector<Event> due(Timestamp now) const;
  // When due() will have something to say, if nothing happens before.
  std::optional<Timestamp> next_due() const;

  const std::string& run_id() const { return run_id_; }
  const std::string& name() const { return created_.name; }
  const protocol::Target& target() const { return created_.target; }
  const CarbonSettings& carbon() const { return created_.carbon; }
  const RunCreated& created() const { return created_; }
  std::int64_t offset() const { return offset_; }  // of the event applied last
  bool by_import() const { return created_.by_import; }
  bool ended() const { return ended_at_.has_value(); }
  protocol::RunState state() const;
  const Participants& participants() const { return participants_; }
  const Control& control() const { return control_; }
  const Policies& policies() const { return policies_; }
  // The last of each kind that the run ever had, so also those that somebody has ended.
  const Policies& policies_ever() const { return policies_ever_; }
  // Whose order outranks the policies at present; "" if they may act.
  const std::string& overruled_by() const { return policy_memory_.overruled_by; }
  // Whether an operator's order outranks any of them, so that there is something to hand back.
  bool outranked() const {
    return policy_memory_.outranked() || control_.any_operators_word_stands();
  }
  // How long its rounds will probably take from now on; empty while nothing can be forecast.
  std::optional<double> rest_s();
  // The regions of those who take part, while the run goes on; not "".
  std::vector<std::string> regions_to_watch() const;
  // What was noted last of each region.
  const std::map<std::string, IntensityNoted>& noted() const { return noted_; }
  // The worker that this process is or was imported as; null if this run knows nothing of it.
  const std::string* worker_of_session(const std::string& session) const;

  // The views, as of offset(). Not const: figures are computed when they are asked for.
  protocol::RunView view();
  protocol::Snapshot snapshot();
  std::vector<protocol::RoundView> rounds();
  // What rounds() has, oldest first and without a copy; `run_id` is not set. And the standing after
  // the last of them, which lives until the next event.
  void visit_rounds(const std::function<void(const protocol::RoundView&)>& take) {
    rounds_.visit(take);
  }
  const Standing& standing() { return rounds_.standing(); }
  // Every state and event that changed after the event `since`, as far as events are kept.
  std::vector<protocol::HubToViewer> changed_since(std::int64_t since);
  // Whether changed_since(since) is all that somebody who has seen `since` has missed. If not (an
  // offset that never was, or events no longer kept), a snapshot is what helps.
  bool remembers(std::int64_t since) const { return since <= offset_ && since >= forgotten_; }

 private:
  void on(const RunCreated& event);
  void on(const WorkerJoined& event);
  void on(const WorkerDisconnected& event);
  void on(const WorkerLost& event);
  void on(const WorkerLeft& event);
  void on(const ReportReceived& event);
  void on(const RoundPlanned& event);
  void on(const RoundDeadlinePassed& event);
  void on(const CommandIssued& event);
  void on(const DirectiveAcknowledged& event);
  void on(const RunAbandoned& event);
  void on(const WorkerStale& event);
  void on(const IntensityNoted& event);
  void on(const PoliciesChanged& event);
  void on(const PolicyDecided& event);

  Participant& set_state(const std::string& worker, protocol::WorkerState state);
  void leave(const std::string& worker, protocol::WorkerState state);
  void end_if_over();
  void order(const CommandIssued& issued, bool by_policy);
  void end(protocol::RunState state);
  // Sends each worker what it was last ordered; with a command's id, those whom it concerns.
  void send_orders(const std::string* command_id = nullptr);
  // Has what a policy decides at this event, if one does, recorded next.
  void look_at_policies(const Event& event);
  std::optional<PolicyDecision> decide_at_spending(bool with_forecast);
  std::optional<PolicyDecision> decide_at_rounds();
  std::optional<PolicyDecision> decide_at_regions() const;
  // Adds to a decision whether it is only said, and makes its reason a sentence.
  void complete(PolicyDecision& decision) const;
  // After what was noted of a region, or the policy's bounds, changed.
  void note_high_regions();
  std::set<std::string> regions_of_participants() const;  // of those present, without ""
  protocol::Error refuse_edition() const;
  std::optional<protocol::Error> refuse_report(const protocol::Report& report) const;
  std::optional<protocol::Error> refuse_command(const protocol::Command& command) const;
  std::optional<protocol::Error> refuse_hello(const protocol::WorkerHello& hello) const;
  bool deserted() const;  // nobody is here or expected back
  bool training() const;  // somebody is, and not only importers
  Timestamp lost_at(const Participant& participant) const;
  std::optional<Timestamp> deadline_of(const Round& round) const;
  std::optional<Timestamp> abandoned_at() const;
  // Whether somebody who says nothing is a matter for concern.
  bool expects_reports() const;
  // When a worker will be stale, if it is awaited by then and does not report before.
  std::optional<Timestamp> stale_at(const Participant& participant) const;
  // Whether the newest round has a use for its reports.
  bool awaited(const std::string& worker, const Participant& participant) const;
  void note_region(const WorkerJoined& event);
  void watch_power(Participant& participant, const ReportReceived& event);
  void watch_target(const Round& closed);
  // Keeps a line of the run's history, bounded.
  protocol::EventView& log(const char* kind, std::string message,
                           const std::string* worker = nullptr,
                           std::optional<std::int64_t> round = std::nullopt);
  // The same of something that somebody should look at. `numbers` are those in the message, by name
  // with unit.
  void alert(const char* kind, std::string message, std::map<std::string, double> numbers,
             const std::string* worker = nullptr, std::optional<std::int64_t> round = std::nullopt);
  protocol::WorkerView worker_view(const std::string& worker) const;
  std::optional<protocol::Forecast> forecast();  // of a run that goes on
  void look_ahead();                             // at the grids

  std::string run_id_;
  RunCreated created_;
  std::int64_t offset_ = 0;
  Timestamp now_;  // of the event applied last
  Timestamp started_at_;
  std::optional<Timestamp> ended_at_;
  protocol::RunState end_state_ = protocol::RunState::kFinished;
  std::optional<std::int64_t> total_rounds_;
  std::optional<Outlook> outlook_;  // as of the last round that closed, or what was noted since
  Timestamp deserted_at_;           // when the last participant was lost
  Participants participants_;
  Rounds rounds_;
  Control control_;
  Policies policies_;
  Policies policies_ever_;
  PolicyMemory policy_memory_;
  std::map<std::string, IntensityNoted> noted_;  // by region
  std::optional<double> spent_j_;                // in all reports
  std::optional<double> spent_g_;
  std::int64_t rounds_looked_at_ = 0;  // so many were closed when the policies last looked
  TargetWatch target_watch_;
  std::deque<protocol::EventView> events_;
  std::int64_t forgotten_ = 0;  // the offset of the newest event that is no longer kept
  Effects effects_;
};

}  // namespace fedwatt::run
