#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "energy/meter.h"
#include "fedwatt/worker.h"
#include "link/hub_link.h"
#include "session/conversation.h"
#include "session/recorder.h"
#include "session/state.h"

namespace fedwatt {

// What only tests set.
struct WorkerSettings {
  energy::Machine machine;
  std::chrono::milliseconds first_retry{500};
  std::chrono::milliseconds longest_retry{20'000};
  // So that what a long pause spends can be seen while it lasts, and counters do not wrap unseen.
  std::chrono::milliseconds idle_report_every{60'000};
  std::chrono::milliseconds meter_tick_every{60'000};
};

// Joins the parts: a training thread measures and fills the outbox, the link's thread empties it.
// The contracts are those of Worker; methods may throw, which Worker keeps from the training.
class WorkerImpl {
 public:
  explicit WorkerImpl(const WorkerOptions& options, WorkerSettings settings = {});

  // After a fork the child has this object and not the link's thread: it must not use it.
  bool in_own_process() const noexcept;

  Next checkpoint(std::int64_t round);
  std::uint64_t begin_phase(Phase phase);
  void end_phase(std::uint64_t id);
  void report(const RoundResult& result);
  void plan_round(std::int64_t round, const std::vector<std::string>& workers);
  WorkerStats stats();
  bool flush(std::chrono::milliseconds timeout);
  bool close(std::chrono::milliseconds timeout, std::string_view reason);
  std::chrono::milliseconds close_timeout() const { return options_.close_timeout; }

 private:
  using Lock = std::unique_lock<std::mutex>;
  using Deadline = std::chrono::steady_clock::time_point;

  void end_open_phase();
  Next wait_out_pause(std::int64_t round);
  session::Control::Step step(std::int64_t round);
  bool wait_until_settled(session::Outbox::Ticket ticket, Deadline deadline);
  void queue(session::Recorder::Reports reports);  // with state_.mutex held
  void queue(session::Outbox::Message message);    // the same
  void leave_out(std::string sentence);
  void log(std::string_view line) const noexcept;  // the link's thread, or the constructor
  void log_later(std::string line);
  void tick_later();

  const WorkerOptions options_;
  const WorkerSettings settings_;
  const pid_t process_;
  session::SharedState state_;
  session::Recorder recorder_;  // guarded by state_.mutex, as are the next two
  std::uint64_t last_phase_id_ = 0;
  std::uint64_t values_left_out_ = 0;
  std::mutex closing_mutex_;    // held for the whole of close()
  std::optional<bool> closed_;  // its result; guarded by closing_mutex_
  const std::unique_ptr<energy::Meter> meter_;
  session::Conversation conversation_;  // used on the link's thread only
  link::HubLink link_;                  // last: its thread uses all of the above
};

}  // namespace fedwatt
