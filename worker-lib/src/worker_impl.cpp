#include "worker_impl.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "fedwatt/protocol/printable.h"
#include "session/checks.h"
#include "session/hello.h"
#include "session/offline_file.h"
#include "session/spool.h"

namespace fedwatt {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

protocol::Timestamp wall_clock() {
  return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
}

constexpr milliseconds kForever = std::chrono::hours(24 * 365);

// Now + timeout, without overflow for a timeout like milliseconds::max().
steady_clock::time_point deadline_after(milliseconds timeout) {
  return steady_clock::now() + std::clamp(timeout, milliseconds::zero(), kForever);
}

protocol::Phase on_the_wire(Phase phase) {
  switch (phase) {
    case Phase::kInit:
      return protocol::Phase::kInit;
    case Phase::kFit:
      return protocol::Phase::kFit;
    case Phase::kEvaluate:
      return protocol::Phase::kEvaluate;
    case Phase::kIdle:
      return protocol::Phase::kIdle;
    case Phase::kCommunicate:
      return protocol::Phase::kCommunicate;
  }
  return protocol::Phase::kFit;
}

Next next_of(session::Control::Verdict verdict) {
  switch (verdict) {
    case session::Control::Verdict::kGoOn:
      return Next::kContinue;
    case session::Control::Verdict::kStop:
      return Next::kStop;
    case session::Control::Verdict::kWait:
      break;
  }
  return Next::kStillPaused;
}

const WorkerOptions& checked(const WorkerOptions& options) {
  session::check_options(options);
  return options;
}

}  // namespace

WorkerImpl::WorkerImpl(const WorkerOptions& options, WorkerSettings settings)
    : options_(checked(options)),
      settings_(std::move(settings)),
      process_(::getpid()),
      state_({.messages = options_.queue_capacity, .bytes = options_.queue_bytes}),
      meter_(open_meter()),
      recorder_({.now =
                     [this] {
                       return session::Instant{wall_clock(), settings_.machine.monotonic_s()};
                     },
                 .lap = [this] { return meter_ ? meter_->lap() : energy::Lap(); }},
                settings_.shortest_gap_s),
      conversation_(
          state_, start(session::hello_of(options_, settings_.machine, meter_.get())),
          [this](std::string frame) { link_.send(std::move(frame)); },
          [this](std::string_view line) { log(line); }, wall_clock),
      link_({.url = options_.hub,
             .path = "/v1/worker",
             .token = options_.token,
             .tls = {options_.ca_file, options_.client_certificate, options_.client_key},
             .first_retry = settings_.first_retry,
             .longest_retry = settings_.longest_retry},
            {.on_up = [this] { conversation_.on_up(); },
             .on_down = [this](const link::LinkDown& down) { conversation_.on_down(down); },
             .on_frame = [this](std::string_view frame) { conversation_.on_frame(frame); }}) {
  if (meter_) tick_later();
}

std::unique_ptr<energy::Meter> WorkerImpl::open_meter() const {
  if (options_.measure == Measure::kNothing) return nullptr;
  const auto scope =
      options_.measure == Measure::kMachine ? energy::Scope::kMachine : energy::Scope::kProcess;
  return energy::open_meter(settings_.machine, scope, [this](std::string_view line) { log(line); });
}

// What an earlier process of this worker could not deliver is this one's to deliver. Its session
// goes on with its numbers, so that an import could place them.
session::Conversation::Start WorkerImpl::start(protocol::WorkerHello hello) {
  if (options_.spool_dir.empty()) return {std::move(hello), nullptr};
  auto opened =
      session::Spool::open(options_.spool_dir, hello, [this](std::string_view line) { log(line); });
  if (!opened) {
    log(opened.error() + "; reports wait in memory only");
    ++state_.spool_failures;
    return {std::move(hello), nullptr};
  }
  if (opened->hello) {
    hello.run_id = opened->hello->run_id;
    hello.session = opened->hello->session;
    state_.outbox.restore(std::move(opened->left));
    log(std::to_string(state_.outbox.waiting()) +
        " reports of an earlier process were in the spool; they are sent first");
  }
  return {std::move(hello), std::move(opened->spool)};
}

