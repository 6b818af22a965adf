#include "fedwatt/worker.h"

#include <utility>

#include "worker_impl.h"

namespace fedwatt {
namespace {

// The training comes first: whatever goes wrong in here, memory running out for one, costs a
// measurement and nothing else. In the child of a fork nothing is done at all.
template <class Result, class Call>
Result without_harm(WorkerImpl* worker, Result fallback, Call call) noexcept {
  if (!worker || !worker->in_own_process()) return fallback;
  try {
    return call(*worker);
  } catch (...) {
    return fallback;
  }
}

template <class Call>
void without_harm(WorkerImpl* worker, Call call) noexcept {
  without_harm(worker, false, [&](WorkerImpl& own) {
    call(own);
    return true;
  });
}

}  // namespace

PhaseScope::PhaseScope(WorkerImpl* worker, std::uint64_t id) noexcept : worker_(worker), id_(id) {}

PhaseScope::PhaseScope(PhaseScope&& other) noexcept
    : worker_(std::exchange(other.worker_, nullptr)), id_(other.id_) {}

PhaseScope& PhaseScope::operator=(PhaseScope&& other) noexcept {
  if (this == &other) return *this;
  end();
  worker_ = std::exchange(other.worker_, nullptr);
  id_ = other.id_;
  return *this;
}

PhaseScope::~PhaseScope() { end(); }

void PhaseScope::end() noexcept {
  without_harm(std::exchange(worker_, nullptr),
               [this](WorkerImpl& worker) { worker.end_phase(id_); });
}

Worker::Worker(const WorkerOptions& options) : impl_(std::make_unique<WorkerImpl>(options)) {}

Worker::~Worker() {
  if (!impl_->in_own_process()) {
    // Its thread is the parent's; taking the rest apart would wait for it.
    static_cast<void>(impl_.release());
    return;
  }
  close(impl_->close_timeout());
}

Next Worker::checkpoint(std::int64_t round) noexcept {
  return without_harm(impl_.get(), Next::kContinue,
                      [&](WorkerImpl& worker) { return worker.checkpoint(round); });
}

PhaseScope Worker::phase(Phase phase) noexcept {
  const auto id = without_harm(impl_.get(), std::uint64_t{0},
                               [&](WorkerImpl& worker) { return worker.begin_phase(phase); });
  return PhaseScope(id == 0 ? nullptr : impl_.get(), id);
}

void Worker::report(const RoundResult& result) noexcept {
  without_harm(impl_.get(), [&](WorkerImpl& worker) { worker.report(result); });
}

void Worker::plan_round(std::int64_t round, const std::vector<std::string>& workers) noexcept {
  without_harm(impl_.get(), [&](WorkerImpl& worker) { worker.plan_round(round, workers); });
}

WorkerStats Worker::stats() const noexcept {
  return without_harm(impl_.get(), WorkerStats{},
                      [](WorkerImpl& worker) { return worker.stats(); });
}

bool Worker::flush(std::chrono::milliseconds timeout) noexcept {
  return without_harm(impl_.get(), false,
                      [&](WorkerImpl& worker) { return worker.flush(timeout); });
}

bool Worker::close(std::chrono::milliseconds timeout, std::string_view reason) noexcept {
  return without_harm(impl_.get(), false,
                      [&](WorkerImpl& worker) { return worker.close(timeout, reason); });
}

}  // namespace fedwatt
