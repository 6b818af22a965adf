#include "worker_impl.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "session/checks.h"

namespace fedwatt {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

protocol::Timestamp wall_clock() {
  return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
}

session::Instant now() { return {wall_clock(), energy::monotonic_s()}; }

// Now + timeout, without overflow for a timeout like milliseconds::max().
steady_clock::time_point deadline_after(milliseconds timeout) {
  constexpr milliseconds kForever = std::chrono::hours(24 * 365);
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

protocol::WorkerHello hello_of(const WorkerOptions& options, const energy::Machine& machine) {
  protocol::WorkerHello hello;
  hello.run = options.run;
  hello.worker = options.worker;
  hello.role =
      options.role == Role::kCoordinator ? protocol::Role::kCoordinator : protocol::Role::kWorker;
  hello.total_rounds = options.total_rounds;
  hello.region = options.region;
  hello.pue = options.pue;
  hello.framework = options.framework;
  hello.hardware = energy::read_hardware(machine);
  hello.hardware.cpu = session::as_text(hello.hardware.cpu);
  return hello;
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
      state_(options_.queue_capacity),
      meter_(energy::open_meter(settings_.machine, [this](std::string_view line) { log(line); })),
      conversation_(
          state_, hello_of(options_, settings_.machine),
          [this](std::string frame) { link_.send(std::move(frame)); },
          [this](std::string_view line) { log(line); }, wall_clock),
      link_({.url = options_.hub,
             .path = "/v1/worker",
             .first_retry = settings_.first_retry,
             .longest_retry = settings_.longest_retry},
            {.on_up = [this] { conversation_.on_up(); },
             .on_down = [this](const link::LinkDown& down) { conversation_.on_down(down); },
             .on_frame = [this](std::string_view frame) { conversation_.on_frame(frame); }}) {
  tick_later();
}

bool WorkerImpl::in_own_process() const noexcept { return ::getpid() == process_; }

Next WorkerImpl::checkpoint(std::int64_t round) {
  if (round < 0) {
    leave_out("a checkpoint's round is negative; it counts as round 0");
    round = 0;
  }
  end_open_phase();
  {
    const Lock lock(state_.mutex);
    queue(recorder_.begin_round(round));
  }
  switch (step(round).verdict) {
    case session::Control::Verdict::kGoOn:
      return Next::kContinue;
    case session::Control::Verdict::kStop:
      return Next::kStop;
    case session::Control::Verdict::kWait:
      break;
  }
  return wait_out_pause(round);
}

// What was ordered takes hold, and the hub is told.
session::Control::Step WorkerImpl::step(std::int64_t round) {
  Lock lock(state_.mutex);
  session::Control::Step step = state_.control.at_checkpoint(round);
  lock.unlock();
  if (step.ack) link_.post([this, ack = *step.ack] { conversation_.acknowledge(ack); });
  return step;
}

Next WorkerImpl::wait_out_pause(std::int64_t round) {
  using Verdict = session::Control::Verdict;
  meter_->lap();
  session::Instant from = now();
  for (;;) {
    {
      Lock lock(state_.mutex);
      state_.in_pause = true;
      state_.changed.wait_for(lock, settings_.idle_report_every, [this] {
        return state_.closing || state_.control.verdict() != Verdict::kWait;
      });
    }
    const energy::Lap lap = meter_->lap();
    const session::Instant to = now();
    bool closing = false;
    {
      const Lock lock(state_.mutex);
      queue(recorder_.idle(from, to, lap));
      state_.in_pause = false;
      closing = state_.closing;
    }
    state_.changed.notify_all();
    from = to;
    const Verdict verdict = step(round).verdict;
    if (verdict == Verdict::kGoOn) return Next::kContinue;
    if (verdict == Verdict::kStop || closing) return Next::kStop;
  }
}

std::uint64_t WorkerImpl::begin_phase(Phase phase) {
  end_open_phase();
  meter_->lap();
  const Lock lock(state_.mutex);
  recorder_.open_phase(++last_phase_id_, on_the_wire(phase), now());
  return last_phase_id_;
}

void WorkerImpl::end_phase(std::uint64_t id) {
  {
    const Lock lock(state_.mutex);
    if (recorder_.open_id() != id) return;
  }
  end_open_phase();
}

void WorkerImpl::end_open_phase() {
  const session::Instant ended = now();
  Lock lock(state_.mutex);
  if (!recorder_.open_id()) return;
  lock.unlock();
  const energy::Lap lap = meter_->lap();
  lock.lock();
  queue(recorder_.end_phase(ended, lap));
}

void WorkerImpl::report(const RoundResult& result) {
  end_open_phase();
  session::CheckedResult checked_result = session::check_result(result);
  for (auto& sentence : checked_result.left_out) leave_out(std::move(sentence));
  const Lock lock(state_.mutex);
  queue(recorder_.finish_round(checked_result.results, now()));
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
          .reports_waiting = state_.outbox.waiting(),
          .reports_dropped = counts.dropped,
          .reports_rejected = counts.rejected,
          .values_left_out = values_left_out_};
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
  end_open_phase();
  session::Outbox::Ticket ticket = 0;
  {
    Lock lock(state_.mutex);
    queue(recorder_.release());
    state_.closing = true;
    state_.changed.notify_all();
    // Another thread may wait in its checkpoint: what the pause spent goes with the rest.
    state_.changed.wait_until(lock, deadline, [this] { return !state_.in_pause; });
    ticket = state_.outbox.last_ticket();
  }
  closed_ = wait_until_settled(ticket, deadline);
  link_.post([this, text = session::as_text(reason)] { conversation_.say_bye(text); });
  link_.stop(std::max(milliseconds::zero(),
                      std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now())));
  return *closed_;
}

void WorkerImpl::queue(session::Recorder::Reports reports) {
  for (auto& report : reports) queue(session::Outbox::Message(std::move(report)));
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

void WorkerImpl::log(std::string_view line) const noexcept try {
  if (options_.log) {
    options_.log(line);
  } else {
    std::fprintf(stderr, "fedwatt: %.*s\n", static_cast<int>(line.size()), line.data());
  }
} catch (...) {
  // The program's own logging failed: there is nobody left to tell.
}

void WorkerImpl::tick_later() {
  link_.post_after(settings_.meter_tick_every, [this] {
    meter_->tick();
    tick_later();
  });
}

}  // namespace fedwatt
