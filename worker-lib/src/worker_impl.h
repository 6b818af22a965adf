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
  // So that what a long pause spends can be seen while it lasts.
  std::chrono::milliseconds idle_report_every{60'000};
  double shortest_gap_s = 0.05;
};

// Joins the parts: a training thread measures and fills the outbox, the link's thread empties it.
// The contracts are those of Worker; methods may throw, which Worker keeps from the training.
class WorkerImpl {
 public:
  explicit WorkerImpl(const WorkerOptions& options, WorkerSettings settings = {});

  // After a fork the child has this object and not the link's thread: it must not use it.
  bool in_own_process() const noexcept;

  Next checkpoint(std::int64_t round);
  Next checkpoint_for(std::int64_t round, std::chrono::milliseconds timeout);
  Next ordered();
  std::uint64_t begin_phase(Phase phase);
  void end_phase(std::uint64_t id);
  void add_energy(const EnergyReading& reading, std::string_view source);
  void report(const RoundResult& result);
  void plan_round(std::int64_t round, const std::vector<std::string>& workers);
  WorkerStats stats();
  bool flush(std::chrono::milliseconds timeout);
  bool close(std::chrono::milliseconds timeout, std::string_view reason);
  std::chrono::milliseconds close_timeout() const { return options_.close_timeout; }

  // Logs and counts what cannot go into a report.
  void leave_out(std::string sentence);

 private:
  using Lock = std::unique_lock<std::mutex>;
  using Deadline = std::chrono::steady_clock::time_point;

  std::unique_ptr<energy::Meter> open_meter() const;
  session::Conversation::Start start(protocol::WorkerHello hello);
  // Lets the recorder do something and queues the reports that it returns.
  template <class Call>
  void record(Call call);
  Deadline pause();
  struct Step {
    Next next = Next::kContinue;
    std::optional<protocol::DirectiveAck> ack;
  };
  Step step(std::int64_t round);
  bool wait_until_settled(session::Outbox::Ticket ticket, Deadline deadline);
  void keep_the_rest(std::string bye);             // when the link has stopped
  void queue(session::Outbox::Message message);    // with state_.mutex held
  void log(std::string_view line) const noexcept;  // the link's thread, or when there is none
  void tick_later();

  const WorkerOptions options_;
  const WorkerSettings settings_;
  const pid_t process_;
  session::SharedState state_;
  std::uint64_t values_left_out_ = 0;           // guarded by state_.mutex
  std::uint64_t reports_offline_ = 0;           // likewise
  Deadline report_pause_at_;                    // used by the training's thread only
  const std::unique_ptr<energy::Meter> meter_;  // null: nothing is measured

  std::mutex recording_mutex_;  // taken before state_.mutex; guards the next three
  session::Recorder recorder_;
  std::uint64_t last_phase_id_ = 0;
  bool recording_over_ = false;

  std::mutex closing_mutex_;    // held for the whole of close()
  std::optional<bool> closed_;  // its result; guarded by closing_mutex_

  session::Conversation conversation_;  // used on the link's thread only
  link::HubLink link_;                  // last: its thread uses all of the above
};

}  // namespace fedwatt
