#pragma once

#include <functional>

#include "fedwatt/hub/viewer_desk.h"
#include "fedwatt/hub/worker_desk.h"

namespace fedwatt::hub {

// The hub without its network and its store: what comes in on the connections, what follows, and
// what goes out. For the I/O thread; no call blocks.
class Hub : public net::PeerHandler {
 public:
  // `on_failure` is called when the store refuses for good what has happened; the hub can then only
  // be ended and started again.
  Hub(store::Committer& committer, net::Peers& peers, net::Timers& timers, RunDefaults defaults,
      std::function<void(const store::StoreError&)> on_failure);

  // At start-up: first every stored event, then start().
  void replay(run::StoredEvent&& stored) { runs_.replay(std::move(stored)); }
  void start();

  void opened(net::ConnectionId connection, net::Endpoint endpoint,
              const std::string& address) override;
  void received(net::ConnectionId connection, std::string_view frame) override;
  void drained(net::ConnectionId connection) override;
  void closed(net::ConnectionId connection) override;

  // Everything under /healthz, /readyz and /api/v1.
  void answer(const net::HttpRequest& request, std::function<void(net::HttpResponse)> respond);

  // Takes nothing new, and calls `done` when all it has is committed and told.
  void drain(std::function<void()> done);

  const Runs& runs() const { return runs_; }

 private:
  void tick();
  void answer_ready(std::function<void(net::HttpResponse)> respond);

  store::Committer& committer_;
  net::Timers& timers_;
  CommitCycle cycle_;
  Runs runs_;
  WorkerDesk workers_;
  ViewerDesk viewers_;
  std::unordered_map<net::ConnectionId, net::Endpoint> endpoints_;
  bool draining_ = false;
};

}  // namespace fedwatt::hub
