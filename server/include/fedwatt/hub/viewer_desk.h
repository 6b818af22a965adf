#pragma once

#include <functional>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "fedwatt/hub/editions.h"
#include "fedwatt/hub/gate.h"
#include "fedwatt/hub/held_frames.h"
#include "fedwatt/hub/intensity_watch.h"
#include "fedwatt/hub/runs.h"
#include "fedwatt/hub/visible_runs.h"

namespace fedwatt::hub {

// The hub's end of the viewer connections: subscriptions, and commands. For the I/O thread.
//
// Every message for viewers carries the offset of the run that it shows, so a viewer that has
// fallen behind needs no queue of its own: when it has read what it was sent, it gets what has
// changed since, in its newest state.
//
// What a viewer asks for is answered one by one, the next when it has read the one before, and it
// is not read on until all is answered; nor while the cycle is full.
class ViewerDesk {
 public:
  // All must outlive it.
  ViewerDesk(Runs& runs, Editions& editions, CommitCycle& cycle, Gate& gate, net::Peers& peers,
             net::Timers& timers, IntensityWatch& watch);

  // Whose it is, if the handshake said; else its hello must.
  void opened(net::ConnectionId connection, const net::Peer& peer, HolderPtr holder);
  void received(net::ConnectionId connection, std::string_view frame);
  void drained(net::ConnectionId connection);
  void closed(net::ConnectionId connection);
  // Takes what was held, as far as there is room again.
  void go_on();

  // Tells all that have said hello.
  void tell(const protocol::StoreStatus& status);

  // All that was replayed counts as told.
  // Its welcome says so from then on.
  void mark_insecure() { insecure_ = true; }

  void start();

  // The frames about what the batch that is being sealed has changed. Where much was told lately,
  // or the peers rest, it is kept, to be told in its newest state.
  Delivery publish(std::set<run::Run*> changed);
  // Tells what was kept, if it may and nothing more is about to be committed.
  void tell_kept();

  // Errors sent since it was made, by code.
  const std::map<std::string, std::uint64_t>& refusals() const { return refusals_; }
  const HeldFrames& held() const { return held_; }
  // The viewers that are not read on until they have been answered.
  std::size_t awaiting_answers() const;

 private:
  using Detail = protocol::Subscribe::Detail;
  struct Session;
  // Makes the answer from the runs as they are; no messages: nothing to say.
  using Request = std::function<std::vector<std::string>(Session&)>;
  struct Session {
    std::string address;
    HolderPtr holder;                    // null before it said whose it is
    std::optional<VisibleRuns> visible;  // from its hello on
    bool greeted = false;
    std::string name;  // its token's, where there are tokens
    std::optional<Detail> all_runs;
    std::map<run::Run*, Detail> runs;
    std::set<std::pair<run::Run*, std::string>> commands;  // it issued, and waits for
    // Offsets from which on it must be told by itself: it was behind, or came before news.
    std::map<run::Run*, std::int64_t> missed_since;
    std::list<Request> requests;  // not answered yet; its reading is paused while there are some
    bool answering = false;       // the answer to the first is on its way
    int recomputations = 0;       // not answered yet
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

  // HeldFrames::Handler: there must be room.
  std::optional<std::size_t> handle_frame(net::ConnectionId connection, std::string_view frame,
                                          std::size_t first);
  // Answers what the viewer asked for, as far as it reads the answers, and then reads on.
  void answer(net::ConnectionId connection);
  void handle(net::ConnectionId connection, Session& session, protocol::ViewerHello& hello);
  void handle(net::ConnectionId connection, Session& session, protocol::Subscribe& subscribe);
  void handle(net::ConnectionId connection, Session& session, protocol::Unsubscribe& unsubscribe);
  void handle(net::ConnectionId connection, Session& session, protocol::Command& command);
  void handle(net::ConnectionId connection, Session& session, protocol::SetPolicies& set);
  void handle(net::ConnectionId connection, Session& session, protocol::Recompute& recompute);

  News news_of(run::Run& run);
  // What a viewer gets of the news: equal for viewers that get the same frame.
  struct Share {
    std::vector<std::pair<const News*, Detail>> runs;
    std::vector<std::string_view> commands;  // the fate of its own
    bool empty() const { return runs.empty() && commands.empty(); }
    bool operator<(const Share& other) const {
      return std::tie(runs, commands) < std::tie(other.runs, other.commands);
    }
  };
  // How long what changed has to wait.
  std::chrono::milliseconds rest() const;
  // The frames about all that was kept.
  Delivery make_news();
  static void add_commands(Session& session, const News& news, Share& share);
  static std::string frame_of(const Share& share);
  void knows_untold(Session& viewer, run::Run& run);
  struct Missed {
    run::Run* run;
    Detail detail;
    std::int64_t since;  // an offset
    bool operator<(const Missed& other) const {
      return std::tie(run, detail, since) < std::tie(other.run, other.detail, other.since);
    }
  };
  // Who gets the same.
  template <class What>
  using Audiences = std::map<What, std::vector<net::ConnectionId>>;
  static std::vector<Missed> take_missed(Session& session);
  static std::vector<net::Peers::News> news_for(const Audiences<std::vector<Missed>>& all);
  CommitCycle::Answer catch_up_drained();
  // What brings a viewer from `since` to now: the changes, or a snapshot.
  static void catch_up(run::Run& run, Detail detail, std::optional<std::int64_t> since,
                       std::vector<std::string>& messages);
  Session* find(net::ConnectionId connection);
  // The run that it may do this with; else why not, in the request of that id.
  static tl::expected<run::Run*, protocol::Error> run_for(const Session& session,
                                                          access::Action action,
                                                          const std::string& name_or_id,
                                                          const std::optional<std::string>& id);
  void fail(net::ConnectionId connection, Session& session, protocol::Error error);

  Runs& runs_;
  Editions& editions_;
  CommitCycle& cycle_;
  Gate& gate_;
  net::Peers& peers_;
  net::Timers& timers_;
  IntensityWatch& watch_;
  std::unordered_map<net::ConnectionId, Session> sessions_;
  std::unordered_map<run::Run*, std::int64_t> published_;  // the offset told last
  std::set<run::Run*> untold_;                             // changed since
  // Until when what was told is paid for: see kPerState.
  std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds> telling_paid_;
  bool will_tell_ = false;                  // a timer runs
  std::vector<net::ConnectionId> drained_;  // to be told what they missed
  HeldFrames held_;
  std::map<std::string, std::uint64_t> refusals_;
  bool insecure_ = false;
};

}  // namespace fedwatt::hub
