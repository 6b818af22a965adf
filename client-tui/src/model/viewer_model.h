#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fedwatt/protocol/messages.h"
#include "model/history.h"

// What the viewer knows, built from the hub's messages alone. No I/O, no clock, no threads: time
// comes in as an argument, so the same messages always show the same screen.

namespace fedwatt::viewer {

struct Connection {
  enum class State { kConnecting, kLive, kReconnecting, kRefused };
  State state = State::kConnecting;
  protocol::Timestamp since;  // of this state, by the viewer's clock
  std::string reason;         // why it is not live, in words
  std::string hub_version;    // of the last welcome
  bool insecure = false;      // likewise: whoever reaches the hub may do everything
};

// One run. Only what was subscribed to in full has more than `view`.
struct RunRecord {
  protocol::RunView view;
  std::map<std::string, protocol::WorkerView> workers;
  std::map<std::int64_t, protocol::RoundView> rounds;
  std::vector<protocol::EventView> events;  // oldest first, the newest kMaxEvents
  RunHistory history;
  std::map<std::string, WorkerHistory> worker_histories;  // by the worker's name
  // The offset to go on from after a reconnect; empty until the run's snapshot has come. Messages
  // that also go to viewers of the summary don't move it: what they overtook would be missed.
  std::optional<std::int64_t> resume_offset;
};

// What the worker last reported of the run's target metric; empty if it has not.
std::optional<double> target_value(const protocol::WorkerView& worker,
                                   const protocol::Target& target);
// The latest closed round; null before the first.
const protocol::RoundView* latest_closed_round(const RunRecord& run);

class ViewerModel {
 public:
  static constexpr std::size_t kMaxEvents = 500;

  explicit ViewerModel(protocol::Timestamp now) { connection_.since = now; }

  // Takes a message in. Of two states of the same thing the one with the larger offset wins, of
  // rounds the larger revision, in whatever order they come.
  void apply(const protocol::HubToViewer& message, protocol::Timestamp now);

  // `is_final`: the hub said not to come back, or the address can't work.
  void connection_lost(const std::string& reason, bool is_final, protocol::Timestamp now);

  const Connection& connection() const { return connection_; }

  // `now` by the hub's clock, which all times in messages are by.
  protocol::Timestamp hub_time(protocol::Timestamp now) const { return now + hub_clock_ahead_; }

  // By id.
  const std::map<std::string, RunRecord>& runs() const { return runs_; }
  // Those that have not ended first, then the latest first.
  std::vector<const RunRecord*> runs_in_order() const;
  // By id, else the latest of that name; null if there is none.
  const RunRecord* find_run(std::string_view name_or_id) const;

  // The run that somebody asked to watch, once it is there: with `wait` as soon as the list of runs
  // has it; without, when the hub has sent it in full. Null before.
  const RunRecord* find_awaited(std::string_view name_or_id, bool wait) const;

  const protocol::CommandStatus* find_command(const std::string& id) const;
  // Those that were given to this run, in order.
  std::vector<const protocol::CommandStatus*> commands_of(const std::string& run_id) const;
  // The latest that was given to this run; null if none is known.
  const protocol::CommandStatus* latest_command(const std::string& run_id) const;
  // What the hub answered to a command that it refused; null if it did not.
  const protocol::Error* find_refusal(const std::string& command_id) const;
  // What the hub answered to a request with that id; null before it did.
  const protocol::PoliciesSet* find_policies_set(const std::string& id) const;
  const protocol::Recomputed* find_recomputed(const std::string& id) const;
  // What keeps the hub from storing, and so from showing, anything new; empty if nothing does.
  const std::optional<protocol::StoreStatus>& store_trouble() const { return store_trouble_; }
  // The latest error that belongs to no command.
  const std::optional<protocol::Error>& last_error() const { return last_error_; }

 private:
  void take(const protocol::ViewerWelcome& welcome, protocol::Timestamp now);
  void take(const protocol::Snapshot& snapshot);
  void take(const protocol::RunView& run);
  void take(const protocol::WorkerView& worker);
  void take(const protocol::RoundView& round);
  void take(const protocol::EventView& event);
  void take(const protocol::CommandStatus& command);
  void take(const protocol::PoliciesSet& set);
  void take(const protocol::Recomputed& recomputed);
  void take(const protocol::StoreStatus& status);
  void take(const protocol::Error& error);

  bool store(const protocol::RunView& run);  // whether it is newer than what was known
  static void note_history(RunRecord& run);

  Connection connection_;
  std::chrono::milliseconds hub_clock_ahead_{0};
  std::map<std::string, RunRecord> runs_;
  std::map<std::string, protocol::CommandStatus> commands_;
  std::map<std::string, protocol::Error> refusals_;
  std::map<std::string, protocol::PoliciesSet> policies_set_;
  std::map<std::string, protocol::Recomputed> recomputed_;
  std::optional<protocol::StoreStatus> store_trouble_;
  std::optional<protocol::Error> last_error_;
};

}  // namespace fedwatt::viewer
