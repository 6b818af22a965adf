#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "fedwatt/hub/commit_cycle.h"
#include "fedwatt/run/run.h"

namespace fedwatt::hub {

inline constexpr std::size_t kMaxRuns = 100'000;

// All runs the hub knows, and the one way by which anything happens to them: record() applies an
// event and has it committed. For the I/O thread.
class Runs {
 public:
  // `on_orders` gets what an event orders workers to do, once the event is committed.
  using OnOrders = std::function<void(run::Run&, const std::vector<run::Run::Effects::Order>&)>;
  // What somebody should look at, in order.
  using Alerts = std::map<run::Run*, std::vector<protocol::EventView>>;

  // What policies decided since the hub started: so often, by policy and what.
  using PolicyCounts =
      std::map<std::pair<protocol::PolicyKind, run::PolicyDecision::What>, std::uint64_t>;

  Runs(CommitCycle& cycle, OnOrders on_orders);

  // Applies an event that is stored already, at start-up: run by run, each from its first event.
  void replay(run::StoredEvent&& stored);

  // A new run whose first event is still to be recorded. Null: there are too many.
  run::Run* create(const std::string& name, bool by_import, run::Timestamp now);
  // An id that no run has.
  std::string new_id(run::Timestamp now) const;
  // Takes an edition in, now that all its events are applied.
  run::Run* adopt(std::unique_ptr<run::Run> edition);
  void record(run::Run& run, run::Event event, run::Timestamp now);

  run::Run* by_id(const std::string& run_id) const;
  // The latest of that name that workers can join: one that was made by an import is no training.
  run::Run* latest_training(const std::string& name) const;
  // The same while it goes on, else the latest of that name.
  run::Run* latest_named(const std::string& name) const;
  // The run that knows this process of a worker. Null if there is none.
  run::Run* of_session(const std::string& session) const;
  // The edition of a run that was made for the request of that id. Null if there is none.
  run::Run* edition_for(const std::string& request, const run::Run& original) const;
  // The ids of editions that a hub was ended in the middle of: of no use to anybody. After replay.
  std::vector<std::string> unfinished_editions() const;
  // An id, or a name: then its latest run. Null if there is none.
  run::Run* resolve(const std::string& name_or_id) const;
  // In the order of their creation.
  const std::vector<std::unique_ptr<run::Run>>& all() const { return runs_; }
  // Some names of runs, for error messages: "a, b, c, …".
  std::string some_names() const;
  // What to tell who asks for a run that is not there, in the request of that id.
  protocol::Error unknown_run(const std::string& name_or_id,
                              const std::optional<std::string>& id = {}) const;

  // The runs that something was recorded for since the last call; they are watched anew.
  std::set<run::Run*> take_changed();
  // What was recorded since the last call that somebody should look at.
  Alerts take_alerts();
  const PolicyCounts& policy_counts() const { return policy_counts_; }
  // Has record_due() look at when the clock will next decide something about a run: that costs as
  // much as it has workers, too much for each commit.
  void watch(run::Run& run) { to_watch_.insert(&run); }
  // Records what the clock has decided by now.
  void record_due(run::Timestamp now);

 private:
  run::Run& add(std::unique_ptr<run::Run> run);
  void find_due(run::Run& run);
  void remember_name(run::Run& run, const std::string& name, bool for_workers);

  CommitCycle& cycle_;
  OnOrders on_orders_;
  std::vector<std::unique_ptr<run::Run>> runs_;
  run::Run* replayed_ = nullptr;  // whose events come now
  // Editions, while they are replayed.
  std::map<std::string, std::unique_ptr<run::Run>> unfinished_;
  std::unordered_map<std::string, run::Run*> by_id_;
  std::unordered_map<std::string, run::Run*> latest_named_;
  std::unordered_map<std::string, run::Run*> latest_training_;
  std::set<run::Run*> changed_;
  Alerts alerts_;
  PolicyCounts policy_counts_;
  std::set<run::Run*> to_watch_;
  std::map<run::Run*, run::Timestamp> due_;  // when each has something to decide
};

}  // namespace fedwatt::hub
