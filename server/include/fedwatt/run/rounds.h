#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fedwatt/run/figures.h"
#include "fedwatt/run/forecast.h"
#include "fedwatt/run/round.h"

namespace fedwatt::run {

// What the latest closed rounds that have a value of the target reached, after those before them.
struct Stretch {
  std::int64_t first_round = 0;
  std::int64_t last_round = 0;
  double best_before = 0;
  double best = 0;
  // Of all rounds after the one before `first_round`; a lower bound if some are not known.
  std::optional<double> emissions_g;
};

// The rounds of a run: when each opens, for whom it waits, and when it closes.
//
// A round opens with its first report or plan. It waits for the workers that the coordinator
// selected, else for those present; and for a coordinator that is present. Nobody waits for a
// worker that is lost or has left, nor for one that has gone on to a later round. When nobody is
// left to wait for and somebody has completed it, it closes; or at the deadline after its quorum,
// which the run's clock decides (deadline_passed). Late reports change a closed round, as a new
// revision.
class Rounds {
 public:
  using Closed = std::function<void(const Round&)>;

  // `closed` is called for each round at the moment it closes.
  void begin(const RoundRules& rules, protocol::Target target, Closed closed);

  // ---- what happens; `offset` and `now` are the event's ----
  void participant_came(const std::string& name, protocol::Role role, std::int64_t offset,
                        Timestamp now);
  void participant_gone(const std::string& name, std::int64_t offset, Timestamp now);
  // Returns whether the round was closed already: the report came late.
  bool add_report(const ReportReceived& received, protocol::Role role,
                  const protocol::Hardware& hardware, double clock_offset_s, std::int64_t offset,
                  Timestamp now);
  void plan(const std::string& coordinator, const protocol::RoundPlan& plan, std::int64_t offset,
            Timestamp now);
  void deadline_passed(std::int64_t number, std::int64_t offset);
  void run_ended(std::int64_t offset);

  // ---- what follows ----
  // When the round will have to close, if it has its quorum. A pause stops that clock: it starts
  // again at `resumed_at`.
  std::optional<Timestamp> deadline_of(const Round& round, Timestamp resumed_at) const;
  // By their numbers.
  const std::map<std::int64_t, Round*>& open_rounds() const { return open_; }
  const std::map<std::int64_t, Round>& all() const { return rounds_; }
  // What the reports so far have named.
  const Vocabulary& vocabulary() const { return vocabulary_; }
  std::optional<std::int64_t> latest() const;
  std::int64_t closed_count() const {
    return static_cast<std::int64_t>(rounds_.size() - open_.size());
  }

  // The figures of the rounds that changed after the event `since`, oldest first. Costs no more
  // than those rounds: the figures of the others are kept.
  std::vector<protocol::RoundView> changed_since(std::int64_t since);
  // Shows the figures of every round, oldest first, without copying them.
  void visit(const std::function<void(const protocol::RoundView&)>& take);
  // The standing of the run after its last round.
  const Standing& standing();
  // Of so many rounds; empty if there are not more than those.
  std::optional<Stretch> latest_stretch(std::int64_t rounds);
  // Computed anew only after a closed round, or the plan, has changed.
  const std::optional<protocol::Forecast>& forecast(const Plan& plan);

 private:
  // What there is to know of a worker or coordinator beside its part in each round.
  struct Known {
    std::optional<protocol::Role> present_as;  // empty: it is not here
    bool gone = false;
    std::optional<std::int64_t> reached;  // the latest round it has reported or planned

    bool passed(std::int64_t round) const { return reached && *reached > round; }
  };

  struct Figures {
    protocol::RoundView view;
    Standing after;
  };

  // A new round that is planned waits for nobody yet but its coordinator.
  Round& open(std::int64_t number, std::int64_t offset, bool planned = false);
  std::map<std::int64_t, Round>::iterator entry_of(std::int64_t number);
  // Has the round wait for one that is present, if it has a part in it.
  void expect(Round& round, const std::string& name, const Known& known);
  void advance(const std::string& name, const Round& round, bool complete, std::int64_t offset,
               Timestamp now);
  void settle(Round& round, std::int64_t offset, Timestamp now);
  void close(Round& round, protocol::ClosedBy by, std::int64_t offset);
  void touch(const Round& round, std::int64_t offset);
  void refresh();
  void leave_front_to(const protocol::RoundView& best);

  RoundRules rules_;
  protocol::Target target_;
  Closed closed_;
  std::map<std::int64_t, Round> rounds_;
  std::map<std::int64_t, Round*> open_;  // in rounds_
  std::map<std::string, Known> known_;
  Vocabulary vocabulary_;
  std::map<std::int64_t, Figures> figures_;
  std::vector<const protocol::RoundView*> closed_views_;  // in figures_, by rising number
  std::optional<std::int64_t> stale_from_;  // figures from this round on must be computed anew
  std::optional<protocol::Forecast> forecast_;
  std::optional<Plan> forecast_for_;  // empty: must be computed anew
};

}  // namespace fedwatt::run
