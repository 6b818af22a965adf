#pragma once

#include <functional>
#include <memory>

#include "fedwatt/hub/alert_desk.h"
#include "fedwatt/hub/export.h"
#include "fedwatt/hub/gate.h"
#include "fedwatt/hub/metrics.h"
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

  // Before start(), if anybody but the viewers is to be told of alerts. It must outlive the hub.
  void tell_of_alerts(AlertDesk& desk) { alerts_ = &desk; }

  // Before start(), if everybody may speak to it who reaches it: every viewer is told so.
  void mark_insecure() {
    insecure_ = true;
    viewers_.mark_insecure();
  }
  // From now on everybody needs one of these, in the place of any before. Without a call nobody
  // does.
  void use_tokens(const access::Tokens& tokens) { gate_.use(tokens); }

  // At start-up: first every stored event, then start().
  void replay(run::StoredEvent&& stored) { runs_.replay(std::move(stored)); }
  void start();
  // Between them: editions that the last hub was ended in the middle of. Nobody was told of them.
  std::vector<std::string> unfinished_editions() const { return runs_.unfinished_editions(); }

  std::optional<net::HttpResponse> refuse_handshake(net::Endpoint endpoint,
                                                    const net::Peer& peer) override;
  void opened(net::ConnectionId connection, net::Endpoint endpoint, const net::Peer& peer) override;
  void received(net::ConnectionId connection, std::string_view frame) override;
  void drained(net::ConnectionId connection) override;
  void rested() override;
  void closed(net::ConnectionId connection) override;

  // Everything under /healthz, /readyz, /metrics and /api/v1. All but the first two need a token,
  // where there are tokens.
  void answer(const net::HttpRequest& request, std::function<void(net::HttpResponse)> respond);

  // Takes nothing new, and calls `done` when all it has is committed and told.
  void drain(std::function<void()> done);

  // New runs are created with these from now on, and reports appraised with their intensities,
  // whose live ones must be the old ones.
  void change_defaults(RunDefaults defaults);

  const Runs& runs() const { return runs_; }
  // What /metrics answers, to add to.
  Metrics& metrics() { return metrics_; }
  // The grids of the workers that are connected now, as far as there is somebody to ask about them.
  std::set<carbon::LiveSource> live_sources() const { return workers_.live_sources(); }

 private:
  void tick();
  void list_metrics(const net::Peers& peers);
  // What it cannot take any more, or can again, is told to everybody.
  void tell_status();
  // What there is to tell about a batch that is being sealed.
  Delivery publish();
  void answer_runs(const net::HttpRequest& request, const VisibleRuns& runs,
                   std::function<void(net::HttpResponse)> respond);
  void answer_ready(std::function<void(net::HttpResponse)> respond);
  void answer_page(const std::shared_ptr<Page>& page,
                   std::function<void(net::HttpResponse)> respond);

  store::Committer& committer_;
  net::Timers& timers_;
  Gate gate_;
  CommitCycle cycle_;
  Runs runs_;
  RunDefaults defaults_;
  IntensityWatch watch_;
  WorkerDesk workers_;
  Editions editions_;
  ViewerDesk viewers_;
  AlertDesk* alerts_ = nullptr;
  std::unordered_map<net::ConnectionId, net::Endpoint> endpoints_;
  std::size_t pages_under_way_ = 0;
  Metrics metrics_;
  std::uint64_t requests_ = 0;  // over HTTP
  bool draining_ = false;
  bool insecure_ = false;
};

}  // namespace fedwatt::hub
