#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fedwatt/hub/editions.h"
#include "fedwatt/hub/intensity_watch.h"
#include "fedwatt/hub/runs.h"

namespace fedwatt::hub {

// The hub's end of the viewer connections: subscriptions, and commands. For the I/O thread.
//
// Every message for viewers carries the offset of the run that it shows, so a viewer that has
// fallen behind needs no queue of its own: when it has read what it was sent, it gets what has
// changed since, in its newest state.
class ViewerDesk {
 public:
  // All must outlive it.
  ViewerDesk(Runs& runs, Editions& editions, CommitCycle& cycle, net::Peers& peers,
             net::Timers& timers, IntensityWatch& watch);

  void opened(net::ConnectionId connection, const std::string& address);
  void received(net::ConnectionId connection, std::string_view frame);
  void drained(net::ConnectionId connection);
  void closed(net::ConnectionId connection);

  // All that was replayed counts as told.
  void start();

  // The frames about what the batch that is being sealed has changed.
  Delivery publish(const std::set<run::Run*>& changed);

 private:
  using Detail = protocol::Subscribe::Detail;
  struct Session {
    std::string address;
    bool greeted = false;
    std::string name;
    std::optional<Detail> all_runs;
    std::map<run::Run*, Detail> runs;
    std::set<std::pair<run::Run*, std::string>> commands;  // it issued, and waits for
    std::map<run::Run*, std::int64_t> missed_since;        // offsets, while it is behind
    int errors_in_a_row = 0;

    std::optional<Detail> detail_of(run::Run* run) const;
  };
  // What changed in a run, encoded once for everybody.
  struct News {
    run::Run* run;
    std::vector<std::string> all;
    std::string_view summary;  // one of `all`
    struct Status {
      std::string_view message;  // one of `all`
      bool pending = false;
    };
    std::map<std::string, Status> commands;  // by id
  };

  void handle(net::ConnectionId connection, Session& session, protocol::ViewerHello& hello);
  void handle(net::ConnectionId connection, Session& session, protocol::Subscribe& subscribe);
  void handle(net::ConnectionId connection, Session& session, protocol::Unsubscribe& unsubscribe);
  void handle(net::ConnectionId connection, Session& session, protocol::Command& command);
  void handle(net::ConnectionId connection, Session& session, protocol::SetPolicies& set);
  void handle(net::ConnectionId connection, Session& session, protocol::Recompute& recompute);

  News news_of(run::Run& run);
  static void add_share(Session& session, const News& news, std::vector<std::string_view>& share);
  // What brings a viewer from `since` to now: the changes, or a snapshot.
  static void catch_up(run::Run& run, Detail detail, std::optional<std::int64_t> since,
                       std::vector<std::string>& messages);
  Delivery deliver(net::ConnectionId connection, const std::vector<std::string>& messages);
  Session* find(net::ConnectionId connection);
  void fail(net::ConnectionId connection, Session& session, protocol::Error error);

  Runs& runs_;
  Editions& editions_;
  CommitCycle& cycle_;
  net::Peers& peers_;
  net::Timers& timers_;
  IntensityWatch& watch_;
  std::unordered_map<net::ConnectionId, Session> sessions_;
  std::unordered_map<run::Run*, std::int64_t> published_;  // the offset told last
};

}  // namespace fedwatt::hub
