#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "fedwatt/carbon/intensity.h"
#include "fedwatt/hub/gate.h"
#include "fedwatt/hub/held_frames.h"
#include "fedwatt/hub/histogram.h"
#include "fedwatt/hub/intensity_watch.h"
#include "fedwatt/hub/runs.h"
#include "fedwatt/hub/visible_runs.h"

namespace fedwatt::hub {

// What new runs are created with, and all runs' reports are appraised with.
struct RunDefaults {
  run::RoundRules rules;
  run::CarbonSettings carbon;
  protocol::Policies policies;
  carbon::Intensities intensities;
};

// The hub's end of the worker connections: hello, reports, acknowledgements, bye. When the cycle is
// full, what comes is held and the worker not read on, so that TCP slows it down; a new one is sent
// away. For the I/O thread.
class WorkerDesk {
 public:
  // Since it was made.
  struct Counts {
    std::uint64_t reports = 0;                      // recorded
    std::uint64_t repeated_reports = 0;             // that were stored already
    std::uint64_t acks = 0;                         // sent
    std::uint64_t held_back = 0;                    // times that a token's reports were too many
    std::map<std::string, std::uint64_t> refusals;  // by the error's code
    // Of the oldest report of each batch, from its receipt until its ack was sent.
    Histogram ack_delay_s{Histogram::kSeconds};
  };

  WorkerDesk(Runs& runs, CommitCycle& cycle, Gate& gate, net::Peers& peers, net::Timers& timers,
             const RunDefaults& defaults, IntensityWatch& watch);

  // Whose it is, if the handshake said; else its hello must.
  void opened(net::ConnectionId connection, const net::Peer& peer, HolderPtr holder);
  void received(net::ConnectionId connection, std::string_view frame);
  void closed(net::ConnectionId connection);
  // Takes what was held, as far as there is room again.
  void go_on();

  // Tells all that have said hello.
  void tell(const protocol::StoreStatus& status);
  // Brings orders to those of the workers that are connected.
  void deliver(run::Run& run, const std::vector<run::Run::Effects::Order>& orders);
  // What live providers are to be asked about: the grids of those that are connected.
  std::set<carbon::LiveSource> live_sources() const;
  // The acks of the batch that is being sealed.
  Delivery take_acks();
  // What reports are appraised with.
  const carbon::Intensities& intensities() const { return defaults_.intensities; }
  // The defaults have changed: what comes from now on is appraised with the new intensities.
  void defaults_changed();

  const Counts& counts() const { return counts_; }
  const HeldFrames& held() const { return held_; }

 private:
  struct Session {
    std::string address;
    HolderPtr holder;         // null before it said whose it is
    run::Run* run = nullptr;  // null before hello
    std::string worker;
    carbon::Intensities::Place place;
    std::int64_t highest_seq = 0;  // received on this connection
    int errors_in_a_row = 0;
    bool welcomed = false;  // with the directive as it was then; what is ordered later follows
    bool left = false;
  };
  using WorkerKey = std::pair<run::Run*, std::string>;

  // HeldFrames::Handler: there must be room.
  std::optional<std::size_t> handle_frame(net::ConnectionId connection, std::string_view frame,
                                          std::size_t first);
  void handle(net::ConnectionId connection, Session& session, protocol::WorkerHello& hello);
  void handle(net::ConnectionId connection, Session& session, protocol::Report& report);
  void handle(net::ConnectionId connection, Session& session, protocol::DirectiveAck& ack);
  void handle(net::ConnectionId connection, Session& session, protocol::RoundPlan& plan);
  void handle(net::ConnectionId connection, Session& session, protocol::Bye& bye);

  // Makes it pay for the reports that came: reads it no further until its token may bring more.
  void charge(net::ConnectionId connection, Session& session, std::size_t reports);
  tl::expected<run::Run*, protocol::Error> run_for(const protocol::WorkerHello& hello,
                                                   Holder& holder);
  tl::expected<run::Run*, protocol::Error> run_to_import_into(const protocol::WorkerHello& hello,
                                                              Holder& holder,
                                                              const VisibleRuns& visible);
  tl::expected<run::Run*, protocol::Error> new_run(const protocol::WorkerHello& hello,
                                                   Holder& holder);
  // What a worker's hello asks for, if its token may.
  void bring_policies(net::ConnectionId connection, Session& session,
                      const protocol::Policies& asked);
  // Adds the policies that a worker asks for, of kinds that its run has had none of.
  void add_policies(run::Run& run, const std::string& worker, const protocol::Policies& asked);
  void replace_older(const WorkerKey& key, net::ConnectionId by);
  run::ReportReceived appraise(const Session& session, protocol::Report& report) const;
  // Records the event, or sends why not.
  bool record(net::ConnectionId connection, Session& session, run::Event event);
  void send(net::ConnectionId connection, const protocol::HubToWorker& message);
  void fail(net::ConnectionId connection, Session& session, protocol::Error error);
  // The same, and closes: what its token does not allow now it will not allow the next time.
  void turn_away(net::ConnectionId connection, Session& session, protocol::Error error);

  Runs& runs_;
  CommitCycle& cycle_;
  Gate& gate_;
  net::Peers& peers_;
  net::Timers& timers_;
  const RunDefaults& defaults_;
  IntensityWatch& watch_;
  std::unordered_map<net::ConnectionId, Session> sessions_;
  std::map<WorkerKey, net::ConnectionId> connection_of_;
  std::map<net::ConnectionId, std::int64_t> acks_;    // for the batch that is filling
  std::chrono::steady_clock::time_point oldest_ack_;  // when its report came; if there are acks
  bool acks_without_batch_ = false;                   // they go out even if nothing is committed
  HeldFrames held_;
  Counts counts_;
};

}  // namespace fedwatt::hub
