#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fedwatt/hub/histogram.h"
#include "fedwatt/net/peers.h"
#include "fedwatt/store/committer.h"

namespace fedwatt::hub {

// What is told to anybody outside, held back until what it tells is committed.
using Delivery = std::function<void()>;

// Group commit without a timer: everything that happened while one commit was under way goes into
// the next one, so a commit's own time forms the batch. Acks, frames for viewers and answers are
// made when a batch is sealed, from the state that the batch leads to, and go out once it is
// committed: nobody is ever shown what a crash could take back.
//
// While the store cannot be written the batch is kept and tried again, and what comes meanwhile
// waits, up to a bound in bytes.
//
// For the I/O thread.
class CommitCycle {
 public:
  // What may wait for a commit to end, and as much again is in the batch under way. Beyond it
  // nothing more should be taken: see full().
  static constexpr std::size_t kMostWaitingBytes = std::size_t{32} << 20;
  // What the answers to readers that one batch may bring take while it is committed.
  static constexpr std::size_t kMostAnswerBytes = std::size_t{16} << 20;

  struct Callbacks {
    // Makes what has to be told about the batch that is being sealed.
    std::function<Delivery()> publish;
    // The store refused a batch for good: the runs in memory are ahead of it.
    std::function<void(const store::StoreError&)> on_failure;
    // status() has changed.
    std::function<void()> on_status = [] {};
    // full() is over: those who were told to wait may go on.
    std::function<void()> on_room = [] {};
  };

  // What a reader has to tell, and about how many bytes it holds until then.
  struct Answer {
    // NOLINTNEXTLINE(google-explicit-constructor): most answers are small.
    Answer(Delivery delivery, std::size_t bytes_held = 0)
        : deliver(std::move(delivery)), bytes(bytes_held) {}
    Delivery deliver;
    std::size_t bytes = 0;
  };
  using Reader = std::function<Answer()>;

  // Since it was made.
  struct Counts {
    std::uint64_t commits = 0;
    std::uint64_t events = 0;                 // in them
    std::uint64_t failures = 0;               // of commits, which were tried again
    std::uint64_t outages = 0;                // times that the store became unavailable
    Histogram commit_s{Histogram::kSeconds};  // from a batch's sealing until it was committed
    Histogram commit_events{Histogram::kCounts};
  };

  CommitCycle(store::Committer& committer, net::Timers& timers, Callbacks callbacks);

  // Adds an event that was applied; what waits with it elsewhere takes about so many bytes.
  void add(run::StoredEvent event, std::size_t bytes_elsewhere = 0);
  // Runs `delivery`, which holds about so many bytes, after the commit of all that was added so
  // far.
  void after_commit(Delivery delivery, std::size_t bytes = 0);
  // Calls `reader` at a moment when everything applied is committed or about to be, and runs what
  // it returns when it is. At once, if nothing is under way.
  void read(Reader reader);

  // Begins a commit if there is something to commit and none is under way. To be called when an
  // event from outside has been handled whole.
  void go();

  // Finds out whether the store can be written. Those who ask meanwhile get the same answer.
  void check(store::Committer::Done done);

  // More waits to be committed than should: whoever sends more should be slowed down.
  bool full() const { return waiting_bytes_ >= kMostWaitingBytes; }
  // Everything that was added is committed and told.
  bool settled() const { return !in_flight_ && pending_.empty() && after_.empty(); }
  // Whether the store can be written, as far as is known.
  const protocol::StoreStatus& status() const { return status_; }
  // Why it cannot; empty if it can.
  const std::string& trouble() const { return status_.message; }

  const Counts& counts() const { return counts_; }
  std::size_t waiting_events() const { return pending_.size(); }
  std::size_t waiting_bytes() const { return waiting_bytes_; }
  std::size_t in_flight_events() const { return in_flight_ ? in_flight_->size() : 0; }
  std::size_t in_flight_bytes() const { return in_flight_bytes_; }
  std::size_t answer_bytes() const { return answer_bytes_; }
  std::size_t waiting_readers() const { return readers_.size(); }

 private:
  void submit();
  void committed(const tl::expected<void, store::StoreError>& result);
  void answer_readers();  // nothing is under way
  void make_answers();    // for the batch that is being sealed
  void probe();
  void checked(const tl::expected<void, store::StoreError>& result);
  void unavailable(const std::string& why);
  void available();
  void try_again();

  store::Committer& committer_;
  net::Timers& timers_;
  Callbacks callbacks_;
  store::Events pending_;
  std::vector<Delivery> after_;
  std::size_t waiting_bytes_ = 0;  // of pending_ and after_
  std::deque<Reader> readers_;
  std::shared_ptr<const store::Events> in_flight_;
  std::vector<Delivery> deliveries_;  // of in_flight_
  std::size_t in_flight_bytes_ = 0;
  std::size_t answer_bytes_ = 0;  // in deliveries_
  std::chrono::steady_clock::time_point sealed_at_;
  std::vector<store::Committer::Done> checks_;
  protocol::StoreStatus status_;
  net::Timers::Time said_at_;  // that the store is unavailable
  std::chrono::milliseconds retry_in_{0};
  bool retry_is_due_ = false;  // at some time: a timer runs
  Counts counts_;
};

}  // namespace fedwatt::hub
