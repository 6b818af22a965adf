#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

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
// For the I/O thread.
class CommitCycle {
 public:
  struct Callbacks {
    // Makes what has to be told about the batch that is being sealed.
    std::function<Delivery()> publish;
    // The store refused a batch for good: the runs in memory are ahead of it.
    std::function<void(const store::StoreError&)> on_failure;
  };

  CommitCycle(store::Committer& committer, net::Timers& timers, Callbacks callbacks);

  // Adds an event that was applied.
  void add(run::StoredEvent event);
  // Runs `delivery` after the commit of all that was added so far.
  void after_commit(Delivery delivery);
  // Calls `reader` at a moment when everything applied is committed or about to be, and runs what
  // it returns when it is. At once, if nothing is under way.
  void read(std::function<Delivery()> reader);

  // Begins a commit if there is something to commit and none is under way. To be called when an
  // event from outside has been handled whole.
  void go();

  // More waits to be committed than should: whoever sends more should be slowed down.
  bool full() const { return pending_.size() >= kFull; }
  // Everything that was added is committed and told.
  bool settled() const { return !in_flight_ && pending_.empty() && after_.empty(); }
  // Why the store cannot be written at present; empty if it can, as far as is known.
  const std::string& trouble() const { return trouble_; }

 private:
  static constexpr std::size_t kFull = 20'000;

  void submit();
  void committed(const tl::expected<void, store::StoreError>& result);
  void serve_readers(std::vector<Delivery>& deliveries);

  store::Committer& committer_;
  net::Timers& timers_;
  Callbacks callbacks_;
  store::Events pending_;
  std::vector<Delivery> after_;
  std::vector<std::function<Delivery()>> readers_;
  std::shared_ptr<const store::Events> in_flight_;
  std::vector<Delivery> deliveries_;  // of in_flight_
  std::chrono::milliseconds retry_in_{0};
  std::string trouble_;
};

}  // namespace fedwatt::hub
