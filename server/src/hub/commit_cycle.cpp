#include "fedwatt/hub/commit_cycle.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "fedwatt/hub/event_bytes.h"

namespace fedwatt::hub {
namespace {

using protocol::StoreStatus;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds kFirstRetry{100};
constexpr std::chrono::milliseconds kLongestRetry{2'000};
constexpr std::chrono::minutes kSayAgainAfter{1};

}  // namespace

CommitCycle::CommitCycle(store::Committer& committer, net::Timers& timers, Callbacks callbacks)
    : committer_(committer), timers_(timers), callbacks_(std::move(callbacks)) {}

void CommitCycle::add(run::StoredEvent event, std::size_t bytes_elsewhere) {
  waiting_bytes_ += bytes_of(event) + bytes_elsewhere;
  pending_.push_back(std::move(event));
}

void CommitCycle::after_commit(Delivery delivery, std::size_t bytes) {
  waiting_bytes_ += sizeof(delivery) + bytes;
  after_.push_back(std::move(delivery));
}

void CommitCycle::read(Reader reader) {
  if (settled()) {
    reader().deliver();
  } else {
    readers_.push_back(std::move(reader));
  }
}

void CommitCycle::go() {
  if (in_flight_) return;
  if (pending_.empty()) {
    waiting_bytes_ = 0;
    for (const auto& delivery : std::exchange(after_, {})) delivery();
    answer_readers();
    if (in_flight_ || pending_.empty()) return;
  }
  const bool was_full = full();
  in_flight_ = std::make_shared<const store::Events>(std::exchange(pending_, {}));
  in_flight_bytes_ = std::exchange(waiting_bytes_, 0);
  sealed_at_ = steady_clock::now();
  if (!retry_is_due_) submit();
  // While the store works: nothing is applied before this returns, so the runs are as the batch
  // leaves them.
  deliveries_ = std::exchange(after_, {});
  deliveries_.push_back(callbacks_.publish());
  make_answers();
  if (was_full) callbacks_.on_room();
}

void CommitCycle::answer_readers() {
  while (!readers_.empty() && settled()) {
    const auto reader = std::move(readers_.front());
    readers_.pop_front();
    reader().deliver();
  }
}

// Those that are not reached any more are asked with a later batch.
void CommitCycle::make_answers() {
  while (!readers_.empty() && answer_bytes_ < kMostAnswerBytes) {
    auto answer = readers_.front()();
    readers_.pop_front();
    answer_bytes_ += answer.bytes;
    deliveries_.push_back(std::move(answer.deliver));
  }
}

void CommitCycle::submit() {
  committer_.commit(in_flight_, [this](const auto& result) { committed(result); });
}

void CommitCycle::committed(const tl::expected<void, store::StoreError>& result) {
  if (!result && result.error().kind == store::StoreError::Kind::kUnavailable) {
    ++counts_.failures;
    return unavailable(result.error().message);
  }
  if (!result) return callbacks_.on_failure(result.error());
  ++counts_.commits;
  counts_.events += in_flight_->size();
  counts_.commit_events.observe(static_cast<double>(in_flight_->size()));
  counts_.commit_s.observe(std::chrono::duration<double>(steady_clock::now() - sealed_at_).count());
  in_flight_.reset();
  in_flight_bytes_ = answer_bytes_ = 0;
  available();
  for (const auto& delivery : std::exchange(deliveries_, {})) delivery();
  go();
}

// ---- a store that cannot be written -------------------------------------------------------------

void CommitCycle::check(store::Committer::Done done) {
  if (!trouble().empty()) {
    return done(
        tl::unexpected(store::StoreError{store::StoreError::Kind::kUnavailable, status_.message}));
  }
  checks_.push_back(std::move(done));
  if (checks_.size() == 1) probe();
}

void CommitCycle::probe() {
  committer_.check([this](const auto& result) { checked(result); });
}

void CommitCycle::checked(const tl::expected<void, store::StoreError>& result) {
  if (!in_flight_) {  // else the commit will find out
    if (result) {
      available();
    } else {
      unavailable(result.error().message);
    }
  }
  for (const auto& done : std::exchange(checks_, {})) done(result);
}

void CommitCycle::unavailable(const std::string& why) {
  const auto now = timers_.now();
  const bool is_new = status_.state == StoreStatus::State::kReady;
  if (is_new || now - said_at_ >= kSayAgainAfter) {
    spdlog::error("{}; holding {} events, trying again", why,
                  in_flight_events() + waiting_events());
    said_at_ = now;
  }
  if (is_new) ++counts_.outages;
  const StoreStatus status{StoreStatus::State::kUnavailable, why, is_new ? now : status_.since};
  const bool changed = std::exchange(status_, status) != status;
  retry_in_ = std::clamp(retry_in_ * 2, kFirstRetry, kLongestRetry);
  if (!std::exchange(retry_is_due_, true)) timers_.after(retry_in_, [this] { try_again(); });
  if (changed) callbacks_.on_status();
}

void CommitCycle::available() {
  retry_in_ = std::chrono::milliseconds{0};
  if (status_.state == StoreStatus::State::kReady) return;
  spdlog::info("the store is back");
  status_ = {};
  callbacks_.on_status();
}

void CommitCycle::try_again() {
  retry_is_due_ = false;
  if (in_flight_) {
    submit();
  } else {
    probe();
  }
}

}  // namespace fedwatt::hub
