#include "fedwatt/hub/commit_cycle.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace fedwatt::hub {
namespace {

constexpr std::chrono::milliseconds kFirstRetry{100};
constexpr std::chrono::milliseconds kLongestRetry{2'000};

}  // namespace

CommitCycle::CommitCycle(store::Committer& committer, net::Timers& timers, Callbacks callbacks)
    : committer_(committer), timers_(timers), callbacks_(std::move(callbacks)) {}

void CommitCycle::add(run::StoredEvent event) { pending_.push_back(std::move(event)); }

void CommitCycle::after_commit(Delivery delivery) { after_.push_back(std::move(delivery)); }

void CommitCycle::read(std::function<Delivery()> reader) {
  if (settled()) {
    reader()();
  } else {
    readers_.push_back(std::move(reader));
  }
}

void CommitCycle::go() {
  if (in_flight_) return;
  if (pending_.empty()) {
    for (const auto& delivery : std::exchange(after_, {})) delivery();
    std::vector<Delivery> answers;
    serve_readers(answers);
    for (const auto& answer : answers) answer();
    return;
  }
  in_flight_ = std::make_shared<const store::Events>(std::exchange(pending_, {}));
  submit();
  // While the store works: nothing is applied before this returns, so the runs are as the batch
  // leaves them.
  deliveries_ = std::exchange(after_, {});
  deliveries_.push_back(callbacks_.publish());
  serve_readers(deliveries_);
}

void CommitCycle::serve_readers(std::vector<Delivery>& deliveries) {
  for (const auto& reader : std::exchange(readers_, {})) deliveries.push_back(reader());
}

void CommitCycle::submit() {
  committer_.commit(in_flight_, [this](const auto& result) { committed(result); });
}

void CommitCycle::committed(const tl::expected<void, store::StoreError>& result) {
  if (!result && result.error().kind == store::StoreError::Kind::kUnavailable) {
    if (trouble_.empty()) {
      spdlog::error("{}; holding {} events, trying again", result.error().message,
                    in_flight_->size());
    }
    trouble_ = result.error().message;
    retry_in_ = std::clamp(retry_in_ * 2, kFirstRetry, kLongestRetry);
    timers_.after(retry_in_, [this] { submit(); });
    return;
  }
  if (!result) return callbacks_.on_failure(result.error());
  if (!trouble_.empty()) spdlog::info("the store is back");
  trouble_.clear();
  retry_in_ = std::chrono::milliseconds{0};
  in_flight_.reset();
  for (const auto& delivery : std::exchange(deliveries_, {})) delivery();
  go();
}

}  // namespace fedwatt::hub