bool WorkerImpl::in_own_process() const noexcept { return ::getpid() == process_; }

Next WorkerImpl::checkpoint(std::int64_t round) {
  for (;;) {
    const Next next = checkpoint_for(round, kForever);
    if (next != Next::kStillPaused) return next;
  }
}

Next WorkerImpl::checkpoint_for(std::int64_t round, milliseconds timeout) {
  const Deadline deadline = deadline_after(timeout);
  if (round < 0) {
    leave_out("a checkpoint's round is negative; it counts as round 0");
    round = 0;
  }
  record([&](session::Recorder& recorder) { return recorder.begin_round(round); });
  for (;;) {
    const auto [next, ack] = step(round);
    Deadline report_at;
    if (next == Next::kStillPaused) {
      report_at = pause();
    } else {
      record([](session::Recorder& recorder) { return recorder.resume(); });
    }
    // Only now: what is spent after it is spent as the hub is told.
    if (ack) link_.post([this, told = *ack] { conversation_.acknowledge(told); });
    if (next != Next::kStillPaused) return next;
    Lock lock(state_.mutex);
    const bool changed = state_.changed.wait_until(lock, std::min(deadline, report_at), [this] {
      return state_.closing || state_.control.verdict() != session::Control::Verdict::kWait;
    });
    if (!changed && deadline <= report_at) return next;
  }
}

// The training waits, perhaps since an earlier call: returns when to look again, so that what a
// long pause spends is reported while it lasts.
WorkerImpl::Deadline WorkerImpl::pause() {
  const Deadline now = steady_clock::now();
  record([&](session::Recorder& recorder) {
    if (!recorder.paused()) {
      recorder.pause();
      report_pause_at_ = now + settings_.idle_report_every;
    } else if (now >= report_pause_at_) {
      report_pause_at_ = now + settings_.idle_report_every;
      return recorder.report_pause();
    }
    return session::Recorder::Reports();
  });
  return report_pause_at_;
}

Next WorkerImpl::ordered() {
  const Lock lock(state_.mutex);
  const Next next = next_of(state_.control.verdict());
  return next == Next::kStillPaused && state_.closing ? Next::kStop : next;
}

// What was ordered takes hold; the hub is to be told of it.
WorkerImpl::Step WorkerImpl::step(std::int64_t round) {
  const Lock lock(state_.mutex);
  const session::Control::Step step = state_.control.at_checkpoint(round);
  const Next next = next_of(step.verdict);
  return {next == Next::kStillPaused && state_.closing ? Next::kStop : next, step.ack};
}

std::uint64_t WorkerImpl::begin_phase(Phase phase) {
  std::uint64_t id = 0;
  record([&](session::Recorder& recorder) {
    id = ++last_phase_id_;
    return recorder.begin_phase(id, on_the_wire(phase));
  });
  return id;
}

void WorkerImpl::end_phase(std::uint64_t id) {
  record([&](session::Recorder& recorder) { return recorder.end_phase(id); });
}

void WorkerImpl::add_energy(const EnergyReading& reading, std::string_view source) {
  session::CheckedEnergy checked_energy = session::check_energy(reading, source);
  for (auto& sentence : checked_energy.left_out) leave_out(std::move(sentence));
  record([&](session::Recorder& recorder) {
    recorder.add_energy(checked_energy.reading);
    return session::Recorder::Reports();
  });
}

void WorkerImpl::report(const RoundResult& result) {
  session::CheckedResult checked_result = session::check_result(result);
  for (auto& sentence : checked_result.left_out) leave_out(std::move(sentence));
  record(
      [&](session::Recorder& recorder) { return recorder.finish_round(checked_result.results); });
}

template <class Call>
void WorkerImpl::record(Call call) {
  // Held until the reports are queued, so that they leave in the order in which they were made.
  const std::lock_guard recording(recording_mutex_);
  if (recording_over_) return;
  session::Recorder::Reports reports = call(recorder_);
  if (reports.empty()) return;
  const Lock lock(state_.mutex);
  for (auto& report : reports) queue(session::Outbox::Message(std::move(report)));
}

