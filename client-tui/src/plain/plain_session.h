#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "app/session.h"
#include "command_line.h"

// What the commands without a screen have in common: one thread that waits for the hub's answers.

namespace fedwatt::viewer {

using SteadyTime = std::chrono::steady_clock::time_point;

inline constexpr auto kPatience = std::chrono::seconds(5);  // with a hub that does not answer

// So long from now, or in thirty years if that is sooner.
SteadyTime in(std::chrono::duration<double> time);

void print(std::ostream& out, const std::vector<std::string>& lines);

// The next event, taken into the session; empty if none came until the deadline.
std::optional<ChannelEvent> next_event(Session& session, SteadyTime deadline);

// Blocks until the hub's welcome; false if it does not come in time, or the hub wants no viewer.
bool connect(Session& session, std::ostream& err);

// Takes events until `answered` holds, so long as that is before the deadline. What the hub refuses
// meanwhile, the request of that id or a subscription, is told on `err`.
enum class Answer { kCame, kRefused, kLate };
Answer await_answer(Session& session, SteadyTime deadline, const std::string& id, std::ostream& err,
                    const std::function<bool()>& answered);

// The run that a command follows to its end, over lost connections too.
class FollowedRun {
 public:
  // Asks for the run of `line`; both must outlive it.
  FollowedRun(const CommandLine& line, Session& session);

  // Null until the hub has told all of it.
  const RunRecord* in_full();

  // Says on `err` what an event that the session has taken means for who waits: the hub is lost,
  // cannot store, or knows no such run. If it is of no use to wait on, the exit status.
  std::optional<int> tell_trouble(const ChannelEvent& event, std::ostream& err);

 private:
  const RunRecord* find();

  const CommandLine& line_;
  Session& session_;
  std::string run_id_;  // once it is there
  std::optional<protocol::StoreStatus> said_trouble_;
};

// Says that no hub answered; returns the exit status for that.
int no_hub(const CommandLine& line, const Session& session, std::ostream& err);

}  // namespace fedwatt::viewer
