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

// Says that no hub answered; returns the exit status for that.
int no_hub(const CommandLine& line, const Session& session, std::ostream& err);

}  // namespace fedwatt::viewer