void WorkerImpl::plan_round(std::int64_t round, const std::vector<std::string>& workers) {
  if (round < 0) return leave_out("a plan was left out: its round is negative");
  protocol::RoundPlan plan{round, {}};
  for (const auto& worker : workers) {
    if (session::is_name(worker)) {
      plan.selected.push_back(worker);
    } else {
      leave_out("a planned worker was left out: it has no name that can be used");
    }
  }
  const Lock lock(state_.mutex);
  queue(session::Outbox::Message(std::move(plan)));
}

WorkerStats WorkerImpl::stats() {
  const Lock lock(state_.mutex);
  const auto& counts = state_.outbox.counts();
  return {.connected = state_.welcomed,
          .reports_made = counts.made,
          .reports_acknowledged = counts.acknowledged,
          .reports_waiting = state_.outbox.waiting() - reports_offline_,
          .reports_dropped = counts.dropped,
          .reports_rejected = counts.rejected,
          .reports_offline = reports_offline_,
          .values_left_out = values_left_out_,
          .reports_folded = counts.folded,
          .reports_spooled = state_.outbox.waiting_to(state_.spooled_to),
          .spool_failures = state_.spool_failures};
}

bool WorkerImpl::flush(milliseconds timeout) {
  Lock lock(state_.mutex);
  const auto ticket = state_.outbox.last_ticket();
  lock.unlock();
  return wait_until_settled(ticket, deadline_after(timeout));
}

bool WorkerImpl::wait_until_settled(session::Outbox::Ticket ticket, Deadline deadline) {
  Lock lock(state_.mutex);
  state_.changed.wait_until(lock, deadline,
                            [&] { return state_.outbox.settled(ticket) || state_.gone_for_good; });
  return state_.outbox.settled(ticket);
}

bool WorkerImpl::close(milliseconds timeout, std::string_view reason) {
  const std::lock_guard once(closing_mutex_);
  if (closed_) return *closed_;
  const Deadline deadline = deadline_after(timeout);
  record([this](session::Recorder& recorder) {
    recording_over_ = true;
    return recorder.close();
  });
  Lock lock(state_.mutex);
  state_.closing = true;
  const auto ticket = state_.outbox.last_ticket();
  lock.unlock();
  state_.changed.notify_all();
  closed_ = wait_until_settled(ticket, deadline);
  link_.post([this, text = session::as_text(reason)] { conversation_.say_bye(text); });
  link_.stop(std::max(milliseconds::zero(),
                      std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now())));
  lock.lock();
  state_.welcomed = false;
  lock.unlock();
  keep_the_rest(session::as_text(reason));
  return *closed_;
}

void WorkerImpl::keep_the_rest(std::string bye) {
  const std::string spool_path = conversation_.spool_the_rest();
  Lock lock(state_.mutex);
  const session::LeftOver left{conversation_.hello(), state_.outbox.rest(), std::move(bye)};
  lock.unlock();
  const auto reports = session::reports_in(left);
  if (reports == 0) return;
  const session::Kept kept = spool_path.empty() ? session::keep_offline(options_.offline_file, left)
                                                : session::kept_in_spool(spool_path, reports);
  lock.lock();
  reports_offline_ = kept.reports;
  lock.unlock();
  log(kept.line);
}

void WorkerImpl::queue(session::Outbox::Message message) {
  state_.outbox.add(std::move(message));
  if (std::exchange(state_.pump_posted, true)) return;
  link_.post([this] { conversation_.pump(); });
}

void WorkerImpl::leave_out(std::string sentence) {
  {
    const Lock lock(state_.mutex);
    ++values_left_out_;
  }
  link_.post([this, line = std::move(sentence)] { log(line); });
}

// The hub's words may be in it, and a terminal behind it.
void WorkerImpl::log(std::string_view line) const noexcept try {
  const auto text = protocol::printable(line);
  if (options_.log) {
    options_.log(text);
  } else {
    std::fprintf(stderr, "fedwatt: %.*s\n", static_cast<int>(text.size()), text.data());
  }
} catch (...) {
  // The program's own logging failed: there is nobody left to tell.
}

void WorkerImpl::tick_later() {
  link_.post_after(meter_->tick_every(), [this] {
    meter_->tick();
    for (const auto& notice : meter_->take_notices()) log(notice);
    tick_later();
  });
}

}  // namespace fedwatt
